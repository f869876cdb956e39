#ifndef ALLOCSCOPE_ALLOCATOR_GLIBC_GLIBC_H_
#define ALLOCSCOPE_ALLOCATOR_GLIBC_GLIBC_H_

#include <memory>
#include <string>

#include "allocator/backend.h"

namespace allocscope::allocator::glibc {

Result<std::unique_ptr<const Backend>> Prove();

}  // namespace allocscope::allocator::glibc

#endif  // ALLOCSCOPE_ALLOCATOR_GLIBC_GLIBC_H_
