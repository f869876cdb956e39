#ifndef ALLOCSCOPE_LEDGER_RESIDENT_PAGES_H_
#define ALLOCSCOPE_LEDGER_RESIDENT_PAGES_H_

#include <cstdint>
#include <vector>

#include "ledger/memory_map.h"
#include "platform/page_map.h"

namespace allocscope::ledger {

// Which pages of this process are resident, as of one look: runs of pages side by side, by address.
class ResidentPages {
 public:
  // None, of 4 KiB.
  ResidentPages() = default;

  // By PAGEMAP_SCAN. False when a call failed.
  bool Scan(const platform::PageMap& pages, const MemoryMap& map) { return ScanAll(pages, map, nullptr); }

  // … and gives each mapping its figures by it: resident, anonymous and huge pages.
  bool ScanInto(const platform::PageMap& pages, MemoryMap* map);

  // By a word for each page of the mappings that have resident ones. Where the kernel doesn't tell, zero pages are among them.
  bool Read(const platform::PageMap& pages, const MemoryMap& map);

  // Whether the look was taken.
  bool known() const { return known_; }

  // Resident bytes of the pages that begin within [begin, end). 0 where they can't be read.
  uint64_t Bytes(uintptr_t begin, uintptr_t end) const;

  // … of those on transparent huge pages. Only a scan tells them.
  uint64_t HugeBytes(uintptr_t begin, uintptr_t end) const;

  bool Has(uintptr_t address) const;

  // The first resident page from `begin` on, by its address; `end` when there is none below it.
  uintptr_t FirstFrom(uintptr_t begin, uintptr_t end) const;

  // The last resident page below `end` and not below `begin`, by its address; 0 when there is none.
  uintptr_t LastBefore(uintptr_t begin, uintptr_t end) const;

  uint64_t page() const { return page_; }

 private:
  struct Run {
    uintptr_t begin;
    uintptr_t end;
    // Anonymous, on transparent huge pages.
    bool is_huge;
  };

  // `told` is null, or the mappings of `map`.
  bool ScanAll(const platform::PageMap& pages, const MemoryMap& map, std::vector<Mapping>* told);
  bool ScanStretch(const platform::PageMap& pages, const MemoryMap& map, size_t first, size_t behind, std::vector<Mapping>* told);
  void Add(uintptr_t begin, uintptr_t end, bool is_huge);
  std::vector<Run>::const_iterator FirstEndingAfter(uintptr_t address) const;

  std::vector<Run> runs_;
  uint64_t page_ = 4096;
  bool known_ = false;
};

}  // namespace allocscope::ledger

#endif  // ALLOCSCOPE_LEDGER_RESIDENT_PAGES_H_
