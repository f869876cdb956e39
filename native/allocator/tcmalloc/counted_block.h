#ifndef ALLOCSCOPE_ALLOCATOR_TCMALLOC_COUNTED_BLOCK_H_
#define ALLOCSCOPE_ALLOCATOR_TCMALLOC_COUNTED_BLOCK_H_

#include <cstddef>
#include <optional>

namespace allocscope::allocator::tcmalloc {

// MallocExtension_GetNumericProperty.
using PropertyFunction = int (*)(const char* property, size_t* value);

constexpr size_t kProofBlockBytes = size_t{3} << 20;

// What tcmalloc counted for a block of kProofBlockBytes from malloc, which is more in the debug build; nothing when it counted none.
std::optional<size_t> CountedForBlock(PropertyFunction property);

}  // namespace allocscope::allocator::tcmalloc

#endif  // ALLOCSCOPE_ALLOCATOR_TCMALLOC_COUNTED_BLOCK_H_
