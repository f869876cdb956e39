#include "allocator/glibc/glibc.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include "allocator/glibc/arena.h"
#include "allocator/glibc/arena_lock.h"
#include "allocator/glibc/chunk_walk.h"
#include "allocator/glibc/columns.h"
#include "allocator/glibc/locate.h"
#include "allocator/glibc/public_totals.h"
#include "allocator/glibc/purge.h"
#include "allocator/glibc/territory.h"
#include "platform/clock.h"
#include "platform/mapped_stream.h"
#include "platform/safe_memory.h"
#include "platform/symbol_lookup.h"

namespace allocscope::allocator::glibc {
namespace {

using MallocInfoFunction = int (*)(int, FILE*);
using VersionFunction = const char* (*)();

const std::vector<std::string> kFootprintFields(std::begin(kFootprintColumns), std::end(kFootprintColumns));

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// What isn't proved may be later, when less is going on. Often enough for a process that starts, seldom enough to cost nothing.
constexpr int kMostProofs = 16;
constexpr uint64_t kBetweenProofsNanos = 1'000'000'000;

Table DescribeArenas(const Arena& main_arena) {
  Table table = MakeTable(kArenaTable, kArenaColumns);
  Arena arena = main_arena;
  do {
    AddRow(kArenaColumns,
           {static_cast<double>(arena.system_mem()), static_cast<double>(arena.max_system_mem()),
            static_cast<double>(arena.attached_threads())},
           &table);
    arena = arena.Next();
  } while (arena != main_arena);
  return table;
}

void AddTunables(const Parameters& parameters, Document* document) {
  const auto threshold = [&parameters](size_t offset) { return static_cast<double>(parameters.At(offset)); };
  AddFigures(kTunableColumns,
             {
                 threshold(kMmapThreshold),
                 threshold(kTrimThreshold),
                 threshold(kTopPad),
                 threshold(kArenaTest),
                 threshold(kArenaMax),
                 static_cast<double>(parameters.mapped_max()),
                 static_cast<double>(parameters.no_dynamic_threshold()),
                 static_cast<double>(parameters.tcache_count()),
                 static_cast<double>(parameters.tcache_max_bytes()),
             },
             document);
}

// The main arena's top may be trimmed away while it is read, hence the fault-safe read.
void AddTopBytes(const Arena& main_arena, Document* document) {
  size_t header = 0;
  if (!platform::ReadOwn(main_arena.top() + sizeof(size_t), &header)) return;
  document->figures.emplace_back(kTopColumn, static_cast<double>(header & ~kChunkFlags));
}

class GlibcBackend final : public Backend {
 public:
  GlibcBackend(const void* inside_libc, Provenance provenance)
      : inside_libc_(inside_libc), malloc_info_(platform::FindFunction<MallocInfoFunction>("malloc_info")) {
    Publish({}, std::move(provenance));
  }

  const char* name() const override { return "glibc"; }
  const Provenance& provenance() const override { return Layout().provenance; }
  std::string limitation() const override { return Layout().located.lacks; }
  const std::vector<std::string>& footprint_fields() const override { return kFootprintFields; }

  void ProveAgain() const override {
    if (Layout().located.complete() || platform::MonotonicNanos() < next_proof_nanos_.load(std::memory_order_relaxed)) return;
    if (proving_.test_and_set(std::memory_order_acquire)) return;
    if (proofs_ < kMostProofs) Publish(Layout().located, Layout().provenance);
    proving_.clear(std::memory_order_release);
  }

  std::optional<Territory> ReadTerritory() const override { return allocator::glibc::ReadTerritory(Layout().located); }

  Result<Done> ReadFootprint(double* figures) const override {
    const auto& [main_arena, parameters, proof, lacks] = Layout().located;
    std::fill(figures, figures + kFootprintFields.size(), kUnknown);
    const ArenaTotals totals = main_arena.known() ? SumArenas(main_arena) : ArenaTotals{};
    const auto of_arenas = [known = main_arena.known()](size_t figure) { return known ? static_cast<double>(figure) : kUnknown; };
    const auto threshold = [&parameters = parameters](size_t offset) {
      return parameters.thresholds_known() ? static_cast<double>(parameters.At(offset)) : kUnknown;
    };
    WriteFigures(kFootprintColumns,
                 {
                     of_arenas(totals.system_bytes),
                     of_arenas(main_arena.known() ? main_arena.system_mem() : 0),
                     of_arenas(totals.arenas),
                     parameters.known() ? static_cast<double>(parameters.mapped_bytes()) : kUnknown,
                     parameters.known() ? static_cast<double>(parameters.mapped_count()) : kUnknown,
                     threshold(kMmapThreshold),
                     threshold(kTrimThreshold),
                 },
                 figures);
    return Done{};
  }

  size_t ReadArenaFootprints(double* bytes, size_t capacity) const override {
    const Arena& main_arena = Layout().located.main_arena;
    if (!main_arena.known()) return 0;
    size_t arenas = 0;
    Arena arena = main_arena;
    do {
      if (arenas < capacity) bytes[arenas] = static_cast<double>(arena.system_mem());
      arenas++;
      arena = arena.Next();
    } while (arena != main_arena && arenas < kMaxArenas);
    return arenas;
  }

  Result<Document> Read(Detail detail) const override {
    if (detail == Detail::kUsage && totals_.are_whole()) return ReadMallinfo();
    return ReadMallocInfo();
  }

  // Two threads may come here at once: the proof is then made twice, and one of them may find the other's lock taken. The next call proves
  // it.
  void PreparePurge() const override {
    ProveAgain();
    if (lock_proved_.load(std::memory_order_acquire)) return;
    lock_proved_.store(ProveArenaLock(Layout().located.main_arena), std::memory_order_release);
  }

  Result<PurgeReport> Purge(Company company) const override {
    // Its return value says whether it called madvise, not whether a page was resident: no evidence of anything.
    malloc_trim(0);
    PurgeReport report{"malloc_trim(0)"};
    if (!lock_proved_.load(std::memory_order_acquire)) return report;
    report.calls = "malloc_trim(0), madvise(MADV_DONTNEED) on the tops of the other arenas";
    ReleaseTops(Layout().located, company, &report);
    return report;
  }

  Occupancy ReadOccupancy() const override {
    const std::optional<Occupancy> walked = WalkChunks(Layout().located);
    return walked ? *walked : PublicOccupancy();
  }

 private:
  // What is proved so far. Never freed, as every thread may be reading through it.
  struct Proved {
    Located located;
    Provenance provenance;
  };

  const Proved& Layout() const { return *proved_.load(std::memory_order_acquire); }

  void Publish(const Located& earlier, Provenance provenance) const {
    auto proved = std::make_unique<Proved>(Proved{Locate(inside_libc_, earlier), std::move(provenance)});
    if (!proved->located.proof.empty()) proved->provenance.proof = proved->located.proof;
    proofs_++;
    next_proof_nanos_.store(platform::MonotonicNanos() + kBetweenProofsNanos, std::memory_order_relaxed);
    proved_.store(proved.release(), std::memory_order_release);
  }

  // Without a walk of our own nothing is known of pages. Figures of 32 bits are used only where the layout says that they are whole.
  Occupancy PublicOccupancy() const {
    const auto& [main_arena, parameters, proof, lacks] = Layout().located;
    const bool fits_32_bits = main_arena.known() && parameters.known() && SumArenas(main_arena).system_bytes <= UINT32_MAX &&
                              parameters.mapped_bytes() <= UINT32_MAX;
    if (!totals_.are_whole() && !fits_32_bits) return {kUnknown, kUnknown};
    const std::optional<Mallinfo2> told = totals_.Read();
    return {told ? static_cast<double>(told->uordblks + told->hblkhd) : kUnknown, kUnknown};
  }

  Result<Document> ReadMallinfo() const {
    const Mallinfo2 info = *totals_.Read();
    const auto figure = [](size_t counter) { return static_cast<double>(counter); };
    Document document;
    AddFigures(kCounterColumns,
               {figure(info.arena), figure(info.ordblks), figure(info.smblks), figure(info.hblks), figure(info.hblkhd),
                figure(info.fsmblks), figure(info.uordblks), figure(info.fordblks), figure(info.keepcost)},
               &document);
    return document;
  }

  Result<Document> ReadMallocInfo() const {
    if (malloc_info_ == nullptr) return Unsupported("malloc_info", "this libc doesn't export it");
    platform::MappedStream stream;
    if (stream.file() == nullptr) return Failure{"ALLOCATOR_CALL", "fopencookie", errno, std::strerror(errno)};
    if (malloc_info_(0, stream.file()) != 0) return Failure{"ALLOCATOR_CALL", "malloc_info", errno, std::strerror(errno)};
    bool whole = false;
    Document document;
    document.texts.emplace_back(kMallocInfoText, stream.Finish(&whole));
    if (!whole) return Failure{"ALLOCATOR_CALL", "mremap", ENOMEM, "no memory for malloc_info's text"};
    const auto& [main_arena, parameters, proof, lacks] = Layout().located;
    if (main_arena.known()) document.tables.push_back(DescribeArenas(main_arena));
    if (parameters.thresholds_known()) AddTunables(parameters, &document);
    if (main_arena.known()) AddTopBytes(main_arena, &document);
    return document;
  }

  const void* inside_libc_;
  PublicTotals totals_;
  MallocInfoFunction malloc_info_;
  mutable std::atomic<const Proved*> proved_{nullptr};
  mutable std::atomic<uint64_t> next_proof_nanos_{0};
  mutable std::atomic_flag proving_ = ATOMIC_FLAG_INIT;
  // By the one thread that is proving.
  mutable int proofs_ = 0;
  mutable std::atomic<bool> lock_proved_{false};
};

// A block of this many bytes has a chunk of 1008, the request and a header word, rounded up to 16: or a free chunk that is larger by less
// than a chunk, which can't be split off.
constexpr size_t kSampleBytes = 1000;
constexpr size_t kSampleChunkBytes = 1008;

bool HasPtmallocHeader() {
  void* volatile block = std::malloc(kSampleBytes);
  if (block == nullptr) return false;
  size_t header = 0;
  const bool readable = platform::ReadOwn(reinterpret_cast<uintptr_t>(block) - kWord, &header);
  const size_t usable = malloc_usable_size(block);
  std::free(block);
  const size_t chunk = header & ~kChunkFlags;
  return readable && chunk >= kSampleChunkBytes && chunk < kSampleChunkBytes + kSmallestChunk && usable == chunk - kWord;
}

Failure NotGlibc(const std::string& what) { return Unsupported("glibc", what); }

}  // namespace

Result<std::unique_ptr<const Backend>> Prove() {
  void* version = platform::FindSymbol("gnu_get_libc_version");
  if (version == nullptr) return NotGlibc("no library exports gnu_get_libc_version");
  const std::string libc = platform::OwnerOf(version);
  // malloc itself resolves to the program on a non-PIE Node, whichever library serves it; malloc_usable_size never does.
  const std::string owner = platform::OwnerOfSymbol("malloc_usable_size");
  if (owner != libc) return NotGlibc("malloc_usable_size belongs to " + owner);
  if (!HasPtmallocHeader()) return NotGlibc("a block from malloc has no ptmalloc header: something replaces glibc's malloc");
  Provenance provenance{platform::RealPath(libc), reinterpret_cast<VersionFunction>(version)(), {}};
  provenance.proof = "malloc_usable_size belongs to libc, and a block from malloc has ptmalloc's header";
  return std::unique_ptr<const Backend>(std::make_unique<GlibcBackend>(version, std::move(provenance)));
}

}  // namespace allocscope::allocator::glibc
