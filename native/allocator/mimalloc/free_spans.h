#ifndef ALLOCSCOPE_ALLOCATOR_MIMALLOC_FREE_SPANS_H_
#define ALLOCSCOPE_ALLOCATOR_MIMALLOC_FREE_SPANS_H_

#include "allocator/mimalloc/api.h"

namespace allocscope::allocator::mimalloc {

// mimalloc 2 marks what is free in a segment for decommitting later, and does so only when the thread takes memory from that segment again:
// mi_collect passes over segments in which something is in use. This takes what is free and resident, without touching it, and frees it
// again while the delay is none, which decommits at once.
bool NeedsFreeSpans(const Api& api);
void DecommitFreeSpans(const Api& api);

}  // namespace allocscope::allocator::mimalloc

#endif  // ALLOCSCOPE_ALLOCATOR_MIMALLOC_FREE_SPANS_H_
