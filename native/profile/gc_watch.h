#ifndef ALLOCSCOPE_PROFILE_GC_WATCH_H_
#define ALLOCSCOPE_PROFILE_GC_WATCH_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "profile/v8_calls.h"
#include "result.h"

namespace allocscope::profile {

// The collections that free objects, in the order of V8's GCType: 1, 2 and 4.
enum GcKind : size_t { kScavenge, kMinorMarkSweep, kMarkSweep, kGcKinds };

struct GcTotals {
  uint64_t collections[kGcKinds] = {};
  // Time that the heap's thread spent in them.
  uint64_t nanos[kGcKinds] = {};
};

// Tells how one V8 heap stands at the end of each of its collections, on its own thread: what its event loop tells is old while a program
// runs without a break. Allocates nothing.
class GcWatch {
 public:
  using Receive = void (*)(const HeapStatistics& heap, GcKind last, const GcTotals& totals, void* data);

  // Of the calling thread's heap. `receive` is called from now on.
  static Result<std::unique_ptr<GcWatch>> Start(Receive receive, void* data);
  ~GcWatch();
  GcWatch(const GcWatch&) = delete;
  GcWatch& operator=(const GcWatch&) = delete;

  // The same figures as of now, to be compared with those that V8 gives elsewhere.
  HeapStatistics Heap() const { return calls_.Heap(); }

 private:
  GcWatch(const V8Calls& calls, Receive receive, void* data) : calls_(calls), receive_(receive), data_(data) {}

  static void BeforeGc(void* isolate, int type, int flags, void* watch);
  static void AfterGc(void* isolate, int type, int flags, void* watch);

  const V8Calls calls_;
  const Receive receive_;
  void* const data_;
  GcTotals totals_;
  // 0 while none runs.
  uint64_t began_nanos_ = 0;
};

}  // namespace allocscope::profile

#endif  // ALLOCSCOPE_PROFILE_GC_WATCH_H_
