#ifndef ALLOCSCOPE_ALLOCATOR_JEMALLOC_ARENAS_H_
#define ALLOCSCOPE_ALLOCATOR_JEMALLOC_ARENAS_H_

#include "allocator/backend.h"
#include "allocator/jemalloc/control.h"

namespace allocscope::allocator::jemalloc {

// Tables of every arena, of the bins and of the free extents, as of the last epoch.
void AddArenaTables(const Control& control, Document* document);

// Options and build settings in force, by their upstream names.
void AddSettings(const Control& control, Document* document);

}  // namespace allocscope::allocator::jemalloc

#endif  // ALLOCSCOPE_ALLOCATOR_JEMALLOC_ARENAS_H_
