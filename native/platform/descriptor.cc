#include "platform/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace allocscope::platform {

int AboveStandardStreams(int descriptor) {
  if (descriptor < 0 || descriptor > STDERR_FILENO) return descriptor;
  const int above = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  const int error = errno;
  close(descriptor);
  errno = error;
  return above;
}

}  // namespace allocscope::platform
