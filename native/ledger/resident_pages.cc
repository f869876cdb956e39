#include "ledger/resident_pages.h"

#include <algorithm>

namespace allocscope::ledger {
namespace {

using platform::PageRun;

constexpr uintptr_t kKernelsHalf = uintptr_t{1} << 63;

// What the pages of a mapping can be.
enum class Kind : uint8_t {
  // The process's own, and nothing else.
  kAnonymous,
  // A file's, or a private copy of one.
  kFile,
  // Shared memory or a shared file's: never anonymous.
  kShared,
  // A device's or the kernel's: some of it is no memory of the process's at all. What the kernel counts in RSS it tells as a file's.
  kSpecial,
};

Kind KindOf(const Mapping& mapping, const std::string& name) {
  if (mapping.plain()) return Kind::kAnonymous;
  const bool is_own = name.empty() || name == "[heap]" || Begins(name, "[stack") || Begins(name, "[anon");
  const bool is_device = Begins(name, "/dev/") && !Begins(name, "/dev/shm/") && !Begins(name, "/dev/zero");
  if (is_device || (!is_own && !Begins(name, "/"))) return Kind::kSpecial;
  if (mapping.shared) return Kind::kShared;
  return is_own ? Kind::kAnonymous : Kind::kFile;
}

bool KnowsFiles(Kind kind) { return kind == Kind::kFile || kind == Kind::kSpecial; }

bool KnowsFiles(const MemoryMap& map, size_t place) { return KnowsFiles(KindOf(map.mappings[place], map.NameOf(map.mappings[place]))); }

// Whether pages of a run are the process's own, in a mapping of this kind.
bool IsAnonymous(const PageRun& run, Kind kind) {
  return kind == Kind::kAnonymous || (kind == Kind::kFile && (run.categories & platform::kPageIsFile) == 0);
}

}  // namespace

void ResidentPages::Add(uintptr_t begin, uintptr_t end, bool is_huge) {
  if (!runs_.empty() && runs_.back().end == begin && runs_.back().is_huge == is_huge) {
    runs_.back().end = end;
  } else {
    runs_.push_back({begin, end, is_huge});
  }
}

// A run may lie in several mappings side by side.
bool ResidentPages::ScanStretch(const platform::PageMap& pages, const MemoryMap& map, size_t first, size_t behind,
                                std::vector<Mapping>* told) {
  const uint64_t asked = platform::kPageIsZero | platform::kPageIsHuge | (KnowsFiles(map, first) ? uint64_t{platform::kPageIsFile} : 0);
  size_t at = first;
  const auto visit = [&](const PageRun& run) {
    if ((run.categories & platform::kPageIsZero) != 0) return;
    while (at < behind && map.mappings[at].end <= run.begin) at++;
    for (size_t i = at; i < behind && map.mappings[i].begin < run.end; i++) {
      const Kind kind = KindOf(map.mappings[i], map.NameOf(map.mappings[i]));
      if (kind == Kind::kSpecial && (run.categories & platform::kPageIsFile) == 0) continue;
      const uintptr_t begin = std::max<uintptr_t>(run.begin, map.mappings[i].begin);
      const uintptr_t end = std::min<uintptr_t>(run.end, map.mappings[i].end);
      const bool is_anonymous = IsAnonymous(run, kind);
      const bool is_huge = is_anonymous && (run.categories & platform::kPageIsHuge) != 0;
      Add(begin, end, is_huge);
      if (told == nullptr) continue;
      (*told)[i].resident += end - begin;
      if (is_anonymous) (*told)[i].anonymous += end - begin;
      if (is_huge) (*told)[i].huge += end - begin;
    }
  };
  return ScanPages(pages, map.mappings[first].begin, map.mappings[behind - 1].end, asked, visit);
}

bool ResidentPages::ScanAll(const platform::PageMap& pages, const MemoryMap& map, std::vector<Mapping>* told) {
  page_ = pages.page();
  runs_.clear();
  known_ = true;
  // [vsyscall] is the kernel's, and refused.
  size_t count = map.mappings.size();
  while (count > 0 && map.mappings[count - 1].begin >= kKernelsHalf) count--;
  // Mappings side by side of which the same is asked are one stretch.
  for (size_t first = 0; first < count && known_;) {
    size_t behind = first + 1;
    while (behind < count && KnowsFiles(map, behind) == KnowsFiles(map, first)) behind++;
    known_ = ScanStretch(pages, map, first, behind, told);
    first = behind;
  }
  return known_;
}

bool ResidentPages::ScanInto(const platform::PageMap& pages, MemoryMap* map) {
  for (Mapping& mapping : map->mappings) mapping.resident = mapping.anonymous = mapping.huge = 0;
  const bool scanned = ScanAll(pages, *map, &map->mappings);
  map->resident = 0;
  for (const Mapping& mapping : map->mappings) map->resident += mapping.resident;
  return scanned;
}

bool ResidentPages::Read(const platform::PageMap& pages, const MemoryMap& map) {
  page_ = pages.page();
  runs_.clear();
  for (const Mapping& mapping : map.mappings) {
    if (mapping.resident == 0) continue;
    const auto visit = [&](const PageRun& run) { Add(run.begin, run.end, false); };
    if (!ReadPages(pages, mapping.begin, mapping.end, visit)) return false;
  }
  known_ = true;
  return true;
}

std::vector<ResidentPages::Run>::const_iterator ResidentPages::FirstEndingAfter(uintptr_t address) const {
  return std::upper_bound(runs_.begin(), runs_.end(), address, [](uintptr_t wanted, const Run& run) { return wanted < run.end; });
}

uint64_t ResidentPages::Bytes(uintptr_t begin, uintptr_t end) const {
  begin = (begin + page_ - 1) & ~(page_ - 1);
  end = (end + page_ - 1) & ~(page_ - 1);
  uint64_t bytes = 0;
  for (auto run = FirstEndingAfter(begin); run != runs_.end() && run->begin < end; ++run) {
    bytes += std::min(run->end, end) - std::max(run->begin, begin);
  }
  return bytes;
}

uint64_t ResidentPages::HugeBytes(uintptr_t begin, uintptr_t end) const {
  uint64_t bytes = 0;
  for (auto run = FirstEndingAfter(begin); run != runs_.end() && run->begin < end; ++run) {
    if (run->is_huge) bytes += std::min(run->end, end) - std::max(run->begin, begin);
  }
  return bytes;
}

bool ResidentPages::Has(uintptr_t address) const {
  const auto run = FirstEndingAfter(address);
  return run != runs_.end() && run->begin <= address;
}

uintptr_t ResidentPages::FirstFrom(uintptr_t begin, uintptr_t end) const {
  begin &= ~(page_ - 1);
  const auto run = FirstEndingAfter(begin);
  return run == runs_.end() ? end : std::min(std::max(run->begin, begin), end);
}

uintptr_t ResidentPages::LastBefore(uintptr_t begin, uintptr_t end) const {
  end &= ~(page_ - 1);
  auto run = std::lower_bound(runs_.begin(), runs_.end(), end, [](const Run& each, uintptr_t wanted) { return each.begin < wanted; });
  if (run == runs_.begin() || end == 0) return 0;
  --run;
  const uintptr_t last = std::min(run->end, end) - page_;
  return last >= begin ? last : 0;
}

}  // namespace allocscope::ledger
