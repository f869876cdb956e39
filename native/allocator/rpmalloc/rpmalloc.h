#ifndef ALLOCSCOPE_ALLOCATOR_RPMALLOC_RPMALLOC_H_
#define ALLOCSCOPE_ALLOCATOR_RPMALLOC_RPMALLOC_H_

#include <memory>

#include "allocator/backend.h"

namespace allocscope::allocator::rpmalloc {

Result<std::unique_ptr<const Backend>> Prove();

}  // namespace allocscope::allocator::rpmalloc

#endif  // ALLOCSCOPE_ALLOCATOR_RPMALLOC_RPMALLOC_H_
