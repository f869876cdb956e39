#ifndef ALLOCSCOPE_ALLOCATOR_GLIBC_CHUNK_WALK_H_
#define ALLOCSCOPE_ALLOCATOR_GLIBC_CHUNK_WALK_H_

#include <optional>

#include "allocator/backend.h"
#include "allocator/glibc/locate.h"

namespace allocscope::allocator::glibc {

// The whole pages within a free chunk: what malloc_trim, too, would give back. Empty for a chunk that spans none.
struct Interior {
  uintptr_t begin = 0;
  uintptr_t end = 0;

  size_t bytes() const { return end - begin; }
};

Interior InteriorOf(uintptr_t chunk, size_t chunk_bytes);

// The top chunk of an arena: where it begins, and its size.
struct Top {
  uintptr_t chunk = 0;
  size_t bytes = 0;
};

Top TopOf(const Arena& arena);

// Walks every chunk of every arena by its size. Only where no other thread runs, as in a forked child. Where a chunk doesn't lead to the
// next one, as when the program itself moved the break, nothing is known.
std::optional<Occupancy> WalkChunks(const Located& located);

}  // namespace allocscope::allocator::glibc

#endif  // ALLOCSCOPE_ALLOCATOR_GLIBC_CHUNK_WALK_H_
