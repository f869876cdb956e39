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
#include "allocator/mimalloc/capabilities.h"
#include "allocator/mimalloc/columns.h"
#include "allocator/mimalloc/free_spans.h"
#include "allocator/mimalloc/json_statistics.h"
#include "allocator/mimalloc/version.h"
#include "platform/mapped_stream.h"
#include "platform/symbol_lookup.h"

namespace allocscope::allocator::mimalloc {
namespace {

const std::vector<std::string> kFootprintFields(std::begin(kFootprintColumns), std::end(kFootprintColumns));

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

// All blocks together, without a container that would allocate.
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
  MimallocBackend(Provenance provenance, const Api& api)
      : provenance_(std::move(provenance)), api_(api), can_(ProveCapabilities(api)), needs_free_spans_(NeedsFreeSpans(api)) {}

  const char* name() const override { return "mimalloc"; }
  const Provenance& provenance() const override { return provenance_; }
  const std::vector<std::string>& footprint_fields() const override { return kFootprintFields; }

  std::string limitation() const override {
    if (can_.counts_allocated) return {};
    return can_.reach == Reach::kNone
               ? "this version of mimalloc counts no allocations in release builds, and its mi_heap_visit_blocks passes over full pages"
               : "this version of mimalloc counts no allocations in release builds: an 'arenas' reading gives the calling thread's own";
  }

  Result<Done> ReadFootprint(double* figures) const override {
    if (api_.process_info == nullptr) return Unsupported("mi_process_info", "this version doesn't export it");
    size_t elapsed, user, system, rss, peak_rss, commit, peak_commit, faults;
    api_.process_info(&elapsed, &user, &system, &rss, &peak_rss, &commit, &peak_commit, &faults);
    WriteFigures(kFootprintColumns, {ToFigure(commit), ToFigure(peak_commit)}, figures);
    return Done{};
  }

  Result<Document> Read(Detail detail) const override {
    Document document;
    const Result<Done> statistics = can_.counts_allocated ? AddJson(&document) : AddPrinted(&document);
    if (!statistics.ok()) return statistics.failure();
    document.flags.emplace_back(kCommitFallsFlag, can_.commit_falls);
    if (detail == Detail::kArenas && can_.reach == Reach::kThread) document.tables.push_back(ReadThreadHeap());
    return document;
  }

  // Frees the calling thread's empty pages, takes over what ended threads left, and decommits. The heaps of other live threads are out of
  // reach, which is why this must be called by the thread whose memory is meant.
  void FlushThread() const override {
    if (api_.collect == nullptr) return;
    api_.collect(true);
    if (!needs_free_spans_) return;
    DecommitFreeSpans(api_);
    api_.collect(true);
  }

  // Everything was done by the thread itself.
  Result<PurgeReport> Purge(Company) const override {
    if (api_.collect == nullptr) return Unsupported("mi_collect", "this version doesn't export it");
    return PurgeReport{needs_free_spans_ ? "mi_collect(true), and what is free in segments in use taken and freed without a decommit delay"
                                         : "mi_collect(true)"};
  }

  Occupancy ReadOccupancy() const override {
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    if (can_.reach == Reach::kNone) return {kUnknown, kUnknown};
    Totals totals{can_.used_unit};
    if (!api_.heap_visit_blocks(HeapOf(api_, can_.reach), false, AddToTotals, &totals)) return {kUnknown, kUnknown};
    return {static_cast<double>(totals.used_bytes), static_cast<double>(totals.committed - totals.used_bytes)};
  }

 private:
  Result<Done> AddJson(Document* document) const {
    JsonStatistics statistics(api_);
    const std::string_view text = statistics.Read();
    if (text.empty()) return Failure{"ALLOCATOR_CALL", "mi_stats_get_json", ENOMEM, "no memory for the statistics"};
    document->texts.emplace_back(kJsonText, text);
    return Done{};
  }

  Result<Done> AddPrinted(Document* document) const {
    if (api_.stats_print_out == nullptr) return Unsupported("mi_stats_print_out", "this version doesn't export it");
    platform::MappedStream stream;
    if (stream.file() == nullptr) return Failure{"ALLOCATOR_CALL", "fopencookie", ENOMEM, "no memory for the printed statistics"};
    api_.stats_print_out(PrintTo, stream.file());
    bool whole = false;
    document->texts.emplace_back(kStatisticsText, stream.Finish(&whole));
    if (!whole) return Failure{"ALLOCATOR_CALL", "mremap", ENOMEM, "no memory for the printed statistics"};
    return Done{};
  }

  Table ReadThreadHeap() const {
    Visit visit{can_.used_unit, {}};
    api_.heap_visit_blocks(HeapOf(api_, can_.reach), false, AddArea, &visit);
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
  Capabilities can_;
  bool needs_free_spans_;
};

constexpr size_t kProofBlockBytes = 5000;

bool OwnsBlocksOfMalloc(const Api& api) {
  void* volatile block = std::malloc(kProofBlockBytes);
  if (block == nullptr) return false;
  const bool owned = api.is_in_heap_region(block);
  std::free(block);
  return owned;
}

Failure NotMimalloc(const std::string& what) { return Unsupported("mimalloc", what); }

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
