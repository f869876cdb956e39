#include "ledger/memory_map.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>

#include "platform/smaps.h"

namespace allocscope::ledger {
namespace {

using platform::SmapsEntry;
using platform::SmapsField;

constexpr platform::SmapsFields kFields(SmapsField::kRss, SmapsField::kAnonymous, SmapsField::kLazyFree, SmapsField::kAnonHugePages,
                                        SmapsField::kSwap, SmapsField::kSharedHugetlb, SmapsField::kPrivateHugetlb);

class Reader {
 public:
  Reader() {
    map_.names.emplace_back();
    places_.emplace(std::string(), 0);
  }

  void Add(const SmapsEntry& entry) {
    Mapping mapping;
    mapping.begin = entry.begin;
    mapping.end = entry.end;
    mapping.readable = entry.permissions[0] == 'r';
    mapping.writable = entry.permissions[1] == 'w';
    mapping.executable = entry.permissions[2] == 'x';
    mapping.shared = entry.permissions[3] == 's';
    mapping.name = PlaceOf(entry.name);
    mapping.resident = entry.Bytes(SmapsField::kRss);
    mapping.anonymous = entry.Bytes(SmapsField::kAnonymous);
    mapping.lazy_free = entry.Bytes(SmapsField::kLazyFree);
    mapping.huge = entry.Bytes(SmapsField::kAnonHugePages);
    mapping.swapped = entry.Bytes(SmapsField::kSwap);
    mapping.hugetlb = entry.Bytes(SmapsField::kSharedHugetlb) + entry.Bytes(SmapsField::kPrivateHugetlb);
    map_.resident += mapping.resident;
    map_.mappings.push_back(mapping);
  }

  MemoryMap Take() { return std::move(map_); }

 private:
  uint32_t PlaceOf(const char* name) {
    if (*name == '\0') return 0;
    const auto [found, is_new] = places_.emplace(name, static_cast<uint32_t>(map_.names.size()));
    if (is_new) map_.names.emplace_back(name);
    return found->second;
  }

  MemoryMap map_;
  std::map<std::string, uint32_t> places_;
};

Failure Unreadable(const std::string& call, int error) { return {"PROC_UNREADABLE", call, error, std::strerror(error)}; }

template <typename Visit>
Result<Done> VisitFile(const std::string& file, platform::SmapsFields fields, Visit visit) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return Unreadable("open " + file, errno);
  const platform::SmapsFailure failure = platform::VisitSmapsIn(
      descriptor, fields, [](void* visitor, const SmapsEntry& entry) { (*static_cast<Visit*>(visitor))(entry); }, &visit);
  close(descriptor);
  if (failure.call != nullptr) return Unreadable(std::string(failure.call) + " " + file, failure.error_number);
  return Done{};
}

Result<MemoryMap> ReadMap(const std::string& file, platform::SmapsFields fields) {
  Reader reader;
  const auto add = [&](const SmapsEntry& entry) { reader.Add(entry); };
  const Result<Done> visited = VisitFile(file, fields, add);
  if (!visited.ok()) return visited.failure();
  return reader.Take();
}

}  // namespace

Result<MemoryMap> ReadMemoryMap(pid_t pid) { return ReadMap("/proc/" + (pid == 0 ? "self" : std::to_string(pid)) + "/smaps", kFields); }

Result<MemoryMap> ReadOwnAddresses() { return ReadMap("/proc/self/maps", platform::SmapsFields()); }

Result<uint64_t> ReadOwnLazyFree() {
  uint64_t bytes = 0;
  const auto add = [&](const SmapsEntry& entry) { bytes += entry.Bytes(SmapsField::kLazyFree); };
  const Result<Done> visited = VisitFile("/proc/self/smaps_rollup", platform::SmapsFields(SmapsField::kLazyFree), add);
  if (!visited.ok()) return visited.failure();
  return bytes;
}

}  // namespace allocscope::ledger
