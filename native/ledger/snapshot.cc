#include "ledger/snapshot.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <utility>

namespace allocscope::ledger {
namespace {

using platform::PageMap;

// What smaps_rollup takes for a page of 4 KiB, measured, as the kernel looks at the page's own record, and for a mapping.
constexpr uint64_t kNanosAPage = 100;
constexpr uint64_t kNanosAMapping = 1000;

// The number behind `name` in a file of lines; nothing when there is no such line.
class Lines {
 public:
  explicit Lines(const char* file) {
    const int descriptor = open(file, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    size_t length = 0;
    ssize_t got;
    while ((got = read(descriptor, text_ + length, sizeof text_ - 1 - length)) > 0) length += static_cast<size_t>(got);
    close(descriptor);
    text_[length] = '\0';
  }

  // `missing` when there is no such line.
  uint64_t NumberBehind(const char* name, uint64_t missing) const {
    const char* const found = std::strstr(text_, name);
    return found == nullptr ? missing : std::strtoull(found + std::strlen(name), nullptr, 10);
  }

 private:
  char text_[16 * 1024] = {};
};

bool HasShared(const MemoryMap& map) {
  for (const Mapping& mapping : map.mappings) {
    if (mapping.shared) return true;
  }
  return false;
}

// What only smaps tells by mapping: pages of hugetlbfs and swapped memory. VmSwap leaves out memory that processes share.
bool HasWhatOnlySmapsTells(const MemoryMap& map) {
  const Lines status("/proc/self/status");
  if (status.NumberBehind("\nVmSwap:", 1) != 0 || status.NumberBehind("\nHugetlbPages:", 0) != 0) return true;
  if (!HasShared(map)) return false;
  const Lines system("/proc/meminfo");
  return system.NumberBehind("\nSwapTotal:", 1) != system.NumberBehind("\nSwapFree:", 0);
}

// The kernel counts since its start how many pages were given up.
bool MayHaveLazyFree() { return Lines("/proc/vmstat").NumberBehind("\npglazyfree ", 1) != 0; }

bool HasHuge(const MemoryMap& map) {
  for (const Mapping& mapping : map.mappings) {
    if (mapping.huge != 0) return true;
  }
  return false;
}

uint64_t SmallPages(const MemoryMap& map, uint64_t page) {
  uint64_t bytes = 0;
  for (const Mapping& mapping : map.mappings) bytes += mapping.resident - mapping.huge;
  return bytes / page;
}

// False where smaps has to be read.
bool ScanOwn(const PageMap& pages, uint64_t lazy_free_nanos, Snapshot* snapshot) {
  if (!pages.can_scan() || !pages.TellsZeroPages()) return false;
  Result<MemoryMap> map = ReadOwnAddresses();
  if (!map.ok()) return false;
  snapshot->map = std::move(map.value());
  if (HasWhatOnlySmapsTells(snapshot->map) || !snapshot->resident.ScanInto(pages, &snapshot->map)) return false;
  if (HasHuge(snapshot->map) && !pages.TellsHugeZeroPages()) return false;
  if (!MayHaveLazyFree()) return true;
  const uint64_t estimate = SmallPages(snapshot->map, pages.page()) * kNanosAPage + snapshot->map.mappings.size() * kNanosAMapping;
  snapshot->knows_lazy_free = estimate <= lazy_free_nanos;
  if (!snapshot->knows_lazy_free) return true;
  const Result<uint64_t> lazy_free = ReadOwnLazyFree();
  return lazy_free.ok() && lazy_free.value() == 0;
}

}  // namespace

Result<Snapshot> TakeSnapshot(pid_t pid, uint64_t lazy_free_nanos) {
  Snapshot snapshot;
  const PageMap pages;
  snapshot.is_scanned = pid == 0 && ScanOwn(pages, lazy_free_nanos, &snapshot);
  if (snapshot.is_scanned) return snapshot;
  Result<MemoryMap> map = ReadMemoryMap(pid);
  if (!map.ok()) return map.failure();
  snapshot.map = std::move(map.value());
  snapshot.knows_lazy_free = true;
  if (pid != 0 || !pages.readable()) return snapshot;
  snapshot.resident = ResidentPages();
  if (!pages.can_scan() || !snapshot.resident.Scan(pages, snapshot.map)) snapshot.resident.Read(pages, snapshot.map);
  return snapshot;
}

}  // namespace allocscope::ledger
