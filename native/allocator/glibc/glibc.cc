#include "allocator/glibc/glibc.h"

#include <malloc.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include "allocator/glibc/arena_list.h"
#include "allocator/glibc/arena_lock.h"
#include "allocator/glibc/chunk_walk.h"
#include "allocator/glibc/columns.h"
#include "allocator/glibc/locate.h"
#include "allocator/glibc/purge.h"
#include "platform/mapped_stream.h"
#include "platform/safe_memory.h"
#include "platform/symbol_lookup.h"

namespace allocscope::allocator::glibc {
namespace {

// struct mallinfo2, which libraries before 2.33 don't declare.
struct Mallinfo2 {
  size_t arena;
  size_t ordblks;
  size_t smblks;
  size_t hblks;
  size_t hblkhd;
  size_t usmblks;
  size_t fsmblks;
  size_t uordblks;
  size_t fordblks;
  size_t keepcost;
};

using Mallinfo2Function = Mallinfo2 (*)();
using MallocInfoFunction = int (*)(int, FILE*);
using VersionFunction = const char* (*)();

const std::vector<std::string> kFootprintFields(std::begin(kFootprintColumns), std::end(kFootprintColumns));

// One word of `mp_`, which other threads may be changing.
template <typename Word>
double ParameterAt(const Located& located, size_t offset) {
  return static_cast<double>(LoadOnce(*reinterpret_cast<const Word*>(located.parameters + offset)));
}

Table DescribeArenas(const Located& located) {
  Table table = MakeTable(kArenaTable, kArenaColumns);
  const ArenaState* arena = located.main_arena;
  do {
    AddRow(kArenaColumns,
           {static_cast<double>(LoadOnce(arena->system_mem)), static_cast<double>(LoadOnce(arena->max_system_mem)),
            static_cast<double>(LoadOnce(arena->attached_threads))},
           &table);
    arena = NextArena(arena);
  } while (arena != located.main_arena);
  return table;
}

void AddTunables(const Located& located, Document* document) {
  const ParametersLayout& layout = *located.parameters_layout;
  AddFigures(kTunableColumns,
             {
                 ParameterAt<size_t>(located, kMmapThreshold),
                 ParameterAt<size_t>(located, kTrimThreshold),
                 ParameterAt<size_t>(located, kTopPad),
                 ParameterAt<size_t>(located, kArenaTest),
                 ParameterAt<size_t>(located, kArenaMax),
                 ParameterAt<int32_t>(located, layout.mapped_max),
                 ParameterAt<int32_t>(located, layout.no_dynamic_threshold),
                 ParameterAt<size_t>(located, layout.tcache_count),
                 ParameterAt<size_t>(located, layout.tcache_max_bytes),
             },
             document);
}

// The main arena's top may be trimmed away while it is read, hence the fault-safe read.
void AddTopBytes(const Located& located, Document* document) {
  size_t header = 0;
  if (!platform::ReadOwn(LoadOnce(located.main_arena->top) + sizeof(size_t), &header)) return;
  document->figures.emplace_back(kTopColumn, static_cast<double>(header & ~kChunkFlags));
}

class GlibcBackend final : public Backend {
 public:
  GlibcBackend(Provenance provenance, const Result<Located>& located)
      : provenance_(std::move(provenance)),
        mallinfo2_(platform::FindFunction<Mallinfo2Function>("mallinfo2")),
        malloc_info_(platform::FindFunction<MallocInfoFunction>("malloc_info")) {
    if (located.ok()) {
      located_ = located.value();
    } else {
      limitation_ = located.failure().message;
    }
  }

  const char* name() const override { return "glibc"; }
  const Provenance& provenance() const override { return provenance_; }
  std::string limitation() const override { return limitation_; }
  const std::vector<std::string>& footprint_fields() const override { return kFootprintFields; }

  Result<Done> ReadFootprint(double* figures) const override {
    if (!located_) {
      for (size_t i = 0; i < kFootprintFields.size(); i++) figures[i] = std::numeric_limits<double>::quiet_NaN();
      return Done{};
    }
    const ArenaTotals totals = SumArenas(located_->main_arena);
    WriteFigures(kFootprintColumns,
                 {
                     static_cast<double>(totals.system_bytes),
                     static_cast<double>(LoadOnce(located_->main_arena->system_mem)),
                     static_cast<double>(totals.arenas),
                     ParameterAt<size_t>(*located_, located_->parameters_layout->mapped_bytes),
                     ParameterAt<int32_t>(*located_, located_->parameters_layout->mapped_count),
                     ParameterAt<size_t>(*located_, kMmapThreshold),
                     ParameterAt<size_t>(*located_, kTrimThreshold),
                 },
                 figures);
    return Done{};
  }

  size_t ReadArenaFootprints(double* bytes, size_t capacity) const override {
    if (!located_) return 0;
    size_t arenas = 0;
    const ArenaState* arena = located_->main_arena;
    do {
      if (arenas < capacity) bytes[arenas] = static_cast<double>(LoadOnce(arena->system_mem));
      arenas++;
      arena = NextArena(arena);
    } while (arena != located_->main_arena && arenas < kMaxArenas);
    return arenas;
  }

  Result<Document> Read(Detail detail) const override {
    if (detail == Detail::kUsage && mallinfo2_ != nullptr) return ReadMallinfo();
    return ReadMallocInfo();
  }

  // Two threads may come here at once: the proof is then made twice, and one of them may find the other's lock taken. The next call proves
  // it.
  void PreparePurge() const override {
    if (located_ && !lock_proved_.load(std::memory_order_acquire)) {
      lock_proved_.store(ProveArenaLock(located_->main_arena), std::memory_order_release);
    }
  }

  Result<PurgeReport> Purge(Company company) const override {
    // Its return value says whether it called madvise, not whether a page was resident: no evidence of anything.
    malloc_trim(0);
    PurgeReport report{"malloc_trim(0)"};
    if (!lock_proved_.load(std::memory_order_acquire)) return report;
    report.calls = "malloc_trim(0), madvise(MADV_DONTNEED) on the tops of the other arenas";
    ReleaseTops(*located_, company, &report);
    return report;
  }

  Occupancy ReadOccupancy() const override {
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    return located_ ? WalkChunks(*located_) : Occupancy{kUnknown, kUnknown};
  }

 private:
  Result<Document> ReadMallinfo() const {
    const Mallinfo2 info = mallinfo2_();
    const auto figure = [](size_t counter) { return static_cast<double>(counter); };
    Document document;
    AddFigures(kCounterColumns,
               {figure(info.arena), figure(info.ordblks), figure(info.smblks), figure(info.hblks), figure(info.hblkhd),
                figure(info.fsmblks), figure(info.uordblks), figure(info.fordblks), figure(info.keepcost)},
               &document);
    return document;
  }

  Result<Document> ReadMallocInfo() const {
    if (malloc_info_ == nullptr) return Failure{"UNSUPPORTED", "malloc_info", 0, "this libc doesn't export it"};
    platform::MappedStream stream;
    if (stream.file() == nullptr) return Failure{"ALLOCATOR_CALL", "fopencookie", errno, std::strerror(errno)};
    if (malloc_info_(0, stream.file()) != 0) return Failure{"ALLOCATOR_CALL", "malloc_info", errno, std::strerror(errno)};
    bool whole = false;
    Document document;
    document.texts.emplace_back(kMallocInfoText, stream.Finish(&whole));
    if (!whole) return Failure{"ALLOCATOR_CALL", "mremap", ENOMEM, "no memory for malloc_info's text"};
    if (!located_) return document;
    document.tables.push_back(DescribeArenas(*located_));
    AddTunables(*located_, &document);
    AddTopBytes(*located_, &document);
    return document;
  }

  Provenance provenance_;
  std::string limitation_;
  std::optional<Located> located_;
  Mallinfo2Function mallinfo2_;
  MallocInfoFunction malloc_info_;
  mutable std::atomic<bool> lock_proved_{false};
};

// A block of this many bytes has a chunk of exactly 1008: the request, a header word, rounded up to 16.
constexpr size_t kSampleBytes = 1000;
constexpr size_t kSampleChunkBytes = 1008;

bool HasPtmallocHeader() {
  void* volatile block = std::malloc(kSampleBytes);
  if (block == nullptr) return false;
  size_t header = 0;
  const bool readable = platform::ReadOwn(reinterpret_cast<uintptr_t>(block) - sizeof(size_t), &header);
  std::free(block);
  return readable && (header & ~kChunkFlags) == kSampleChunkBytes;
}

Failure NotGlibc(const std::string& what) { return {"UNSUPPORTED", "glibc", 0, what}; }

}  // namespace

Result<std::unique_ptr<const Backend>> Prove() {
  void* version = platform::FindSymbol("gnu_get_libc_version");
  if (version == nullptr) return NotGlibc("no library exports gnu_get_libc_version");
  const std::string libc = platform::OwnerOf(version);
  // malloc itself resolves to the program on a non-PIE Node, whichever library serves it; malloc_usable_size never does.
  const std::string owner = platform::OwnerOfSymbol("malloc_usable_size");
  if (owner != libc) return NotGlibc("malloc_usable_size belongs to " + owner);
  if (!HasPtmallocHeader()) return NotGlibc("a block from malloc has no ptmalloc header: something replaces glibc's malloc");
  const Result<Located> located = Locate(version);
  Provenance provenance{platform::RealPath(libc), reinterpret_cast<VersionFunction>(version)(), {}};
  provenance.proof = located.ok() ? "a 33 MiB block moved glibc's own counters by its size, and back"
                                  : "malloc_usable_size belongs to libc, and a block from malloc has ptmalloc's header";
  return std::unique_ptr<const Backend>(std::make_unique<GlibcBackend>(std::move(provenance), located));
}

}  // namespace allocscope::allocator::glibc
