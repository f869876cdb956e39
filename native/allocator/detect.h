#ifndef ALLOCSCOPE_ALLOCATOR_DETECT_H_
#define ALLOCSCOPE_ALLOCATOR_DETECT_H_

#include <memory>
#include <string>
#include <vector>

#include "allocator/backend.h"

namespace allocscope::allocator {

// The back end of the allocator that serves this process's malloc. Probed at the first call (about 0.2 ms), the same ever after: a process
// can't change its malloc.
const Backend& LiveBackend();

// A second allocator in the process, serving only the library that carries it.
struct OtherAllocator {
  std::string allocator;
  std::string library;
  std::string symbol;
  std::string version;
};

// Private or prefixed copies that loaded libraries export. Looks at every loaded library: about 1 µs for each.
std::vector<OtherAllocator> FindOtherAllocators();

}  // namespace allocscope::allocator

#endif  // ALLOCSCOPE_ALLOCATOR_DETECT_H_
