#ifndef ALLOCSCOPE_ATTACH_ATTACH_H_
#define ALLOCSCOPE_ATTACH_ATTACH_H_

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "result.h"

namespace allocscope::attach {

// Asks another process's memory about itself: one of its threads that waits for work loads `library` there, under the path by which that
// process sees it, unless it has, and calls `allocscope_reply` in it (agent/answer.h). JavaScript threads aren't stopped, nothing is opened
// and no thread is made. The library stays mapped. Blocks this thread until the answer is there, or `timeout_ms` have passed.
Result<std::string> Ask(pid_t pid, const std::string& library, const std::string& request, uint32_t timeout_ms);

}  // namespace allocscope::attach

#endif  // ALLOCSCOPE_ATTACH_ATTACH_H_
