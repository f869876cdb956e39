#include "tracker/sampling.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>

#include "platform/clock.h"
#include "platform/page.h"
#include "tracker/native_stack.h"
#include "tracker/pool_work.h"
#include "tracker/slots.h"

namespace allocscope::tracker {

__thread ThreadState thread_state __attribute__((tls_model("initial-exec")));

Sampling sampling;

namespace {

int64_t NextBudget(int64_t floor) {
  return floor + DrawDistance(sampling.interval_bytes.load(std::memory_order_relaxed), &thread_state.random);
}

void Record(const void* block, size_t bytes, const void* frame) {
  Frames frames;
  sampling.isolates.ReadScriptFrames(frame, &frames);
  frames.native_count = WalkFrames(frame, frames.native.data(), Frames::kMostNative);
  const double blocks = BlocksOf(bytes, sampling.interval_bytes.load(std::memory_order_relaxed));
  const uint32_t sequence = AddFramesOfPoolWork(&frames, sampling.code.sequence());
  const Sample sample{bytes, sampling.stacks.Add(frames, sequence, blocks, blocks * static_cast<double>(bytes)), sequence, thread_state.tid,
                      sampling.moment.load(std::memory_order_relaxed)};
  sampling.samples.fetch_add(1, std::memory_order_relaxed);
  if (!sampling.live.Put(block, sample)) sampling.unrecorded.fetch_add(1, std::memory_order_relaxed);
}

int32_t ThreadNumber() { return static_cast<int32_t>(syscall(SYS_gettid)); }

// The kernel maps and unmaps whole pages.
uintptr_t PageEnd(uintptr_t address) {
  static const auto page = platform::PageBytes();
  return (address + page - 1) & ~(page - 1);
}

}  // namespace

int64_t JoinSession(int64_t floor) {
  ThreadState& state = thread_state;
  if (state.stack_end == 0) FindStackBounds();
  if (state.random == 0) {
    state.tid = ThreadNumber();
    state.random = (platform::MonotonicNanos() ^ static_cast<uint64_t>(state.tid) << 40) | 1;
  }
  state.session = floor;
  state.isolate = nullptr;
  state.samples_unlogged = 0;
  return NextBudget(floor);
}

int64_t DrawDistance(uint64_t interval_bytes, uint64_t* random) {
  if (interval_bytes <= 1) return 0;
  // xorshift64*
  *random ^= *random >> 12;
  *random ^= *random << 25;
  *random ^= *random >> 27;
  const double uniform = static_cast<double>((*random * 0x2545F4914F6CDD1DUL) >> 11) * 0x1p-53;
  return static_cast<int64_t>(-std::log1p(-uniform) * static_cast<double>(interval_bytes));
}

double BlocksOf(uint64_t bytes, uint64_t interval_bytes) {
  if (interval_bytes <= 1) return 1;
  return -1 / std::expm1(-static_cast<double>(bytes) / static_cast<double>(interval_bytes));
}

__attribute__((noinline)) void SampleBlock(const void* block, size_t bytes, const void* frame) {
  ThreadState& state = thread_state;
  const int64_t floor = sampling.floor.load(std::memory_order_acquire);
  if (floor == kNoSession) return;
  const int error = errno;
  SuspendedBudget own;
  if (sampling.looks_due.load(std::memory_order_relaxed) > 0) LookForNewObjects();
  int64_t left = floor - 1;
  if (state.session != floor) left = JoinSession(floor) - static_cast<int64_t>(bytes);
  if (state.awaited_bytes != 0) left = floor - 1;
  const bool is_due = left < floor && (state.awaited_bytes == 0 || state.awaited_bytes == bytes);
  if (is_due) {
    state.awaited_bytes = 0;
    Record(block, bytes, frame);
    left = NextBudget(floor);
  }
  own.Leave(left);
  errno = error;
}

__attribute__((noinline)) std::optional<Sample> TakeSampled(const void* block) {
  if (sampling.floor.load(std::memory_order_acquire) == kNoSession) return {};
  return sampling.live.Take(block);
}

// The thread doesn't join the session here: it may be within an allocation of its own, which takes from the budget.
void OnMapped(void* memory, size_t bytes, int flags, const void* frame) {
  const int64_t floor = sampling.floor.load(std::memory_order_acquire);
  if (floor == kNoSession) return;
  const int error = errno;
  if (thread_state.stack_end == 0) FindStackBounds();
  Frames frames;
  if (thread_state.session == floor) sampling.isolates.ReadKnownScriptFrames(frame, &frames);
  frames.native_count = WalkFrames(frame, frames.native.data(), Frames::kMostNative);
  const uint32_t sequence = AddFramesOfPoolWork(&frames, sampling.code.sequence());
  const auto begin = reinterpret_cast<uintptr_t>(memory);
  const bool is_private_anonymous = (flags & (MAP_PRIVATE | MAP_ANONYMOUS)) == (MAP_PRIVATE | MAP_ANONYMOUS);
  sampling.mappings.Put(
      {begin, PageEnd(begin + bytes), sampling.stacks.Add(frames, sequence, 0, 0), sequence, ThreadNumber(), is_private_anonymous},
      (flags & MAP_FIXED) != 0);
  errno = error;
}

MappingTable::Pieces OnUnmapping(const void* memory, size_t bytes) {
  const auto begin = reinterpret_cast<uintptr_t>(memory);
  // The kernel refuses what doesn't begin with a page.
  if (sampling.floor.load(std::memory_order_acquire) == kNoSession || begin != PageEnd(begin)) return {};
  return sampling.mappings.Take(begin, PageEnd(begin + bytes));
}

__attribute__((noinline)) void DropMissedFree(const void* block) {
  if (TakeSampled(block)) sampling.missed_frees.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace allocscope::tracker
