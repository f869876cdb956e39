#ifndef ALLOCSCOPE_ALLOCATOR_GLIBC_TERRITORY_H_
#define ALLOCSCOPE_ALLOCATOR_GLIBC_TERRITORY_H_

#include <optional>

#include "allocator/backend.h"
#include "allocator/glibc/locate.h"

namespace allocscope::allocator::glibc {

// The main arena's part of the break, and the heaps of the other arenas. Nothing where the layout isn't proved. Reads a few words for each
// heap; the heads of heaps are never unmapped while they are linked.
std::optional<Territory> ReadTerritory(const Located& located);

}  // namespace allocscope::allocator::glibc

#endif  // ALLOCSCOPE_ALLOCATOR_GLIBC_TERRITORY_H_
