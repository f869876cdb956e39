#ifndef ALLOCSCOPE_PLATFORM_FILE_LOCK_H_
#define ALLOCSCOPE_PLATFORM_FILE_LOCK_H_

#include <string>

#include "result.h"

namespace allocscope::platform {

// Makes the file, for its user alone, or opens it, and takes its lock: the descriptor that holds it, or -1 while another process does. The
// kernel gives the lock up when the descriptor is closed, however its process ends. A symbolic link isn't followed.
Result<int> TakeFileLock(const std::string& path);

}  // namespace allocscope::platform

#endif  // ALLOCSCOPE_PLATFORM_FILE_LOCK_H_
