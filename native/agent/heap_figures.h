#ifndef ALLOCSCOPE_AGENT_HEAP_FIGURES_H_
#define ALLOCSCOPE_AGENT_HEAP_FIGURES_H_

#include <array>
#include <cstddef>

#include "agent/json.h"
#include "platform/v8_statistics.h"

namespace allocscope::agent {

// V8's and node's exported calls by which the main thread's heap is read while its JavaScript runs. All of them are there, or none is used.
struct HeapCalls {
  // From any thread. V8 runs the callback in the isolate's own thread, where its JavaScript next looks whether it is to stop: at a loop's
  // end and where a function begins. A garbage collection may run there as well.
  void (*interrupt)(void* isolate, void (*callback)(void* isolate, void* data), void* data);
  void (*heap)(void* isolate, platform::V8HeapStatistics* into);
  bool (*space)(void* isolate, platform::V8SpaceStatistics* into, size_t index);
  // The loop of the node environment whose JavaScript the isolate runs; null where it isn't one of node's.
  void* (*loop_of)(void* isolate);

  bool Find();
};

// What V8 says of a heap.
class HeapFigures {
 public:
  // In the isolate's own thread. Runs no JavaScript and allocates nothing. False where the figures aren't those that are known, or a heap's
  // other threads changed it at each try.
  bool Read(const HeapCalls& calls, void* isolate);

  // "heap" and "spaces", by the names of node:v8.
  void Write(Json* json) const;

 private:
  bool IsWhole() const;

  platform::V8HeapStatistics heap_{};
  std::array<platform::V8SpaceStatistics, platform::kMostV8Spaces> spaces_{};
  size_t space_count_ = 0;
};

}  // namespace allocscope::agent

#endif  // ALLOCSCOPE_AGENT_HEAP_FIGURES_H_
