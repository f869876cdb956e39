#include "allocator/jemalloc/jemalloc.h"

#include <cstdlib>
#include <cstring>
#include <limits>
#include <utility>

#include "allocator/jemalloc/arenas.h"
#include "allocator/jemalloc/columns.h"
#include "allocator/jemalloc/control.h"
#include "platform/symbol_lookup.h"

namespace allocscope::allocator::jemalloc {
namespace {

constexpr size_t kControls = sizeof kFootprintColumns / sizeof *kFootprintColumns;

std::vector<std::string> FieldNames() {
  std::vector<std::string> names;
  for (const Column& column : kFootprintColumns) names.emplace_back(column.name);
  return names;
}

const std::vector<std::string> kFootprintFields = FieldNames();

constexpr size_t kAllocated = 0;
constexpr size_t kActive = 1;
constexpr size_t kTcache = 8;

class JemallocBackend final : public Backend {
 public:
  JemallocBackend(Provenance provenance, const Control& control)
      : provenance_(std::move(provenance)),
        control_(control),
        epoch_(control.Resolve("epoch")),
        flush_(control.Resolve("thread.tcache.flush")),
        purge_(control.Resolve("arena." + std::to_string(kAllArenas) + ".purge")),
        page_bytes_(static_cast<double>(control.Read<size_t>("arenas.page").value_or(0))) {
    for (size_t i = 0; i < kControls; i++) mibs_[i] = control.Resolve(kFootprintColumns[i].control);
  }

  const char* name() const override { return "jemalloc"; }
  const Provenance& provenance() const override { return provenance_; }
  const std::vector<std::string>& footprint_fields() const override { return kFootprintFields; }
  std::string limitation() const override {
    return control_.Read<bool>("config.stats").value_or(false) ? "" : "this jemalloc was built without statistics";
  }

  Result<Done> ReadFootprint(double* figures) const override {
    const int error = control_.AdvanceEpoch(epoch_);
    if (error != 0) return Failure{"ALLOCATOR_CALL", "mallctl epoch", error, std::strerror(error)};
    for (size_t i = 0; i < kControls; i++) {
      const auto value = control_.Read<size_t>(mibs_[i]);
      const double scale = kFootprintColumns[i].kind == Kind::kPages ? page_bytes_ : 1;
      figures[i] = value ? static_cast<double>(*value) * scale : std::numeric_limits<double>::quiet_NaN();
    }
    return Done{};
  }

  Result<Document> Read(Detail detail) const override {
    double figures[kControls];
    const Result<Done> footprint = ReadFootprint(figures);
    if (!footprint.ok()) return footprint.failure();
    Document document;
    for (size_t i = 0; i < kControls; i++) document.figures.emplace_back(kFootprintFields[i], figures[i]);
    AddSettings(control_, &document);
    if (detail == Detail::kArenas) AddArenaTables(control_, &document);
    return document;
  }

  // Refused where the program turned thread caches off: then there is nothing to flush.
  void FlushThread() const override { control_.Call(flush_); }

  Result<PurgeReport> Purge(Company) const override {
    const int error = control_.Call(purge_);
    if (error != 0) return Failure{"ALLOCATOR_CALL", "mallctl arena.4096.purge", error, std::strerror(error)};
    return PurgeReport{"mallctl thread.tcache.flush, mallctl arena.4096.purge"};
  }

  // jemalloc counts freed blocks in thread caches as allocated.
  double ReadCachedBytes() const override {
    double figures[kControls];
    return ReadFootprint(figures).ok() ? figures[kTcache] : std::numeric_limits<double>::quiet_NaN();
  }

  // Active pages hold at least one block in use each, or in a thread's cache; what is dirty or muzzy was just purged.
  Occupancy ReadOccupancy() const override {
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    double figures[kControls];
    if (!ReadFootprint(figures).ok()) return {kUnknown, kUnknown};
    const double in_use = figures[kAllocated] - figures[kTcache];
    return {in_use, figures[kActive] - in_use};
  }

 private:
  Provenance provenance_;
  Control control_;
  Mib epoch_;
  Mib flush_;
  Mib purge_;
  Mib mibs_[kControls];
  double page_bytes_;
};

constexpr size_t kProofBlockBytes = 5000;

std::optional<unsigned> ArenaOfOwnBlock(const Control& control) {
  void* volatile block = std::malloc(kProofBlockBytes);
  if (block == nullptr) return std::nullopt;
  const std::optional<unsigned> arena = control.ArenaOf(block);
  std::free(block);
  return arena;
}

Failure NotJemalloc(const std::string& what) { return Unsupported("jemalloc", what); }

}  // namespace

std::string VersionBy(void* marker) {
  const char* version = nullptr;
  size_t length = sizeof version;
  const auto mallctl = reinterpret_cast<MallctlFunction>(marker);
  return mallctl("version", &version, &length, nullptr, 0) == 0 && version != nullptr ? version : "";
}

Result<std::unique_ptr<const Backend>> Prove() {
  void* mallctl = platform::FindSymbol("mallctl");
  const auto name_to_mib = platform::FindFunction<NameToMibFunction>("mallctlnametomib");
  const auto by_mib = platform::FindFunction<ByMibFunction>("mallctlbymib");
  if (mallctl == nullptr || name_to_mib == nullptr || by_mib == nullptr) return NotJemalloc("no library exports mallctl");
  const std::string library = platform::OwnerOf(mallctl);
  const std::string owner = platform::OwnerOfSymbol("malloc_usable_size");
  if (owner != library) return NotJemalloc("malloc_usable_size belongs to " + owner + ", mallctl to " + library);
  const Control control(reinterpret_cast<MallctlFunction>(mallctl), name_to_mib, by_mib);
  const std::optional<unsigned> arena = ArenaOfOwnBlock(control);
  if (!arena) return NotJemalloc("arenas.lookup doesn't know a block from malloc");
  Provenance provenance{platform::RealPath(library), VersionBy(mallctl), {}};
  provenance.proof = "arenas.lookup names arena " + std::to_string(*arena) + " for a block from malloc";
  return std::unique_ptr<const Backend>(std::make_unique<JemallocBackend>(std::move(provenance), control));
}

}  // namespace allocscope::allocator::jemalloc
