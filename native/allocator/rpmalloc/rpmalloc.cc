#include "allocator/rpmalloc/rpmalloc.h"

#include <malloc.h>

#include <array>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <utility>

#include "allocator/rpmalloc/columns.h"
#include "platform/symbol_lookup.h"

namespace allocscope::allocator::rpmalloc {
namespace {

using SizeFunction = size_t (*)(size_t size);
using StatisticsFunction = void (*)(size_t* statistics);
using VoidFunction = void (*)();

const std::vector<std::string> kFootprintFields(std::begin(kFootprintColumns), std::end(kFootprintColumns));

// `rpmalloc_global_statistics_t` has seven or nine fields, by version.
using Statistics = std::array<size_t, 32>;
constexpr size_t kMapped = 0;
constexpr size_t kMappedPeak = 1;

constexpr size_t kCountedBlockBytes = size_t{16} << 20;

Statistics ReadStatistics(StatisticsFunction function) {
  Statistics statistics{};
  function(statistics.data());
  return statistics;
}

// Builds without ENABLE_STATISTICS, which is the default, leave zeros. A block this large gets a mapping of its own.
bool CountsMappings(StatisticsFunction function) {
  if (function == nullptr) return false;
  const size_t before = ReadStatistics(function)[kMapped];
  void* volatile block = std::malloc(kCountedBlockBytes);
  const size_t during = ReadStatistics(function)[kMapped];
  std::free(block);
  return block != nullptr && during - before >= kCountedBlockBytes && during - before < 2 * kCountedBlockBytes;
}

class RpmallocBackend final : public Backend {
 public:
  RpmallocBackend(Provenance provenance, StatisticsFunction statistics)
      : provenance_(std::move(provenance)),
        statistics_(CountsMappings(statistics) ? statistics : nullptr),
        collect_(platform::FindFunction<VoidFunction>("rpmalloc_thread_collect")) {}

  const char* name() const override { return "rpmalloc"; }
  const Provenance& provenance() const override { return provenance_; }
  const std::vector<std::string>& footprint_fields() const override { return kFootprintFields; }
  std::string limitation() const override {
    return statistics_ == nullptr ? "this rpmalloc was built without statistics (ENABLE_STATISTICS): it counts nothing"
                                  : "rpmalloc counts what it maps, and not what is in use";
  }

  Result<Done> ReadFootprint(double* figures) const override {
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    if (statistics_ == nullptr) {
      WriteFigures(kFootprintColumns, {kUnknown, kUnknown}, figures);
      return Done{};
    }
    const Statistics now = ReadStatistics(statistics_);
    WriteFigures(kFootprintColumns, {static_cast<double>(now[kMapped]), static_cast<double>(now[kMappedPeak])}, figures);
    return Done{};
  }

  Result<Document> Read(Detail) const override { return Document{}; }

  const char* fork_refusal() const override {
    return collect_ == nullptr ? "this version of rpmalloc doesn't export rpmalloc_thread_collect" : nullptr;
  }

  // rpmalloc has no call for more than the calling thread.
  void FlushThread() const override {
    if (collect_ != nullptr) collect_();
  }

  Result<PurgeReport> Purge(Company) const override {
    if (collect_ == nullptr) return Unsupported("rpmalloc_thread_collect", fork_refusal());
    return PurgeReport{"rpmalloc_thread_collect"};
  }

  Occupancy ReadOccupancy() const override {
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    return {kUnknown, kUnknown};
  }

 private:
  Provenance provenance_;
  StatisticsFunction statistics_;
  VoidFunction collect_;
};

// Nothing moves in a build without statistics. What is left to see is that malloc rounds as rpmalloc does, over sizes of several classes.
bool RoundsLikeRpmalloc(SizeFunction good_size) {
  for (const size_t size : {size_t{200}, size_t{1000}, size_t{5000}, size_t{70'000}, size_t{300'000}}) {
    void* volatile block = std::malloc(size);
    const size_t usable = block == nullptr ? 0 : malloc_usable_size(block);
    std::free(block);
    if (usable != good_size(size)) return false;
  }
  return true;
}

Failure NotRpmalloc(const std::string& what) { return Unsupported("rpmalloc", what); }

}  // namespace

Result<std::unique_ptr<const Backend>> Prove() {
  void* const marker = platform::FindSymbol("rpmalloc_global_statistics");
  const auto good_size = platform::FindFunction<SizeFunction>("rpmalloc_good_size");
  if (marker == nullptr || good_size == nullptr) return NotRpmalloc("no library exports rpmalloc_global_statistics");
  const std::string library = platform::OwnerOf(marker);
  const std::string owner = platform::OwnerOfSymbol("malloc_usable_size");
  if (owner != library) return NotRpmalloc("malloc_usable_size belongs to " + owner + ", rpmalloc_global_statistics to " + library);
  if (!RoundsLikeRpmalloc(good_size)) return NotRpmalloc("malloc doesn't round sizes as rpmalloc_good_size says");
  Provenance provenance{platform::RealPath(library), {}, "malloc rounds sizes of five classes as rpmalloc_good_size says"};
  const auto statistics = reinterpret_cast<StatisticsFunction>(marker);
  return std::unique_ptr<const Backend>(std::make_unique<RpmallocBackend>(std::move(provenance), statistics));
}

}  // namespace allocscope::allocator::rpmalloc
