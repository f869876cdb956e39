#ifndef ALLOCSCOPE_ALLOCATOR_TCMALLOC_TCMALLOC_H_
#define ALLOCSCOPE_ALLOCATOR_TCMALLOC_TCMALLOC_H_

#include <memory>
#include <string>

#include "allocator/backend.h"

namespace allocscope::allocator::tcmalloc {

Result<std::unique_ptr<const Backend>> Prove();

// The version that a copy reports through its marker symbol (see detect.cc); empty when it reports none.
std::string VersionBy(void* marker);

}  // namespace allocscope::allocator::tcmalloc

#endif  // ALLOCSCOPE_ALLOCATOR_TCMALLOC_TCMALLOC_H_
