#include "platform/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "platform/descriptor.h"

namespace allocscope::platform {

Result<int> TakeFileLock(const std::string& path) {
  const int descriptor =
      AboveStandardStreams(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, S_IRUSR | S_IWUSR));
  if (descriptor < 0) return Failure{"GUARD", "open", errno, std::strerror(errno)};
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  const int error = errno;
  close(descriptor);
  if (error == EWOULDBLOCK) return -1;
  return Failure{"GUARD", "flock", error, std::strerror(error)};
}

}  // namespace allocscope::platform
