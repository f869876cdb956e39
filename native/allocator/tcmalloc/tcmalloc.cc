#include "allocator/tcmalloc/tcmalloc.h"

#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "allocator/tcmalloc/columns.h"
#include "allocator/tcmalloc/counted_block.h"
#include "platform/mapping.h"
#include "platform/symbol_lookup.h"

namespace allocscope::allocator::tcmalloc {
namespace {

using VersionFunction = const char* (*)(int* major, int* minor, const char** patch);
using StatsFunction = void (*)(char* buffer, int length);
using VoidFunction = void (*)();

constexpr size_t kCurrentAllocated = 0;
constexpr size_t kHeapSize = 1;
constexpr size_t kPageheapFree = 3;
constexpr size_t kPageheapUnmapped = 4;

std::vector<std::string> FieldNames() {
  std::vector<std::string> names;
  for (const Property& property : kFootprintProperties) names.emplace_back(property.field);
  return names;
}

const std::vector<std::string> kFootprintFields = FieldNames();

// Room for the report of a process with every size class and span length in use, several times over.
constexpr size_t kReportCapacity = size_t{1} << 20;

class TcmallocBackend final : public Backend {
 public:
  TcmallocBackend(Provenance provenance, PropertyFunction property, bool guards)
      : provenance_(std::move(provenance)),
        property_(property),
        guards_(guards),
        stats_(platform::FindFunction<StatsFunction>("MallocExtension_GetStats")),
        mark_thread_idle_(platform::FindFunction<VoidFunction>("MallocExtension_MarkThreadIdle")),
        release_free_memory_(platform::FindFunction<VoidFunction>("MallocExtension_ReleaseFreeMemory")) {}

  const char* name() const override { return "tcmalloc"; }
  const Provenance& provenance() const override { return provenance_; }
  const std::vector<std::string>& footprint_fields() const override { return kFootprintFields; }

  Result<Done> ReadFootprint(double* figures) const override {
    for (const Property& property : kFootprintProperties) *figures++ = ReadProperty(property);
    return Done{};
  }

  // The report is printed into memory of its own, so that it doesn't show in the figures it reports.
  Result<Document> Read(Detail) const override {
    if (stats_ == nullptr) return Unsupported("MallocExtension_GetStats", "this version doesn't export it");
    const auto memory = platform::Mapping::Anonymous(kReportCapacity);
    if (!memory.ok()) return Failure{"ALLOCATOR_CALL", memory.failure().call, memory.failure().error_number, memory.failure().message};
    auto* report = static_cast<char*>(memory.value().data());
    stats_(report, static_cast<int>(kReportCapacity));
    Document document;
    document.texts.emplace_back(kStatisticsText, std::string(report, strnlen(report, kReportCapacity)));
    for (const Property& property : kFootprintProperties) document.figures.emplace_back(property.field, ReadProperty(property));
    for (const Property& property : kFurtherProperties) document.figures.emplace_back(property.field, ReadProperty(property));
    return document;
  }

  // A child of a check didn't answer for 60 s under it. Which lock it waited for wasn't looked at.
  const char* fork_refusal() const override { return guards_ ? "a forked child may hang under tcmalloc's debug build" : nullptr; }

  // The thread has a new cache as soon as it allocates again.
  void FlushThread() const override {
    if (mark_thread_idle_ != nullptr) mark_thread_idle_();
  }

  Result<PurgeReport> Purge(Company) const override {
    if (release_free_memory_ == nullptr) {
      return Unsupported("MallocExtension_ReleaseFreeMemory", "this version doesn't export it");
    }
    release_free_memory_();
    return PurgeReport{"MallocExtension_MarkThreadIdle, MallocExtension_ReleaseFreeMemory"};
  }

  // What the page heap has free was just released: the rest that is free lies in spans that hold something in use, or in caches.
  Occupancy ReadOccupancy() const override {
    const double in_use = ReadProperty(kFootprintProperties[kCurrentAllocated]);
    const double held = ReadProperty(kFootprintProperties[kHeapSize]) - ReadProperty(kFootprintProperties[kPageheapFree]) -
                        ReadProperty(kFootprintProperties[kPageheapUnmapped]);
    return {in_use, held - in_use};
  }

 private:
  double ReadProperty(const Property& property) const {
    size_t value;
    return property_(property.name, &value) != 0 ? static_cast<double>(value) * property.scale : std::numeric_limits<double>::quiet_NaN();
  }

  Provenance provenance_;
  PropertyFunction property_;
  // Whether this is the debug build, which puts guards around each block.
  bool guards_;
  StatsFunction stats_;
  VoidFunction mark_thread_idle_;
  VoidFunction release_free_memory_;
};

Failure NotTcmalloc(const std::string& what) { return Unsupported("tcmalloc", what); }

}  // namespace

std::string VersionBy(void* marker) {
  int major, minor;
  const char* patch;
  reinterpret_cast<VersionFunction>(marker)(&major, &minor, &patch);
  return std::to_string(major) + "." + std::to_string(minor) + (patch == nullptr ? "" : patch);
}

Result<std::unique_ptr<const Backend>> Prove() {
  void* version = platform::FindSymbol("tc_version");
  const auto property = platform::FindFunction<PropertyFunction>("MallocExtension_GetNumericProperty");
  if (version == nullptr || property == nullptr) return NotTcmalloc("no library exports tc_version");
  const std::string library = platform::OwnerOf(version);
  const std::string owner = platform::OwnerOfSymbol("malloc_usable_size");
  if (owner != library) return NotTcmalloc("malloc_usable_size belongs to " + owner + ", tc_version to " + library);
  const std::optional<size_t> counted = CountedForBlock(property);
  if (!counted) return NotTcmalloc("generic.current_allocated_bytes doesn't follow a block from malloc");
  Provenance provenance{platform::RealPath(library), VersionBy(version), "a 3 MiB block moved generic.current_allocated_bytes by its size"};
  return std::unique_ptr<const Backend>(std::make_unique<TcmallocBackend>(std::move(provenance), property, *counted != kProofBlockBytes));
}

}  // namespace allocscope::allocator::tcmalloc
