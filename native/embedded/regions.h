#ifndef ALLOCSCOPE_EMBEDDED_REGIONS_H_
#define ALLOCSCOPE_EMBEDDED_REGIONS_H_

#include <cstdint>
#include <vector>

#include "embedded/copies.h"
#include "platform/smaps.h"
#include "platform/symbol_lookup.h"
#include "result.h"

namespace allocscope::embedded {

// Mappings side by side that mimalloc took from the system: its arenas and segments.
struct Region {
  platform::AddressRange range;
  uint64_t resident_bytes = 0;
  // The kernel names them `[anon:mimalloc]`.
  bool is_named = false;
  // Places in Finder::copies() of the copies whose it may be. With pointers, one: its data and the region point at each other. Otherwise
  // every mimalloc, by what its mappings look like.
  std::vector<uint32_t> owners;
  bool has_pointers = false;
};

struct Regions {
  std::vector<Region> regions;
  // Of all anonymous mappings: given to the kernel to take when it likes, and still resident.
  uint64_t lazy_free_bytes = 0;
};

// Whether `mapping` may be mimalloc's: named so, private memory of its size at the addresses that it asks for, or an arena's anywhere.
bool MayBeMimalloc(const platform::SmapsEntry& mapping);

// The mappings of the copies of mimalloc. The kernel walks every mapping: see process::ReadResidency.
Result<Regions> ReadRegions(const Finder& finder);

// … without what is resident of them, by /proc/self/maps alone: no page is walked.
Result<Regions> FindRegions(const Finder& finder);

}  // namespace allocscope::embedded

#endif  // ALLOCSCOPE_EMBEDDED_REGIONS_H_
