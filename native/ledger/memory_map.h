#ifndef ALLOCSCOPE_LEDGER_MEMORY_MAP_H_
#define ALLOCSCOPE_LEDGER_MEMORY_MAP_H_

#include <sys/types.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "result.h"

namespace allocscope::ledger {

// One mapping of a process, with what the kernel says of its pages.
struct Mapping {
  uintptr_t begin = 0;
  uintptr_t end = 0;
  bool readable = false;
  bool writable = false;
  bool executable = false;
  bool shared = false;
  // Place of its name in MemoryMap::names; 0 for none.
  uint32_t name = 0;
  uint64_t resident = 0;
  // Resident pages that no file backs.
  uint64_t anonymous = 0;
  // Resident until the kernel takes them: MADV_FREE.
  uint64_t lazy_free = 0;
  uint64_t huge = 0;
  uint64_t swapped = 0;
  // Beside RSS, which leaves them out.
  uint64_t hugetlb = 0;

  uint64_t size() const { return end - begin; }
  bool accessible() const { return readable || writable || executable; }
  // Memory of the process's own, which is no file's and has no name.
  bool plain() const { return name == 0 && !shared; }
};

// Whether a mapping's name begins so.
inline bool Begins(const std::string& name, const char* with) { return name.compare(0, std::strlen(with), with) == 0; }

struct MemoryMap {
  // By address.
  std::vector<Mapping> mappings;
  // The first is empty.
  std::vector<std::string> names;
  uint64_t resident = 0;

  const std::string& NameOf(const Mapping& mapping) const { return names[mapping.name]; }
};

// The mappings of the process `pid`, 0 for this one, by /proc/<pid>/smaps: the kernel walks every page table and looks at the record of
// every page, some 30 ms a GB.
Result<MemoryMap> ReadMemoryMap(pid_t pid);

// This process's mappings by /proc/self/maps, without figures of their pages. About 0.5 µs a mapping.
Result<MemoryMap> ReadOwnAddresses();

// LazyFree of all mappings, by /proc/self/smaps_rollup: as dear as smaps, but for the text.
Result<uint64_t> ReadOwnLazyFree();

}  // namespace allocscope::ledger

#endif  // ALLOCSCOPE_LEDGER_MEMORY_MAP_H_
