#include "allocator/glibc/glibc.h"

#include <malloc.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "allocator/detect.h"
#include "platform/clock.h"
#include "platform/safe_memory.h"
#include "process/residency.h"
#include "test/check.h"
#include "test/readings.h"
#include "whatif/forked_purge.h"

namespace allocscope::test {
namespace {

using allocator::Backend;
using allocator::Company;
using allocator::Detail;
using allocator::Document;

constexpr size_t kKibibyte = 1024;
constexpr size_t kMebibyte = 1024 * kKibibyte;

// In a child, so that mallopt, arenas and the break are the other tests' as they were. Its checks are counted as one.
void InChild(void (*test)(), const std::string& what) {
  const pid_t child = fork();
  if (child == 0) {
    const int before = Failures();
    test();
    _exit(Failures() == before ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  Check(child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0, what);
}

// Each thread has an arena of its own as long as all of them live: it holds what `hold` allocates until it is told to end.
class Threads {
 public:
  template <typename Hold>
  Threads(int count, Hold hold) {
    for (int i = 0; i < count; i++) {
      threads_.emplace_back([this, hold, i] {
        auto held = hold(i);
        ready_++;
        while (!end_) usleep(1000);
        held.clear();
      });
    }
    while (ready_ < count) usleep(1000);
  }
  ~Threads() {
    end_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  std::atomic<int> ready_{0};
  std::atomic<bool> end_{false};
  std::vector<std::thread> threads_;
};

using Blocks = std::vector<std::unique_ptr<char[]>>;

Blocks Allocate(size_t count, size_t bytes) {
  Blocks blocks(count);
  for (auto& block : blocks) std::memset((block = std::make_unique<char[]>(bytes)).get(), 1, bytes);
  return blocks;
}

// The numbers that follow `label` in malloc_info's text, arena by arena; the last one, of all arenas together, left out.
std::vector<double> MallocInfo(const std::string& label) {
  char* text = nullptr;
  size_t length = 0;
  FILE* stream = open_memstream(&text, &length);
  malloc_info(0, stream);
  std::fclose(stream);
  std::vector<double> numbers;
  for (const char* at = std::strstr(text, label.c_str()); at != nullptr; at = std::strstr(at, label.c_str())) {
    numbers.push_back(std::strtod(at += label.size(), nullptr));
  }
  std::free(text);
  if (!numbers.empty()) numbers.pop_back();
  return numbers;
}

std::vector<double> ReadArenas(const Backend& backend) {
  std::vector<double> arenas(1024);
  arenas.resize(backend.ReadArenaFootprints(arenas.data(), arenas.size()));
  return arenas;
}

void CheckFootprint(const Backend& backend, const std::string& when) {
  const std::vector<double> system = MallocInfo("<system type=\"current\" size=\"");
  Footprint footprint(backend);
  const std::vector<double> arenas = ReadArenas(backend);
  footprint.Read();
  const struct mallinfo2 own = mallinfo2();
  Check(footprint["arenaBytes"] == static_cast<double>(own.arena), "all arenas' bytes are mallinfo2's, " + when);
  Check(footprint["mmappedBytes"] == static_cast<double>(own.hblkhd), "mapped bytes are mallinfo2's, " + when);
  Check(footprint["mmappedChunks"] == static_cast<double>(own.hblks), "mapped chunks are mallinfo2's, " + when);
  Check(footprint["arenaCount"] == static_cast<double>(system.size()), "the arenas are malloc_info's, " + when);
  Check(arenas == system, "each arena's bytes are malloc_info's, " + when);
  Check(!arenas.empty() && footprint["mainArenaBytes"] == arenas[0], "the main arena is the first, " + when);
}

// Proves glibc's layout anew, in the state that the process is in now.
std::unique_ptr<const Backend> ProveAgain(const std::string& when) {
  auto proved = allocator::glibc::Prove();
  if (!proved.ok()) {
    Check(false, "glibc is live, " + when + ": " + proved.failure().message);
    return nullptr;
  }
  Check(proved.value()->limitation().empty(), "the layout is proved, " + when + ": " + proved.value()->limitation());
  return std::move(proved.value());
}

void TestCounters(const Backend& backend) {
  const auto held = Allocate(5000, 700);
  for (size_t i = 0; i < 20; i++) std::make_unique<char[]>(60);
  mallinfo2();
  const struct mallinfo2 own = mallinfo2();
  const auto read = backend.Read(Detail::kUsage);
  if (!read.ok()) return Check(false, "mallinfo2 is read");
  const auto is = [&](const char* name, size_t expected) {
    Check(FigureOf(read.value(), name) == static_cast<double>(expected), std::string(name) + " is mallinfo2's");
  };
  is("arenaBytes", own.arena);
  is("freeChunks", own.ordblks);
  is("fastbinChunks", own.smblks);
  is("mmappedChunks", own.hblks);
  is("mmappedBytes", own.hblkhd);
  is("fastbinBytes", own.fsmblks);
  is("inUseBytes", own.uordblks);
  is("freeBytes", own.fordblks);
  is("trimmableTopBytes", own.keepcost);
}

void TestArenas(const Backend& backend) {
  const Threads threads(4, [](int i) { return Allocate(100, 1000 * static_cast<size_t>(i + 1)); });
  const auto mapped = Allocate(3, 40 * kMebibyte);
  CheckFootprint(backend, "with threads");
  double first[2] = {-1, -1};
  Check(backend.ReadArenaFootprints(first, 1) >= 5 && first[0] > 0 && first[1] == -1, "no more arenas are told than there is room for");
  const auto read = backend.Read(Detail::kArenas);
  if (!read.ok()) return Check(false, "malloc_info is read");
  const Document& document = read.value();
  Check(ColumnOf(document, "arenas", "systemBytes") == MallocInfo("<system type=\"current\" size=\""), "the table has each arena's bytes");
  Check(ColumnOf(document, "arenas", "maxSystemBytes") == MallocInfo("<system type=\"max\" size=\""), "the table has the most of each");
  const std::vector<double> attached = ColumnOf(document, "arenas", "attachedThreads");
  // The main thread and the four.
  Check(std::accumulate(attached.begin(), attached.end(), 0.0) == 5, "each thread is attached to an arena");
  const double top = FigureOf(document, "trimmableTopBytes");
  Check(std::fmod(top, 16) == 0 && IsWithin(top, static_cast<double>(mallinfo2().keepcost), 128 * kKibibyte), "the top is mallinfo2's");
  Check(TextOf(document, "mallocInfo").find("</malloc>") != std::string::npos, "malloc_info's text is whole");
}

// What mallopt set, glibc must have at the places where it is read.
void TestTunables() {
  const Backend& backend = allocator::LiveBackend();
  const auto before = backend.Read(Detail::kArenas);
  constexpr struct {
    int parameter;
    int value;
    const char* name;
  } kSettings[] = {
      {M_MMAP_THRESHOLD, 777'216, "mmapThresholdBytes"},
      {M_TRIM_THRESHOLD, 77'000'001, "trimThresholdBytes"},
      {M_TOP_PAD, 12'345, "topPadBytes"},
      {M_ARENA_TEST, 9, "arenaTest"},
      {M_ARENA_MAX, 11, "arenaMax"},
      {M_MMAP_MAX, 4321, "mmapMax"},
  };
  for (const auto& setting : kSettings) mallopt(setting.parameter, setting.value);
  const auto read = backend.Read(Detail::kArenas);
  if (!before.ok() || !read.ok()) return Check(false, "malloc_info is read");
  for (const auto& setting : kSettings)
    Check(FigureOf(read.value(), setting.name) == setting.value, std::string(setting.name) + " is mallopt's");
  Check(FigureOf(before.value(), "noDynamicThreshold") == 0 && FigureOf(read.value(), "noDynamicThreshold") == 1,
        "a threshold that was set no longer moves");
  // malloc.c: TCACHE_FILL_COUNT and MAX_TCACHE_SIZE, which only a tunable changes.
  Check(FigureOf(read.value(), "tcacheCount") == 7 && FigureOf(read.value(), "tcacheMaxBytes") == 1032,
        "the threads' caches are malloc.c's");
  Footprint footprint(backend);
  footprint.Read();
  Check(footprint["mmapThresholdBytes"] == 777'216 && footprint["trimThresholdBytes"] == 77'000'001, "the footprint has the thresholds");
}

// Arenas of which one needs several of glibc's heaps of 64 MiB, and whose threads allocate while the layout is proved.
void TestProofWithLargeArenas() {
  const Threads threads(3, [](int i) { return Allocate(i == 0 ? 1500 : 10, 100'000); });
  const auto backend = ProveAgain("with an arena of several heaps");
  if (backend == nullptr) return;
  CheckFootprint(*backend, "with an arena of several heaps");
  std::vector<double> arenas = ReadArenas(*backend);
  Check(*std::max_element(arenas.begin(), arenas.end()) >= 150e6, "an arena of several heaps has them all");
}

// A page that stands right behind the break: glibc maps memory for the main arena instead.
void TestProofBesideTheBreak() {
  const auto at = (reinterpret_cast<uintptr_t>(sbrk(0)) + 4095) & ~uintptr_t{4095};
  void* const stands = mmap(reinterpret_cast<void*>(at), 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  Check(stands == reinterpret_cast<void*>(at), "a page stands behind the break");
  const double before = static_cast<double>(mallinfo2().arena);
  const auto held = Allocate(400, 100'000);
  Check(static_cast<double>(mallinfo2().arena) > before + 20e6, "the main arena has grown by mapped memory");
  const auto backend = ProveAgain("with a main arena that was mapped");
  if (backend == nullptr) return;
  CheckFootprint(*backend, "with a main arena that was mapped");
  const allocator::Occupancy occupancy = backend->ReadOccupancy();
  const struct mallinfo2 own = mallinfo2();
  Check(std::isnan(occupancy.pinned_bytes), "an arena with gaps isn't walked");
  Check(IsWithin(occupancy.in_use_bytes, static_cast<double>(own.uordblks + own.hblkhd), 64 * kKibibyte),
        "its bytes in use are mallinfo2's");
}

// An arena that has given back the end of its heap keeps the addresses: it grows into them again without a call.
void TestShrunkHeap() {
  // What other tests have freed may have raised it.
  mallopt(M_TRIM_THRESHOLD, 128 * 1024);
  std::atomic<uintptr_t> last{0};
  const Threads threads(1, [&last](int) {
    for (const auto& block : Allocate(20, 100'000)) last = std::max(last.load(), reinterpret_cast<uintptr_t>(block.get()));
    return Allocate(1, 50);
  });
  const auto backend = ProveAgain("with a heap that shrank");
  const auto territory = backend == nullptr ? std::nullopt : backend->ReadTerritory();
  if (!territory) return Check(false, "the territory of glibc is read");
  const auto& all = territory->stretches;
  const auto holds = std::find_if(all.begin(), all.end(), [&last](const auto& one) { return one.begin <= last && last < one.end; });
  Check(holds != all.end(), "what a heap gave back is still its arena's");
  Check(holds != all.end() && holds->arena != 0 && holds->top < last, "… and is part of its top");
  Check(holds != all.end() && !platform::IsResident(last & ~uintptr_t{4095}), "the page of a block at its end was given back");
}

// Tops of other arenas: freed by threads that live on, so that nothing but a purge returns them.
void TestPurgeOfTops() {
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_MMAP_THRESHOLD, 1 << 25);
  constexpr size_t kThreads = 4;
  constexpr size_t kBlocks = 100;
  constexpr size_t kBytes = 100'000;
  const auto backend = ProveAgain("before a purge");
  if (backend == nullptr) return;
  // Each proof of the lock waits 20 ms for a thread that a busy machine may not run so soon. Once it is proved, nothing happens.
  for (int i = 0; i < 100; i++) backend->PreparePurge();
  // What other tests have freed goes back first.
  Check(backend->Purge(Company::kOtherThreads).ok(), "a purge without new tops");
  const Threads threads(kThreads, [](int) {
    Allocate(kBlocks, kBytes);
    return Allocate(1, 50);
  });
  const auto forked = whatif::ForkedPurge::Fork(*backend, {});
  const auto told = forked.ok() ? forked.value().Wait(60'000'000'000) : forked.failure();
  const auto before = process::ReadResidency();
  const uint64_t begin = platform::MonotonicNanos();
  const auto purged = backend->Purge(Company::kOtherThreads);
  const uint64_t took = platform::MonotonicNanos() - begin;
  const auto after = process::ReadResidency();
  if (!told.ok() || !purged.ok() || !before.ok() || !after.ok()) return Check(false, "a purge is made and predicted");
  constexpr double kFreed = kThreads * kBlocks * kBytes;
  const double returned = static_cast<double>(before.value().anonymous_bytes) - static_cast<double>(after.value().anonymous_bytes);
  Check(IsWithin(returned, kFreed, kMebibyte), "the tops of other arenas are returned");
  const double predicted =
      static_cast<double>(told.value().anonymous_before_bytes) - static_cast<double>(told.value().anonymous_after_bytes);
  Check(IsWithin(predicted, kFreed, kMebibyte), "a child, which is alone, returns them too");
  Check(purged.value().arenas_skipped == 0, "no arena is passed over that nobody uses");
  Check(std::string(purged.value().calls).find("tops of the other arenas") != std::string::npos, "the lock's protocol is proved");
  Check(purged.value().longest_lock_nanos > 0 && purged.value().longest_lock_nanos <= took, "the longest lock is told");
}

// What the pages that hold something else as well have free, of a chunk that was freed between two in use. malloc_trim leaves its 48 first
// bytes.
double PinnedOf(const char* block, size_t chunk_bytes) {
  const uintptr_t chunk = reinterpret_cast<uintptr_t>(block) - 16;
  const uintptr_t begin = (chunk + 48 + 4095) / 4096 * 4096;
  const uintptr_t end = (chunk + chunk_bytes) / 4096 * 4096;
  return static_cast<double>(chunk_bytes - (end > begin ? end - begin : 0));
}

// In the child of a fork every chunk is walked: what is in use is mallinfo2's figure, and what is pinned is counted here by addresses.
void TestOccupancy() {
  // Without the threads' caches, whose chunks would count as in use: they hold seven of each size below 1032 bytes.
  constexpr size_t kBytes[] = {2000, 20'000};
  constexpr size_t kChunks[] = {2016, 20'016};
  const Threads threads(2, [](int) { return Allocate(1500, 100'000); });
  Blocks blocks[] = {Allocate(4001, kBytes[0]), Allocate(2001, kBytes[1])};
  const auto backend = ProveAgain("before a walk");
  if (backend == nullptr) return;
  malloc_trim(0);
  const allocator::Occupancy before = backend->ReadOccupancy();
  double freed = 0;
  double pinned = 0;
  for (size_t kind = 0; kind < 2; kind++) {
    for (size_t i = 1; i + 1 < blocks[kind].size(); i += 2) {
      freed += static_cast<double>(kChunks[kind]);
      pinned += PinnedOf(blocks[kind][i].get(), kChunks[kind]);
      blocks[kind][i].reset();
    }
  }
  const struct mallinfo2 own = mallinfo2();
  const allocator::Occupancy after = backend->ReadOccupancy();
  // The heads of heaps and arenas are in use to mallinfo2, and are no chunks.
  const double heads = 4 * kKibibyte * static_cast<double>(ReadArenas(*backend).size());
  Check(IsWithin(after.in_use_bytes, static_cast<double>(own.uordblks + own.hblkhd), heads), "what is in use is mallinfo2's");
  Check(std::fmod(after.in_use_bytes, 16) == 0 && std::fmod(after.pinned_bytes, 16) == 0, "chunks are multiples of 16 bytes");
  Check(IsWithin(before.in_use_bytes - after.in_use_bytes, freed, kKibibyte), "what was freed is no longer in use");
  Check(IsWithin(after.pinned_bytes - before.pinned_bytes, pinned, kKibibyte), "what is free on pages in use is pinned");
}

}  // namespace

void TestGlibcWithoutThreads() {
  if (std::string(allocator::LiveBackend().name()) != "glibc") return;
  const auto backend = ProveAgain("before there is a thread");
  if (backend == nullptr) return;
  CheckFootprint(*backend, "before there is a thread");
  Check(ReadArenas(*backend).size() == 1, "there is one arena before there is a thread");
  // Nobody else moves a counter or the break here: nothing needs the public calls, which walk the heap.
  const std::string& proof = backend->provenance().proof;
  Check(proof.find("a block with an mmap of its own") != std::string::npos && proof.find("to the break") != std::string::npos,
        "the layout is proved by a block and by the break: " + proof);
}

void TestGlibc() {
  const Backend& backend = allocator::LiveBackend();
  if (std::string(backend.name()) != "glibc") return;
  TestCounters(backend);
  InChild([] { TestArenas(allocator::LiveBackend()); }, "the figures of arenas");
  InChild(TestTunables, "the figures of tunables");
  InChild(TestProofWithLargeArenas, "the proof with large arenas");
  InChild(TestProofBesideTheBreak, "the proof beside the break");
  InChild(TestShrunkHeap, "a heap that shrank");
  InChild(TestPurgeOfTops, "the purge of tops");
  InChild(TestOccupancy, "the walk of chunks");
}

}  // namespace allocscope::test
