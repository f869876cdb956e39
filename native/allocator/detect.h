#ifndef ALLOCSCOPE_ALLOCATOR_DETECT_H_
#define ALLOCSCOPE_ALLOCATOR_DETECT_H_

#include "allocator/backend.h"

namespace allocscope::allocator {

// The back end of the allocator that serves this process's malloc. Probed at the first call (about 0.2 ms), the same ever after: a process
// can't change its malloc.
const Backend& LiveBackend();

}  // namespace allocscope::allocator

#endif  // ALLOCSCOPE_ALLOCATOR_DETECT_H_
