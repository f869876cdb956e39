#ifndef ALLOCSCOPE_ALLOCATOR_MIMALLOC_MIMALLOC_H_
#define ALLOCSCOPE_ALLOCATOR_MIMALLOC_MIMALLOC_H_

#include <memory>
#include <string>

#include "allocator/backend.h"

namespace allocscope::allocator::mimalloc {

Result<std::unique_ptr<const Backend>> Prove();

// The version that a copy reports through its marker symbol (see detect.cc); empty when it reports none.
std::string VersionBy(void* marker);

}  // namespace allocscope::allocator::mimalloc

#endif  // ALLOCSCOPE_ALLOCATOR_MIMALLOC_MIMALLOC_H_
