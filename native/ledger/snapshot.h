#ifndef ALLOCSCOPE_LEDGER_SNAPSHOT_H_
#define ALLOCSCOPE_LEDGER_SNAPSHOT_H_

#include <sys/types.h>

#include <cstdint>

#include "ledger/memory_map.h"
#include "ledger/resident_pages.h"
#include "result.h"

namespace allocscope::ledger {

// A process's mappings and what is resident of them.
struct Snapshot {
  MemoryMap map;
  // Known of this process alone.
  ResidentPages resident;
  // Whether the figures of the mappings are those of one scan of the page tables, and not of smaps.
  bool is_scanned = false;
  // Whether pages that were given up with MADV_FREE are known. Otherwise their figures are 0, and they count as their owners'.
  bool knows_lazy_free = true;
};

// `pid` 0 is this process. Its page tables are scanned where all that smaps tells is known without it: no memory is swapped out or on
// hugetlbfs, none was given up with MADV_FREE, and this kernel tells which pages are zero pages. `lazy_free_nanos` is what a look for
// memory given up may take, by its estimate, some 0.1 µs a page and 1 µs a mapping.
Result<Snapshot> TakeSnapshot(pid_t pid, uint64_t lazy_free_nanos);

}  // namespace allocscope::ledger

#endif  // ALLOCSCOPE_LEDGER_SNAPSHOT_H_
