#ifndef ALLOCSCOPE_TRACKER_THREAD_STATE_H_
#define ALLOCSCOPE_TRACKER_THREAD_STATE_H_

#include <cstdint>

namespace allocscope::tracker {

struct PoolWork;

// What the hooks keep for each thread. Plain data that begins as zeros, so that its first use runs no constructor, which might allocate.
struct ThreadState {
  // Bytes that this thread may still allocate before the next sample, above the session's floor.
  int64_t budget;
  // The floor of the session that this thread has joined.
  int64_t session;
  uint64_t random;
  // Addresses of the thread's stack, once it is known.
  uintptr_t stack_begin;
  uintptr_t stack_end;
  // The isolate of this thread whose code is logged, and its number in the log.
  void* isolate;
  uint32_t isolate_number;
  // Samples in an isolate that isn't logged yet.
  uint32_t samples_unlogged;
  // While it isn't zero, only a block of this size is sampled: the known allocation of a proof.
  uint64_t awaited_bytes;
  int32_t tid;
  // The work of node's pool that this thread is at.
  const PoolWork* work;
};

// The model needs no call to find the state. A library that is loaded late gets it out of the room that glibc keeps for such.
extern __thread ThreadState thread_state __attribute__((tls_model("initial-exec")));

// While one lives, nothing that this thread allocates is sampled: it is the tracker's own, or the hook whose call it is takes it from the
// budget at once.
class SuspendedBudget {
 public:
  SuspendedBudget() : budget_(thread_state.budget) { thread_state.budget = INT64_MAX; }
  ~SuspendedBudget() { thread_state.budget = budget_; }
  SuspendedBudget(const SuspendedBudget&) = delete;
  SuspendedBudget& operator=(const SuspendedBudget&) = delete;

  // What is left once it ends.
  void Leave(int64_t budget) { budget_ = budget; }

 private:
  int64_t budget_;
};

}  // namespace allocscope::tracker

#endif  // ALLOCSCOPE_TRACKER_THREAD_STATE_H_
