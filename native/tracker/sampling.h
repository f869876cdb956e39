#ifndef ALLOCSCOPE_TRACKER_SAMPLING_H_
#define ALLOCSCOPE_TRACKER_SAMPLING_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "tracker/code_log.h"
#include "tracker/isolates.h"
#include "tracker/live_table.h"
#include "tracker/mappings.h"
#include "tracker/stack_store.h"
#include "tracker/thread_state.h"

namespace allocscope::tracker {

constexpr int64_t kNoSession = INT64_MIN;
// Apart from each other by more than a session's budgets differ.
constexpr int64_t kBetweenSessions = INT64_C(1) << 42;

// What the hooks share. There is one, in static memory: a hook has no place to be handed it. Nothing in it has a destructor, so that it
// outlives the program's own.
struct Sampling {
  // Of the session; below every budget when there is none. Each session has a higher one, so that what a thread had left of an earlier
  // session is below it.
  std::atomic<int64_t> floor{kNoSession};
  std::atomic<uint64_t> interval_bytes{1};
  LiveTable live;
  MappingTable mappings;
  StackStore stacks;
  CodeLog code;
  Isolates isolates;
  // Objects may have been loaded that aren't patched: how often to look for them still.
  std::atomic<int32_t> looks_due{0};
  // How many moments of the session were told of.
  std::atomic<uint32_t> moment{0};
  // Samples of the session; those for which there was no room; and sampled blocks whose free was missed, found out when their address was
  // given out again.
  std::atomic<uint64_t> samples{0};
  std::atomic<uint64_t> unrecorded{0};
  std::atomic<uint64_t> missed_frees{0};
};

extern Sampling sampling;

// The distance to the next sampled byte, whose mean is `interval_bytes`: exponentially distributed, so that each byte is as likely as any
// other. 0 at an interval of 1, where each block is sampled.
int64_t DrawDistance(uint64_t interval_bytes, uint64_t* random);

// How many blocks and bytes a sampled block of `bytes` stands for.
double BlocksOf(uint64_t bytes, uint64_t interval_bytes);

// The calling thread joins the session that the floor is of. Returns its first budget.
int64_t JoinSession(int64_t floor);

// Takes `block` out of the samples, if it is one. After the session the samples stay as they were at its end: slots are restored one by
// one, so that a free may pass by a hook while blocks are still given out through others.
std::optional<Sample> TakeSampled(const void* block);

// The slow halves of the two below.
void SampleBlock(const void* block, size_t bytes, const void* frame);
void DropMissedFree(const void* block);

// For a block that was just allocated. `frame` is the hook's own.
inline void OnAllocated(const void* block, size_t bytes, const void* frame) {
  if (__builtin_expect(block == nullptr, 0)) return;
  if (__builtin_expect(sampling.live.MayHold(block), 0)) DropMissedFree(block);
  thread_state.budget -= static_cast<int64_t>(bytes);
  if (__builtin_expect(thread_state.budget < sampling.floor.load(std::memory_order_relaxed), 0)) SampleBlock(block, bytes, frame);
}

// For a block that is about to be freed.
inline void OnFree(const void* block) {
  if (__builtin_expect(sampling.live.MayHold(block), 0)) TakeSampled(block);
}

// For addresses that were just mapped, with the flags of mmap. No allocation and no lock of V8's: the caller may be an allocator that holds
// its own.
void OnMapped(void* memory, size_t bytes, int flags, const void* frame);

// For addresses that are about to be unmapped.
MappingTable::Pieces OnUnmapping(const void* memory, size_t bytes);

}  // namespace allocscope::tracker

#endif  // ALLOCSCOPE_TRACKER_SAMPLING_H_
