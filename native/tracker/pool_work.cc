#include "tracker/pool_work.h"

#include <algorithm>
#include <mutex>

#include "tracker/reserved_memory.h"
#include "tracker/sampling.h"

namespace allocscope::tracker {
namespace {

// Works that are under way at the same time. More are left alone.
constexpr size_t kMostWorks = 1UL << 14;

// Never destroyed and never unmapped: a work may outlive its session. Making one is no allocation and may wait for the lock.
struct Works {
  std::mutex mutex;
  PoolWork* first_free = nullptr;
  PoolWork* all = nullptr;
  size_t used = 0;

  PoolWork* Take() {
    const std::lock_guard<std::mutex> lock(mutex);
    if (first_free != nullptr) {
      PoolWork* work = first_free;
      first_free = work->next_free;
      return work;
    }
    if (all == nullptr) all = static_cast<PoolWork*>(ReserveMemory(kMostWorks * sizeof(PoolWork)));
    return all == nullptr || used == kMostWorks ? nullptr : &all[used++];
  }

  void GiveBack(PoolWork* work) {
    const std::lock_guard<std::mutex> lock(mutex);
    work->next_free = first_free;
    first_free = work;
  }
};

Works works;

// While one lives, this thread is at the work.
class CurrentWork {
 public:
  explicit CurrentWork(const PoolWork* work) : outer_(thread_state.work) { thread_state.work = work; }
  ~CurrentWork() { thread_state.work = outer_; }
  CurrentWork(const CurrentWork&) = delete;
  CurrentWork& operator=(const CurrentWork&) = delete;

 private:
  const PoolWork* outer_;
};

}  // namespace

PoolWork* TakePoolWork(const void* frame) {
  const int64_t floor = sampling.floor.load(std::memory_order_acquire);
  if (floor == kNoSession) return nullptr;
  if (thread_state.session != floor) thread_state.budget = JoinSession(floor);
  const SuspendedBudget own;
  const uint32_t sequence = sampling.code.sequence();
  Frames frames;
  sampling.isolates.ReadScriptFrames(frame, &frames);
  PoolWork* work = frames.script_count == 0 ? nullptr : works.Take();
  if (work == nullptr) return nullptr;
  work->session = floor;
  work->sequence = sequence;
  work->isolate = frames.isolate;
  work->script_count = frames.script_count;
  std::copy_n(frames.script.begin(), frames.script_count, work->script);
  return work;
}

void GiveBackPoolWork(PoolWork* work) { works.GiveBack(work); }

void ExecutePoolWork(void* env, void* work) {
  const auto* ours = static_cast<const PoolWork*>(work);
  const CurrentWork current(ours);
  ours->execute(env, ours->data);
}

void CompletePoolWork(void* env, int status, void* work) {
  auto* ours = static_cast<PoolWork*>(work);
  PoolWork::Complete* complete = ours->complete;
  void* data = ours->data;
  // A work is queued once. The addon may delete it from here on.
  GiveBackPoolWork(ours);
  if (complete != nullptr) complete(env, status, data);
}

uint32_t AddFramesOfPoolWork(Frames* frames, uint32_t sequence) {
  const PoolWork* work = thread_state.work;
  if (frames->script_count > 0 || work == nullptr || work->session != thread_state.session) return sequence;
  frames->isolate = work->isolate;
  frames->script_count = work->script_count;
  std::copy_n(work->script, work->script_count, frames->script.begin());
  return work->sequence;
}

}  // namespace allocscope::tracker
