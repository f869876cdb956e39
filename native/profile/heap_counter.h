#ifndef ALLOCSCOPE_PROFILE_HEAP_COUNTER_H_
#define ALLOCSCOPE_PROFILE_HEAP_COUNTER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "profile/exercise.h"
#include "profile/new_space.h"
#include "profile/v8_calls.h"
#include "profile/words.h"
#include "result.h"

namespace allocscope::profile {

struct HeapCounts {
  // Bytes of heap objects allocated; never falls.
  uint64_t allocated = 0;
  // Bytes of heap objects in use: after each collection V8's own count, and what was allocated since.
  int64_t net = 0;
  // Bytes outside of the heap: the sum of every rise, and what is kept now.
  uint64_t external_allocated = 0;
  int64_t external = 0;
  uint64_t collections = 0;
  // How often only V8's own count was there for new space. It includes unused ends of pages.
  uint64_t inexact = 0;
};

// Counts what one V8 heap allocates, whatever is collected meanwhile.
//
// If V8's own words were found, each space is counted exactly by them. Otherwise by `used_heap_size`, which also grows by what background
// compilers take and by unused ends of pages: right on average, but sometimes by some 100 KiB too much.
class HeapCounter {
 public:
  // For the calling thread's heap, from here on.
  static Result<std::unique_ptr<HeapCounter>> Start(std::unique_ptr<Exercise> exercise);
  ~HeapCounter();
  HeapCounter(const HeapCounter&) = delete;
  HeapCounter& operator=(const HeapCounter&) = delete;

  // Brings the counts up to date. About 20 ns, 0.2 µs without V8's words; allocates nothing.
  void Look();

  const HeapCounts& counts() const { return counts_; }
  const Words& words() const { return words_; }
  // Whether ends of pages are told from objects.
  bool tells_page_ends() const { return tells_page_ends_; }
  // Takes back bytes of new space that were counted but aren't to be charged to any line. They are assumed to be garbage.
  void Disown(uint64_t bytes) {
    counts_.allocated -= bytes;
    counts_.net -= static_cast<int64_t>(bytes);
  }
  // Asked before each collection: while nothing is to be charged with what is allocated, it costs next to nothing. `allocated` then doesn't
  // rise by what was allocated since the last look.
  void set_is_idle(bool (*is_idle)(void*), void* data) {
    is_idle_ = is_idle;
    is_idle_data_ = data;
  }
  // `seen_top` is, until the next collection, the lower half of a top of new space since the last look: as a probe saw it.
  void FollowSeenTop(const std::atomic<uint32_t>* seen_top) { seen_top_ = seen_top; }
  // `own_bytes` is what the probes have noted for Disown. It is disowned before each collection, which frees it. Null to stop.
  void FollowOwnBytes(std::atomic<uint32_t>* own_bytes) { own_bytes_ = own_bytes; }
  // From now on every collection is counted, whether or not lines are.
  void CountAlways() { counts_always_ = true; }
  // `callback` is called after every collection.
  void on_collection(void (*callback)(void*), void* data) {
    on_collection_ = callback;
    on_collection_data_ = data;
  }

 private:
  HeapCounter(const V8Calls& calls, std::unique_ptr<Exercise> exercise) : calls_(calls), exercise_(std::move(exercise)) {}

  static void BeforeGc(void* isolate, int type, int flags, void* counter);
  static void AfterGc(void* isolate, int type, int flags, void* counter);
  void ChooseArea();
  void Restart();
  uintptr_t YoungTop() const;
  uint64_t YoungBytes();
  uint64_t OldBytes();
  uint64_t LargeBytes(const volatile uint64_t* word, uint64_t* last);
  uint64_t OldSpaceUsed() const { return *words_.old_space - words_.old.unused(); }
  // Whether every space that objects lie in has its words.
  bool knows_spaces() const { return words_.young && words_.old && words_.old_space != nullptr && words_.large_objects != nullptr; }
  void LookAtExternal();
  bool CountsUnused() const;
  bool IsIdle() const { return !counts_always_ && is_idle_ != nullptr && is_idle_(is_idle_data_); }
  // Bytes in use of the spaces that objects lie in, without the unused part of old space's allocation area. `used_heap_size` where V8's
  // words aren't known.
  uint64_t HeapUsed() const;

  const V8Calls calls_;
  const std::unique_ptr<Exercise> exercise_;
  Words words_;
  NewSpace new_space_;
  bool tells_page_ends_ = false;
  bool counts_unused_ = false;
  // V8's own count of the whole heap, for when its words weren't found.
  uint64_t used_ = 0;
  uint64_t old_used_ = 0;
  uint64_t new_large_ = 0;
  uint64_t large_ = 0;
  uintptr_t old_start_ = 0;
  uintptr_t old_top_ = 0;
  HeapCounts counts_;
  // Null from each collection to the next synchronisation.
  const std::atomic<uint32_t>* seen_top_ = nullptr;
  std::atomic<uint32_t>* own_bytes_ = nullptr;
  bool counts_always_ = false;
  bool (*is_idle_)(void*) = nullptr;
  void* is_idle_data_ = nullptr;
  void (*on_collection_)(void*) = nullptr;
  void* on_collection_data_ = nullptr;
};

}  // namespace allocscope::profile

#endif  // ALLOCSCOPE_PROFILE_HEAP_COUNTER_H_
