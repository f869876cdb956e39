#include "allocator/tcmalloc/counted_block.h"

#include <cstdlib>
#include <optional>

namespace allocscope::allocator::tcmalloc {
namespace {

// Other threads may allocate in between, which must not look like guards. So the least of several is taken, unless one is the block alone.
constexpr int kAttempts = 8;

// What the debug build adds to a block: its guards, rounded up to a size class or a page of its own.
constexpr size_t kMostGuardBytes = size_t{128} << 10;

size_t AllocatedNow(PropertyFunction property) {
  size_t bytes = 0;
  property("generic.current_allocated_bytes", &bytes);
  return bytes;
}

}  // namespace

std::optional<size_t> CountedForBlock(PropertyFunction property) {
  std::optional<size_t> least;
  for (int attempt = 0; attempt < kAttempts && least != kProofBlockBytes; attempt++) {
    const size_t before = AllocatedNow(property);
    void* volatile block = std::malloc(kProofBlockBytes);
    if (block == nullptr) return std::nullopt;
    const size_t counted = AllocatedNow(property) - before;
    std::free(block);
    const bool fits = counted >= kProofBlockBytes && counted <= kProofBlockBytes + kMostGuardBytes;
    if (fits && counted < least.value_or(counted + 1)) least = counted;
  }
  return least;
}

}  // namespace allocscope::allocator::tcmalloc
