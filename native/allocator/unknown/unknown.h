#ifndef ALLOCSCOPE_ALLOCATOR_UNKNOWN_UNKNOWN_H_
#define ALLOCSCOPE_ALLOCATOR_UNKNOWN_UNKNOWN_H_

#include <memory>
#include <string>

#include "allocator/backend.h"

namespace allocscope::allocator::unknown {

// The back end of a process whose malloc no probe recognised. `reason` says what each of them found.
std::unique_ptr<const Backend> Make(const std::string& reason);

}  // namespace allocscope::allocator::unknown

#endif  // ALLOCSCOPE_ALLOCATOR_UNKNOWN_UNKNOWN_H_
