#include "allocator/tcmalloc/tcmalloc.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <utility>

#include "allocator/tcmalloc/columns.h"
#include "platform/symbol_lookup.h"

namespace allocscope::allocator::tcmalloc {
namespace {

using VersionFunction = const char* (*)(int* major, int* minor, const char** patch);
using PropertyFunction = int (*)(const char* property, size_t* value);
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
  TcmallocBackend(Provenance provenance, PropertyFunction property)
      : provenance_(std::move(provenance)),
        property_(property),
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
    if (stats_ == nullptr) return Failure{"UNSUPPORTED", "MallocExtension_GetStats", 0, "this version doesn't export it"};
    void* memory = mmap(nullptr, kReportCapacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return Failure{"ALLOCATOR_CALL", "mmap", errno, std::strerror(errno)};
    auto* report = static_cast<char*>(memory);
    stats_(report, static_cast<int>(kReportCapacity));
    Document document;
    document.texts.emplace_back(kStatisticsText, std::string(report, strnlen(report, kReportCapacity)));
    munmap(memory, kReportCapacity);
    for (const Property& property : kFootprintProperties) document.figures.emplace_back(property.field, ReadProperty(property));
    for (const Property& property : kFurtherProperties) document.figures.emplace_back(property.field, ReadProperty(property));
    return document;
  }

  // The thread has a new cache as soon as it allocates again.
  void FlushThread() const override {
    if (mark_thread_idle_ != nullptr) mark_thread_idle_();
  }

  Result<PurgeReport> Purge(Company) const override {
    if (release_free_memory_ == nullptr) {
      return Failure{"UNSUPPORTED", "MallocExtension_ReleaseFreeMemory", 0, "this version doesn't export it"};
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
    size_t value = 0;
    return property_(property.name, &value) != 0 ? static_cast<double>(value) * property.scale : std::numeric_limits<double>::quiet_NaN();
  }

  Provenance provenance_;
  PropertyFunction property_;
  StatsFunction stats_;
  VoidFunction mark_thread_idle_;
  VoidFunction release_free_memory_;
};

constexpr size_t kProofBlockBytes = size_t{3} << 20;
constexpr int kProofAttempts = 4;

// Other threads may allocate in between, so a difference that doesn't fit is tried again.
bool CountsBlocksOfMalloc(PropertyFunction property) {
  for (int attempt = 0; attempt < kProofAttempts; attempt++) {
    size_t before = 0;
    size_t during = 0;
    property("generic.current_allocated_bytes", &before);
    void* volatile block = std::malloc(kProofBlockBytes);
    if (block == nullptr) return false;
    property("generic.current_allocated_bytes", &during);
    std::free(block);
    if (during - before == kProofBlockBytes) return true;
  }
  return false;
}

Failure NotTcmalloc(const std::string& what) { return {"UNSUPPORTED", "tcmalloc", 0, what}; }

}  // namespace

std::string VersionBy(void* marker) {
  int major = 0;
  int minor = 0;
  const char* patch = "";
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
  if (!CountsBlocksOfMalloc(property)) return NotTcmalloc("generic.current_allocated_bytes doesn't follow a block from malloc");
  Provenance provenance{platform::RealPath(library), VersionBy(version), "a 3 MiB block moved generic.current_allocated_bytes by its size"};
  return std::unique_ptr<const Backend>(std::make_unique<TcmallocBackend>(std::move(provenance), property));
}

}  // namespace allocscope::allocator::tcmalloc
