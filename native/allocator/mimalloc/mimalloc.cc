#include "allocator/mimalloc/mimalloc.h"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <map>
#include <utility>

#include "allocator/mimalloc/api.h"
#include "allocator/mimalloc/columns.h"
#include "allocator/mimalloc/free_spans.h"
#include "platform/mapped_stream.h"
#include "platform/symbol_lookup.h"

namespace allocscope::allocator::mimalloc {
namespace {

const std::vector<std::string> kFootprintFields(std::begin(kFootprintColumns), std::end(kFootprintColumns));

// 209 is 2.0.9, 2118 is 2.1.18: the major version, the minor one, and the rest.
std::string FormatVersion(int version) {
  std::string digits = std::to_string(version);
  if (digits.size() < 3) return digits;
  return digits.substr(0, 1) + "." + digits.substr(1, 1) + "." + digits.substr(2);
}

struct BlockClass {
  size_t areas = 0;
  size_t reserved = 0;
  size_t committed = 0;
  size_t used_bytes = 0;
};

struct Visit {
  UsedUnit unit;
  std::map<size_t, BlockClass> classes;
};

bool AddArea(const void*, const HeapArea* area, void*, size_t, void* argument) {
  auto* visit = static_cast<Visit*>(argument);
  BlockClass& entry = visit->classes[area->block_size];
  entry.areas++;
  entry.reserved += area->reserved;
  entry.committed += area->committed;
  entry.used_bytes += visit->unit == UsedUnit::kBlocks ? area->used * area->block_size : area->used;
  return true;
}

// The calling thread's blocks, without a container that would allocate.
struct Totals {
  UsedUnit unit;
  size_t committed = 0;
  size_t used_bytes = 0;
};

bool AddToTotals(const void*, const HeapArea* area, void*, size_t, void* argument) {
  auto* totals = static_cast<Totals*>(argument);
  totals->committed += area->committed;
  totals->used_bytes += totals->unit == UsedUnit::kBlocks ? area->used * area->block_size : area->used;
  return true;
}

// It takes off more than it added where it decommits what was committed in part only: below zero, which reads as a huge number, it isn't
// known.
double ToFigure(size_t committed) {
  return committed > static_cast<size_t>(PTRDIFF_MAX) ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(committed);
}

void PrintTo(const char* message, void* stream) { std::fputs(message, static_cast<FILE*>(stream)); }

class MimallocBackend final : public Backend {
 public:
  MimallocBackend(Provenance provenance, const Api& api) : provenance_(std::move(provenance)), api_(api), used_unit_(ProveUsedUnit(api)) {}

  const char* name() const override { return "mimalloc"; }
  const Provenance& provenance() const override { return provenance_; }
  const std::vector<std::string>& footprint_fields() const override { return kFootprintFields; }

  Result<Done> ReadFootprint(double* figures) const override {
    if (api_.process_info == nullptr) return Failure{"UNSUPPORTED", "mi_process_info", 0, "this version doesn't export it"};
    size_t elapsed, user, system, rss, peak_rss, commit, peak_commit, faults;
    api_.process_info(&elapsed, &user, &system, &rss, &peak_rss, &commit, &peak_commit, &faults);
    WriteFigures(kFootprintColumns, {ToFigure(commit), ToFigure(peak_commit)}, figures);
    return Done{};
  }

  Result<Document> Read(Detail detail) const override {
    if (api_.stats_print_out == nullptr) return Failure{"UNSUPPORTED", "mi_stats_print_out", 0, "this version doesn't export it"};
    Document document;
    platform::MappedStream stream;
    if (stream.file() == nullptr) return Failure{"ALLOCATOR_CALL", "fopencookie", ENOMEM, "no memory for the printed statistics"};
    api_.stats_print_out(PrintTo, stream.file());
    bool whole = false;
    document.texts.emplace_back(kStatisticsText, stream.Finish(&whole));
    if (!whole) return Failure{"ALLOCATOR_CALL", "mremap", ENOMEM, "no memory for the printed statistics"};
    if (detail == Detail::kArenas && used_unit_ != UsedUnit::kUnproved) document.tables.push_back(ReadThreadHeap());
    return document;
  }

  // Frees the calling thread's empty pages, takes over what ended threads left, and decommits. The heaps of other live threads are out of
  // reach, which is why this must be called by the thread whose memory is meant.
  void FlushThread() const override {
    if (api_.collect == nullptr) return;
    api_.collect(true);
    DecommitFreeSpans(api_);
    api_.collect(true);
  }

  // Everything was done by the thread itself.
  Result<PurgeReport> Purge(Company) const override {
    if (api_.collect == nullptr) return Failure{"UNSUPPORTED", "mi_collect", 0, "this version doesn't export it"};
    return PurgeReport{"mi_collect(true), and what is free in segments in use taken and freed without a decommit delay"};
  }

  // Of the calling thread alone.
  Occupancy ReadOccupancy() const override {
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    if (used_unit_ == UsedUnit::kUnproved) return {kUnknown, kUnknown};
    Totals totals{used_unit_};
    if (!api_.heap_visit_blocks(api_.heap_get_default(), false, AddToTotals, &totals)) return {kUnknown, kUnknown};
    return {static_cast<double>(totals.used_bytes), static_cast<double>(totals.committed - totals.used_bytes)};
  }

 private:
  Table ReadThreadHeap() const {
    Visit visit{used_unit_, {}};
    api_.heap_visit_blocks(api_.heap_get_default(), false, AddArea, &visit);
    Table table = MakeTable(kThreadHeapTable, kThreadHeapColumns);
    for (const auto& [size, entry] : visit.classes) {
      AddRow(kThreadHeapColumns,
             {static_cast<double>(size), static_cast<double>(entry.areas), static_cast<double>(entry.reserved),
              static_cast<double>(entry.committed), static_cast<double>(entry.used_bytes)},
             &table);
    }
    return table;
  }

  Provenance provenance_;
  Api api_;
  UsedUnit used_unit_;
};

constexpr size_t kProofBlockBytes = 5000;

bool OwnsBlocksOfMalloc(const Api& api) {
  void* volatile block = std::malloc(kProofBlockBytes);
  if (block == nullptr) return false;
  const bool owned = api.is_in_heap_region(block);
  std::free(block);
  return owned;
}

Failure NotMimalloc(const std::string& what) { return {"UNSUPPORTED", "mimalloc", 0, what}; }

}  // namespace

std::string VersionBy(void* marker) { return FormatVersion(reinterpret_cast<int (*)()>(marker)()); }

Result<std::unique_ptr<const Backend>> Prove() {
  const Api api = FindApi();
  if (api.version == nullptr || api.is_in_heap_region == nullptr) return NotMimalloc("no library exports mi_version");
  const std::string library = platform::OwnerOfSymbol("mi_version");
  const std::string owner = platform::OwnerOfSymbol("malloc_usable_size");
  if (owner != library) return NotMimalloc("malloc_usable_size belongs to " + owner + ", mi_version to " + library);
  if (!OwnsBlocksOfMalloc(api)) return NotMimalloc("mi_is_in_heap_region doesn't know a block from malloc");
  Provenance provenance{platform::RealPath(library), FormatVersion(api.version()), "mi_is_in_heap_region knows a block from malloc"};
  return std::unique_ptr<const Backend>(std::make_unique<MimallocBackend>(std::move(provenance), api));
}

}  // namespace allocscope::allocator::mimalloc
