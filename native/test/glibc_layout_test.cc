// glibc's private layout, proved on heaps of every kind. Each scenario runs in a forked child, whose heap and settings are its own.
#include <malloc.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "allocator/glibc/locate.h"
#include "platform/symbol_lookup.h"
#include "test/check.h"

namespace allocscope::test {
namespace {

using allocator::glibc::Locate;
using allocator::glibc::Located;
using allocator::glibc::SumArenas;

constexpr size_t kMebibyte = size_t{1} << 20;

Located LocateLibc() { return Locate(platform::FindSymbol("gnu_get_libc_version")); }

// What the layout says is what glibc's public call says.
bool AgreesWithMallinfo(const Located& located) {
  if (!located.complete()) return false;
  const struct mallinfo2 told = mallinfo2();
  return SumArenas(located.main_arena).system_bytes == told.arena && located.parameters.mapped_bytes() == told.hblkhd &&
         located.parameters.mapped_count() == told.hblks;
}

// A range of sizes, so far apart that each goes to a large bin of its own.
struct LargeBins {
  size_t from;
  size_t to;
  size_t apart;
};

constexpr LargeBins kLargeBins[] = {
    {1040, 3100, 64}, {3100, 11'000, 512}, {11'000, 46'000, 4096}, {46'000, 170'000, 32'768}, {170'000, 700'000, 262'144}};

// Blocks that stay, each after one that is freed: of so many sizes that nearly every bin has a chunk once they are sorted.
void FillBins() {
  mallopt(M_MMAP_THRESHOLD, 16 << 20);
  std::vector<void*> freed;
  for (const LargeBins& bins : kLargeBins) {
    for (size_t bytes = bins.from; bytes < bins.to; bytes += bins.apart) {
      freed.push_back(std::malloc(bytes));
      void* volatile fence = std::malloc(1040);
      (void)fence;
    }
  }
  for (size_t bytes = 24; bytes < 1040; bytes += 16) {
    // More than the thread's cache and a fast bin keep.
    for (int i = 0; i < 20; i++) {
      freed.push_back(std::malloc(bytes));
      void* volatile fence = std::malloc(24);
      (void)fence;
    }
  }
  for (void* block : freed) std::free(block);
  std::free(std::malloc(2 * kMebibyte));
}

// Free memory that a block of 33 MiB fits into, which nothing gives back.
void LeaveMemoryFree() {
  mallopt(M_TRIM_THRESHOLD, INT32_MAX);
  std::vector<void*> blocks(1600);
  for (void*& block : blocks) block = std::malloc(100'000);
  for (void* block : blocks) std::free(block);
}

void BlockBreak() {
  const auto next = (reinterpret_cast<uintptr_t>(sbrk(0)) + 4095) & ~uintptr_t{4095};
  mmap(reinterpret_cast<void*>(next), 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  for (int i = 0; i < 4000; i++) {
    void* volatile kept = std::malloc(1000);
    (void)kept;
  }
}

void MakeArenas() {
  std::vector<std::thread> threads;
  std::atomic<int> holding{0};
  for (int i = 0; i < 8; i++) {
    threads.emplace_back([&holding] {
      void* volatile kept = std::malloc(100'000);
      (void)kept;
      holding++;
      while (holding < 8) std::this_thread::yield();
    });
  }
  for (std::thread& thread : threads) thread.join();
}

void SetMapMax() { mallopt(M_MMAP_MAX, 0); }
void SetMapThreshold() { mallopt(M_MMAP_THRESHOLD, 1 << 30); }
void SetTopPad() {
  mallopt(M_TOP_PAD, 64 << 20);
  void* volatile kept = std::malloc(100'000);
  (void)kept;
}
void SetMapMaxOfLargeHeap() {
  LeaveMemoryFree();
  SetMapMax();
}

struct Scenario {
  const char* name;
  void (*prepare)();
};

constexpr Scenario kScenarios[] = {
    {"a heap as it is", [] {}},
    {"a heap whose bins are full", FillBins},
    {"a heap with more free than a proof's block", LeaveMemoryFree},
    {"a heap that had to be mapped", BlockBreak},
    {"a heap of many arenas", MakeArenas},
    {"no block may have an mmap", SetMapMax},
    {"no block is large enough for an mmap", SetMapThreshold},
    {"a heap with a top of 64 MiB", SetTopPad},
    {"a large heap where no block may have an mmap", SetMapMaxOfLargeHeap},
};

bool HoldsInChild(void (*prepare)()) {
  const pid_t child = fork();
  if (child == 0) {
    prepare();
    _exit(AgreesWithMallinfo(LocateLibc()) ? 0 : 1);
  }
  int status = 1;
  waitpid(child, &status, 0);
  return status == 0;
}

int not_libc = 1;

}  // namespace

void TestGlibcLayout() {
  for (const Scenario& scenario : kScenarios) {
    Check(HoldsInChild(scenario.prepare), std::string("glibc's layout is proved: ") + scenario.name);
  }
  // The data of this program isn't libc's: a search that finds an arena there would find one anywhere.
  const Located elsewhere = Locate(&not_libc);
  Check(!elsewhere.main_arena.known() && !elsewhere.parameters.known(), "where glibc's words aren't, none are found");
  Check(!elsewhere.lacks.empty() && elsewhere.proof.empty(), "what wasn't proved is told");
}

}  // namespace allocscope::test
