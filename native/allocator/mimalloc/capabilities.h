#ifndef ALLOCSCOPE_ALLOCATOR_MIMALLOC_CAPABILITIES_H_
#define ALLOCSCOPE_ALLOCATOR_MIMALLOC_CAPABILITIES_H_

#include "allocator/mimalloc/api.h"

namespace allocscope::allocator::mimalloc {

// What `HeapArea::used` counts: it changed from bytes to blocks between releases without another name.
enum class UsedUnit { kUnproved, kBlocks, kBytes };

// Whose blocks `mi_heap_visit_blocks` shows. The heap of all threads may be visited only while no other thread runs.
enum class Reach { kNone, kThread, kProcess };

// What this copy was seen to do. One soname and one set of names covers releases that differ in each of these.
struct Capabilities {
  Reach reach = Reach::kNone;
  UsedUnit used_unit = UsedUnit::kUnproved;
  // Whether `mi_stats_get_json` counts what is allocated.
  bool counts_allocated = false;
  // Whether what is given back leaves `mi_process_info.current_commit`.
  bool commit_falls = false;
};

// Takes known blocks and looks where they show: under 1 ms, and 512 KiB that are resident meanwhile.
Capabilities ProveCapabilities(const Api& api);

// The heap that `reach` is about; null for none.
void* HeapOf(const Api& api, Reach reach);

}  // namespace allocscope::allocator::mimalloc

#endif  // ALLOCSCOPE_ALLOCATOR_MIMALLOC_CAPABILITIES_H_
