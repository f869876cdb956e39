#include "embedded/regions.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "allocator/detect.h"
#include "platform/safe_memory.h"

namespace allocscope::embedded {
namespace {

using platform::AddressRange;
using platform::SmapsEntry;
using platform::SmapsField;

constexpr uint64_t kMebibyte = 1024 * 1024;
constexpr uint64_t kGibibyte = 1024 * kMebibyte;
constexpr uint64_t kTebibyte = 1024 * kGibibyte;

// Where mimalloc asks for its memory on 64-bit systems. MI_HINT_BASE, MI_HINT_MAX. Some are built to leave the place to the kernel.
constexpr AddressRange kHints{2 * kTebibyte, 30 * kTebibyte};

// A segment of 2.x. An arena of either version has 1 GiB; one that had to hold a larger block, more.
constexpr uint64_t kSegmentBytes = 32 * kMebibyte;
constexpr uint64_t kArenaBytes = kGibibyte;
constexpr uint64_t kArenaAlignment = 64 * 1024;
constexpr uint64_t kArenaSlack = 2 * kSegmentBytes;

// The header of an arena or a segment: it points to the heap or the process's state of the copy, which are in the library's data.
constexpr size_t kHeaderBytes = 64 * 1024;

bool Holds(const AddressRange& range, uintptr_t address) { return address >= range.begin && address < range.end; }

bool HoldsAny(const std::vector<AddressRange>& ranges, uintptr_t address) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const AddressRange& range) { return Holds(range, address); });
}

bool IsNamed(const SmapsEntry& mapping) { return std::strncmp(mapping.name, "[anon:mimalloc", 14) == 0; }

// Calls `visit(word)` for each word of own memory that can be read.
template <typename Visit>
void VisitWords(const AddressRange& range, Visit&& visit) {
  constexpr size_t kWords = 1024;
  uintptr_t words[kWords];
  for (uintptr_t at = range.begin; at < range.end; at += sizeof words) {
    const size_t bytes = std::min<size_t>(sizeof words, range.end - at);
    if (!platform::ReadOwnMemory(at, words, bytes)) continue;
    for (size_t i = 0; i < bytes / sizeof *words; i++) visit(words[i]);
  }
}

class Collector {
 public:
  void Add(const SmapsEntry& mapping) {
    if (mapping.inode != 0 || mapping.permissions[3] != 'p') return;
    regions_.lazy_free_bytes += mapping.Bytes(SmapsField::kLazyFree);
    if (!MayBeMimalloc(mapping) && !Continues(mapping)) return;
    if (!Continues(mapping)) regions_.regions.push_back({{mapping.begin, mapping.begin}, 0, false, {}, false});
    Region& region = regions_.regions.back();
    region.range.end = mapping.end;
    region.resident_bytes += mapping.Bytes(SmapsField::kRss);
    region.is_named = region.is_named || IsNamed(mapping);
  }

  Regions Take() { return std::move(regions_); }

 private:
  // The kernel shows parts of one mapping by themselves where their protection differs.
  bool Continues(const SmapsEntry& mapping) const {
    if (regions_.regions.empty() || regions_.regions.back().range.end != mapping.begin) return false;
    return Holds(kHints, mapping.begin) && Holds(kHints, regions_.regions.back().range.begin);
  }

  Regions regions_;
};

// Which copies are shown to own which region, by words that point from one to the other.
class Pointers {
 public:
  Pointers(const Finder& finder, std::vector<Region>* regions) : finder_(finder), regions_(regions), pointed_to_(regions->size()) {}

  // The library that serves malloc takes part: its regions are no copy's.
  void Find() {
    const std::vector<Copy>& copies = finder_.copies();
    for (uint32_t i = 0; i < copies.size(); i++) {
      if (std::strcmp(copies[i].allocator, "mimalloc") == 0) FindFor(i, copies[i].writable_data);
    }
    FindFor(kLive, finder_.live_data());
    for (size_t i = 0; i < regions_->size(); i++) Settle(&(*regions_)[i], pointed_to_[i]);
  }

 private:
  static constexpr uint32_t kLive = UINT32_MAX;

  void FindFor(uint32_t owner, const std::vector<AddressRange>& data) {
    std::vector<uintptr_t> arenas;
    for (const AddressRange& range : data) {
      VisitWords(range, [&](uintptr_t word) {
        for (Region& region : *regions_) {
          if (!Holds(region.range, word)) continue;
          if (IsWhereAsked(region)) {
            Add(owner, &region.owners);
          } else if (word % kArenaAlignment == 0 && PointsTo(data, word, region)) {
            arenas.push_back(word);
          }
        }
      });
    }
    std::sort(arenas.begin(), arenas.end());
    arenas.erase(std::unique(arenas.begin(), arenas.end()), arenas.end());
    for (size_t i = 0; i < regions_->size(); i++) {
      const Region& region = (*regions_)[i];
      if (IsWhereAsked(region) ? PointsTo(data, region.range.begin, region) : IsFullOf(arenas, region)) Add(owner, &pointed_to_[i]);
    }
  }

  static bool IsWhereAsked(const Region& region) { return region.is_named || Holds(kHints, region.range.begin); }

  // Whether what begins at `header` within `region` points to the copy's data.
  static bool PointsTo(const std::vector<AddressRange>& data, uintptr_t header, const Region& region) {
    bool found = false;
    VisitWords({header, std::min(region.range.end, header + kHeaderBytes)}, [&](uintptr_t word) { found = found || HoldsAny(data, word); });
    return found;
  }

  // Anywhere else malloc's memory may be as well, and the kernel joins mappings side by side. So the copy must know of an arena in each
  // GiB.
  static bool IsFullOf(const std::vector<uintptr_t>& arenas, const Region& region) {
    const auto count = std::count_if(arenas.begin(), arenas.end(), [&](uintptr_t arena) { return Holds(region.range, arena); });
    return region.range.end - region.range.begin <= static_cast<uint64_t>(count) * kArenaBytes + kArenaSlack;
  }

  static void Add(uint32_t owner, std::vector<uint32_t>* owners) {
    if (std::find(owners->begin(), owners->end(), owner) == owners->end()) owners->push_back(owner);
  }

  // A region's own header says more than a word of a copy's data, which may be what is left of memory that it had at this address before.
  void Settle(Region* region, const std::vector<uint32_t>& pointed_to) const {
    std::vector<uint32_t>& owners = region->owners;
    if (pointed_to.size() == 1) owners = pointed_to;
    for (const uint32_t owner : pointed_to) Add(owner, &owners);
    region->has_pointers = owners.size() == 1;
    if (std::find(owners.begin(), owners.end(), kLive) != owners.end()) {
      owners.clear();
    } else if (owners.empty()) {
      AddByLooks(region);
    }
  }

  // No copy's, perhaps, where a mimalloc serves malloc as well.
  void AddByLooks(Region* region) const {
    if (std::strcmp(allocator::LiveBackend().name(), "mimalloc") == 0) return;
    if (!IsWhereAsked(*region) || (!region->is_named && !LooksLikeArena(region->range))) return;
    for (uint32_t i = 0; i < finder_.copies().size(); i++) {
      if (std::strcmp(finder_.copies()[i].allocator, "mimalloc") == 0) region->owners.push_back(i);
    }
  }

  // V8 may happen to have memory at these addresses, but not of this size at this alignment.
  static bool LooksLikeArena(const AddressRange& range) {
    const uint64_t size = range.end - range.begin;
    const bool is_arena = size >= kArenaBytes && size <= kArenaBytes + kArenaSlack;
    return is_arena || (size == kSegmentBytes && range.begin % kSegmentBytes == 0);
  }

  const Finder& finder_;
  std::vector<Region>* regions_;
  // Of each region, the copies whose data its header points to.
  std::vector<std::vector<uint32_t>> pointed_to_;
};

Result<Regions> Collect(const Finder& finder, platform::SmapsFields fields) {
  Collector collector;
  const platform::SmapsFailure failure =
      platform::VisitOwnSmaps(fields, [&collector](const SmapsEntry& mapping) { collector.Add(mapping); });
  if (failure.call != nullptr) {
    return Failure{"PROC_UNREADABLE", std::string(failure.call) + (fields.empty() ? " /proc/self/maps" : " /proc/self/smaps"),
                   failure.error_number, std::strerror(failure.error_number)};
  }
  Regions regions = collector.Take();
  if (!finder.has_mimalloc()) regions.regions.clear();
  Pointers(finder, &regions.regions).Find();
  const auto is_nobodys = [](const Region& region) { return region.owners.empty(); };
  regions.regions.erase(std::remove_if(regions.regions.begin(), regions.regions.end(), is_nobodys), regions.regions.end());
  return regions;
}

}  // namespace

bool MayBeMimalloc(const SmapsEntry& mapping) {
  if (mapping.inode != 0 || mapping.permissions[3] != 'p') return false;
  if (IsNamed(mapping)) return true;
  if (*mapping.name != '\0' || std::memcmp(mapping.permissions, "rw", 2) != 0) return false;
  return mapping.size() >= (Holds(kHints, mapping.begin) ? kSegmentBytes : kArenaBytes);
}

Result<Regions> ReadRegions(const Finder& finder) {
  return Collect(finder, platform::SmapsFields(SmapsField::kRss, SmapsField::kLazyFree));
}

Result<Regions> FindRegions(const Finder& finder) { return Collect(finder, platform::SmapsFields()); }

}  // namespace allocscope::embedded
