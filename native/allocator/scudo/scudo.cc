#include "allocator/scudo/scudo.h"

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <utility>

#include "allocator/scudo/columns.h"
#include "platform/mapped_stream.h"
#include "platform/symbol_lookup.h"

namespace allocscope::allocator::scudo {
namespace {

// `struct mallinfo2` as scudo declares it, under field names of its own choice: it doesn't mean what glibc's mean.
struct Totals {
  size_t unused[4];
  size_t mapped;
  size_t mapped_again;
  size_t free_again;
  size_t allocated;
  size_t free;
  size_t unused_last;
};

using TotalsFunction = Totals (*)();
using InfoFunction = int (*)(int options, FILE* stream);
using OptionFunction = int (*)(int option, int value);

// scudo's own options of mallopt.
constexpr int kPurge = -101;
constexpr int kPurgeAll = -104;

const std::vector<std::string> kFootprintFields(std::begin(kFootprintColumns), std::end(kFootprintColumns));

class ScudoBackend final : public Backend {
 public:
  ScudoBackend(Provenance provenance, TotalsFunction totals, InfoFunction info, OptionFunction option)
      : provenance_(std::move(provenance)), totals_(totals), info_(info), option_(option) {}

  const char* name() const override { return "scudo"; }
  const Provenance& provenance() const override { return provenance_; }
  const std::vector<std::string>& footprint_fields() const override { return kFootprintFields; }

  Result<Done> ReadFootprint(double* figures) const override {
    const Totals now = totals_();
    WriteFigures(kFootprintColumns, {static_cast<double>(now.mapped), static_cast<double>(now.allocated), static_cast<double>(now.free)},
                 figures);
    return Done{};
  }

  // Walks every block, with every thread that allocates waiting.
  Result<Document> Read(Detail detail) const override {
    Document document;
    if (detail != Detail::kArenas || info_ == nullptr) return document;
    platform::MappedStream stream;
    if (stream.file() == nullptr) return Failure{"ALLOCATOR_CALL", "fopencookie", ENOMEM, "no memory for the text of malloc_info"};
    if (info_(0, stream.file()) != 0) return Failure{"ALLOCATOR_CALL", "malloc_info", errno, "malloc_info failed"};
    bool whole = false;
    document.texts.emplace_back(kMallocInfoText, stream.Finish(&whole));
    if (!whole) return Failure{"ALLOCATOR_CALL", "mremap", ENOMEM, "no memory for the text of malloc_info"};
    return document;
  }

  const char* fork_refusal() const override { return option_ == nullptr ? "this version of scudo doesn't export mallopt" : nullptr; }

  // Older versions know the one option alone. Either answers 1 where it did something.
  Result<PurgeReport> Purge(Company) const override {
    if (option_ == nullptr) return Unsupported("mallopt", fork_refusal());
    if (option_(kPurgeAll, 0) == 1) return PurgeReport{"mallopt(M_PURGE_ALL)"};
    if (option_(kPurge, 0) == 1) return PurgeReport{"mallopt(M_PURGE)"};
    return Unsupported("mallopt", "this version of scudo knows neither M_PURGE nor M_PURGE_ALL");
  }

  Occupancy ReadOccupancy() const override { return {static_cast<double>(totals_().allocated), std::numeric_limits<double>::quiet_NaN()}; }

 private:
  Provenance provenance_;
  TotalsFunction totals_;
  InfoFunction info_;
  OptionFunction option_;
};

constexpr size_t kProofBlockBytes = size_t{3} << 20;
// A block's header, and the page that it is rounded up to.
constexpr size_t kMostAround = size_t{64} << 10;
constexpr int kProofAttempts = 4;

// Other threads may allocate in between, so a difference that doesn't fit is tried again.
bool CountsBlocksOfMalloc(TotalsFunction totals) {
  for (int attempt = 0; attempt < kProofAttempts; attempt++) {
    const size_t before = totals().allocated;
    void* volatile block = std::malloc(kProofBlockBytes);
    if (block == nullptr) return false;
    const size_t moved = totals().allocated - before;
    std::free(block);
    if (moved >= kProofBlockBytes && moved <= kProofBlockBytes + kMostAround) return true;
  }
  return false;
}

Failure NotScudo(const std::string& what) { return Unsupported("scudo", what); }

}  // namespace

Result<std::unique_ptr<const Backend>> Prove() {
  void* const marker = platform::FindSymbol("__scudo_print_stats");
  if (marker == nullptr) return NotScudo("no library exports __scudo_print_stats");
  const std::string library = platform::OwnerOf(marker);
  const std::string owner = platform::OwnerOfSymbol("malloc_usable_size");
  if (owner != library) return NotScudo("malloc_usable_size belongs to " + owner + ", __scudo_print_stats to " + library);
  // glibc has functions of the same names.
  const auto own = [&library](const char* name) { return platform::OwnerOfSymbol(name) == library ? platform::FindSymbol(name) : nullptr; };
  const auto totals = reinterpret_cast<TotalsFunction>(own("mallinfo2"));
  if (totals == nullptr) return NotScudo("this version doesn't export mallinfo2");
  if (!CountsBlocksOfMalloc(totals)) return NotScudo("mallinfo2 doesn't follow a block from malloc");
  Provenance provenance{platform::RealPath(library), {}, "a 3 MiB block moved uordblks of scudo's mallinfo2 by its size"};
  return std::unique_ptr<const Backend>(std::make_unique<ScudoBackend>(
      std::move(provenance), totals, reinterpret_cast<InfoFunction>(own("malloc_info")), reinterpret_cast<OptionFunction>(own("mallopt"))));
}

}  // namespace allocscope::allocator::scudo
