#ifndef ALLOCSCOPE_ALLOCATOR_TBBMALLOC_TBBMALLOC_H_
#define ALLOCSCOPE_ALLOCATOR_TBBMALLOC_TBBMALLOC_H_

#include <memory>

#include "allocator/backend.h"

namespace allocscope::allocator::tbbmalloc {

Result<std::unique_ptr<const Backend>> Prove();

}  // namespace allocscope::allocator::tbbmalloc

#endif  // ALLOCSCOPE_ALLOCATOR_TBBMALLOC_TBBMALLOC_H_
