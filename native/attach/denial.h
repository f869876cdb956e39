#ifndef ALLOCSCOPE_ATTACH_DENIAL_H_
#define ALLOCSCOPE_ATTACH_DENIAL_H_

#include <sys/types.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "result.h"

namespace allocscope::attach {

// Why the kernel refused a call on a process.
inline Failure Denial(pid_t pid, const char* call, int error) {
  const std::string process = "process " + std::to_string(pid);
  if (error == ESRCH || error == ENOENT) return {"ATTACH", call, error, "there is no " + process};
  if (error == EPERM || error == EACCES) return {"ATTACH_FORBIDDEN", call, error, "this user may not look into " + process};
  return {"ATTACH", call, error, "cannot attach to " + process + ": " + std::strerror(error)};
}

}  // namespace allocscope::attach

#endif  // ALLOCSCOPE_ATTACH_DENIAL_H_
