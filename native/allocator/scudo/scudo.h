#ifndef ALLOCSCOPE_ALLOCATOR_SCUDO_SCUDO_H_
#define ALLOCSCOPE_ALLOCATOR_SCUDO_SCUDO_H_

#include <memory>

#include "allocator/backend.h"

namespace allocscope::allocator::scudo {

Result<std::unique_ptr<const Backend>> Prove();

}  // namespace allocscope::allocator::scudo

#endif  // ALLOCSCOPE_ALLOCATOR_SCUDO_SCUDO_H_
