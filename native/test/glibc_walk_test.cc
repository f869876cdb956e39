// The walk of chunks and the release of tops, over heaps that are made up. Needs no glibc that serves malloc.
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <optional>

#include "allocator/glibc/chunk_walk.h"
#include "allocator/glibc/purge.h"
#include "test/check.h"
#include "test/made_up_glibc.h"

namespace allocscope::test {
namespace {

using allocator::Company;
using allocator::PurgeReport;
using allocator::glibc::Located;
using allocator::glibc::Parameters;
using made_up_glibc::At;
using made_up_glibc::Heaps;
using made_up_glibc::kFirstChunk;
using made_up_glibc::kHeapBytes;
using made_up_glibc::kHeapHead;
using made_up_glibc::kPage;
using made_up_glibc::kSbrkBase;
using made_up_glibc::MadeUpParameters;
using made_up_glibc::MadeUpRing;

// The whole pages within a chunk, but for its first 48 bytes.
void TestInterior() {
  using allocator::glibc::InteriorOf;
  const auto is = [](uintptr_t chunk, size_t bytes, uintptr_t begin, uintptr_t end) {
    const auto interior = InteriorOf(chunk, bytes);
    return interior.begin == begin && interior.end == end && interior.bytes() == end - begin;
  };
  Check(is(16 * kPage - 48, 48 + kPage, 16 * kPage, 17 * kPage), "a chunk's whole pages");
  Check(is(16 * kPage - 48, 48 + 2 * kPage - 16, 16 * kPage, 17 * kPage), "what is cut off isn't whole");
  Check(is(16 * kPage - 32, 48 + 3 * kPage, 17 * kPage, 19 * kPage), "a page with a chunk's links isn't free");
  Check(is(16 * kPage - 48, 48, 0, 0) && is(16 * kPage - 48, 32 + kPage, 0, 0) && is(16 * kPage + 16, 64, 0, 0), "most chunks have none");
}

// A ring whose main arena has nothing, so that only the other one's chunks are walked.
class WalkedRing {
 public:
  static constexpr size_t kOlder = Heaps::kBytes - kFirstChunk - 32;
  static constexpr size_t kChunks[] = {64, 5 * kPage, Heaps::kBytes / 2 - kHeapHead - 64 - 5 * kPage};

  WalkedRing() {
    ring_.main.state.system_mem() = 0;
    // The older heap is in use up to the two fenceposts at its end.
    SetHeader(0, kFirstChunk, kOlder | 1);
    SetHeader(0, kFirstChunk + kOlder, 16 | 1);
    SetHeader(0, kFirstChunk + kOlder + 16, 1);
    // The newer one has a free chunk between two in use.
    SetHeader(1, kHeapHead, kChunks[0] | 5);
    SetHeader(1, kHeapHead + kChunks[0], kChunks[1] | 5);
    SetHeader(1, kHeapHead + kChunks[0] + kChunks[1], kChunks[2] | 4);
  }

  const MadeUpRing& ring() const { return ring_; }
  void SetHeader(size_t heap, size_t chunk, size_t header) const { At(ring_.heaps.at(heap) + chunk + 8) = header; }
  Located located() const { return {ring_.main.state.arena(), Parameters(parameters_.begin + parameters_.head, parameters_.head), {}, {}}; }
  std::optional<allocator::Occupancy> Walk(size_t before_break = 0) const {
    parameters_.behind(kSbrkBase) = reinterpret_cast<uintptr_t>(sbrk(0)) - before_break;
    return WalkChunks(located());
  }

 private:
  MadeUpRing ring_;
  MadeUpParameters parameters_;
};

// Whether a walk still knows something where a chunk of the newer heap, the free one unless said otherwise, has this header.
bool IsWalkedWith(size_t header, size_t chunk = kHeapHead + WalkedRing::kChunks[0]) {
  const WalkedRing walked;
  walked.SetHeader(1, Heaps::kBytes - 16, 1);
  walked.SetHeader(1, chunk, header);
  return walked.Walk().has_value();
}

void TestWalk() {
  const WalkedRing walked;
  const auto occupancy = walked.Walk();
  constexpr size_t kInUse = WalkedRing::kOlder + WalkedRing::kChunks[0] + WalkedRing::kChunks[2] + 3 * kPage;
  Check(occupancy && occupancy->in_use_bytes == kInUse, "chunks in use and blocks with an mmap add up");
  // It begins 96 bytes behind a page's beginning: of its five pages it has four whole ones.
  Check(occupancy && occupancy->pinned_bytes == kPage, "what a free chunk has of other pages is pinned");
  Check(!walked.Walk(16), "where the main arena doesn't end at the break nothing is known");
  Located unknown = walked.located();
  unknown.parameters = {};
  Check(!WalkChunks(unknown), "without the parameters nothing is known");
  At(walked.ring().heaps.at(0)) = 16;
  Check(!walked.Walk(), "another arena's heap isn't walked");
}

void TestWalkOfBrokenChunks() {
  constexpr size_t kLeft = Heaps::kBytes - kHeapHead - WalkedRing::kChunks[0];
  Check(IsWalkedWith(WalkedRing::kChunks[1] | 1) && IsWalkedWith(0) && IsWalkedWith(16 | 1), "chunks, and the end of a heap");
  Check(!IsWalkedWith(24 | 1), "what is smaller than a chunk, and no fencepost");
  Check(!IsWalkedWith(WalkedRing::kChunks[1] + 8), "a size between those of chunks");
  Check(IsWalkedWith((kLeft - 16) | 1), "the last header of a heap is read");
  Check(!IsWalkedWith(kLeft | 1) && !IsWalkedWith((kLeft + 16) | 1), "none behind it is");
  const WalkedRing walked;
  walked.SetHeader(0, kFirstChunk, 24);
  Check(!walked.Walk(), "the older heap is walked, too");
}

// The top of the newer heap is half of it. What a purge gives back turns to zeros.
struct ReleasedTop {
  explicit ReleasedTop(Company company, int32_t mutex, size_t top_bytes = Heaps::kBytes / 2) {
    const uintptr_t top = walked.ring().heaps.at(1) + Heaps::kBytes / 2;
    std::memset(reinterpret_cast<void*>(top - kPage), 1, Heaps::kBytes / 2 + kPage);
    At(top + 8) = top_bytes | 1;
    walked.ring().other.mutex() = mutex;
    ReleaseTops(walked.located(), company, &report);
    head_is_kept = At<char>(top - 1) == 1 && At<char>(top + kPage - 1) == 1 && At(top + 8) == (top_bytes | 1);
    is_released = At<char>(top + kPage) == 0 && At<char>(top + Heaps::kBytes / 2 - 1) == 0;
    mutex_after = walked.ring().other.mutex();
  }

  WalkedRing walked;
  PurgeReport report{"none"};
  bool head_is_kept = false;
  bool is_released = false;
  int32_t mutex_after = 0;
};

void TestRelease() {
  const ReleasedTop free_arena(Company::kOtherThreads, 0);
  Check(free_arena.is_released && free_arena.head_is_kept && free_arena.mutex_after == 0, "a top's whole pages are given back");
  Check(free_arena.report.arenas_skipped == 0 && free_arena.report.longest_lock_nanos > 0, "its lock is held meanwhile");
  const ReleasedTop taken(Company::kOtherThreads, 1);
  Check(!taken.is_released && taken.mutex_after == 1 && taken.report.arenas_skipped == 1, "an arena that is in use is passed over");
  const ReleasedTop alone(Company::kAlone, 1);
  Check(alone.is_released && alone.head_is_kept && alone.mutex_after == 1, "alone, no lock is needed");
  Check(alone.report.arenas_skipped == 0 && alone.report.longest_lock_nanos == 0, "and none is taken");
  const ReleasedTop beyond(Company::kAlone, 0, kHeapBytes + 2 * kPage);
  Check(!beyond.is_released, "what is larger than a heap is no top");
}

}  // namespace

void TestGlibcWalk() {
  TestInterior();
  TestWalk();
  TestWalkOfBrokenChunks();
  TestRelease();
}

}  // namespace allocscope::test
