#ifndef ALLOCSCOPE_PROFILE_V8_CALLS_H_
#define ALLOCSCOPE_PROFILE_V8_CALLS_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "result.h"

namespace allocscope::profile {

// The spaces for a program's own objects. V8's code and metadata have other spaces. Background compilers fill those in the middle of any
// line, so no line is charged for them.
enum Space : size_t { kNewSpace, kOldSpace, kNewLargeObjects, kLargeObjects, kSpaces };

struct HeapStatistics {
  // Bytes of objects, live or not yet collected, and whatever V8 counts as used: `used_heap_size`.
  uint64_t used;
  // `external_memory`, which leaves out what addons declare.
  uint64_t external;
  // Bytes that the heap has from the system: `total_heap_size`.
  uint64_t committed;
  // `heap_size_limit`.
  uint64_t limit;
};

// V8's public calls, found by name in the running program: one binary for every version of Node, compiled without V8's headers.
class V8Calls {
 public:
  using GcCallback = void (*)(void* isolate, int type, int flags, void* data);

  // Of the calling thread's isolate.
  static Result<V8Calls> Find();

  uintptr_t isolate() const { return reinterpret_cast<uintptr_t>(isolate_); }
  // Where `space` stands in V8's own order.
  size_t index(Space space) const { return indices_[space]; }

  // About 0.2 µs.
  HeapStatistics Heap() const;
  // `space_used_size`. From Node 22 on V8 gives up its allocation areas for it, so it mustn't be used while a program is measured.
  uint64_t UsedBytes(Space space) const;

  void AddGcCallbacks(GcCallback before, GcCallback after, void* data) const;
  void RemoveGcCallbacks(GcCallback before, GcCallback after, void* data) const;

 private:
  using HeapStatisticsOf = void (*)(void* isolate, void* statistics);
  using SpaceStatisticsOf = bool (*)(void* isolate, void* statistics, size_t index);
  using AddCallback = void (*)(void* isolate, GcCallback callback, void* data, int types);
  using RemoveCallback = void (*)(void* isolate, GcCallback callback, void* data);

  bool FindSpaces();

  void* isolate_ = nullptr;
  HeapStatisticsOf heap_statistics_ = nullptr;
  SpaceStatisticsOf space_statistics_ = nullptr;
  AddCallback add_before_ = nullptr;
  AddCallback add_after_ = nullptr;
  RemoveCallback remove_before_ = nullptr;
  RemoveCallback remove_after_ = nullptr;
  std::array<size_t, kSpaces> indices_{};
};

}  // namespace allocscope::profile

#endif  // ALLOCSCOPE_PROFILE_V8_CALLS_H_
