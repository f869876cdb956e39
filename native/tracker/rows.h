#ifndef ALLOCSCOPE_TRACKER_ROWS_H_
#define ALLOCSCOPE_TRACKER_ROWS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "tracker/sampling.h"

namespace allocscope::tracker {

// What was sampled as rows of numbers, one after the other to `put(double)`: lib/track/raw-stacks.ts reads them. No lock and no allocation.

// Of each live sample its bytes, stack, code event, thread and moment.
template <typename Put>
void PutSamples(Put put) {
  sampling.live.ForEach([&](const void*, const Sample& sample) {
    put(static_cast<double>(sample.bytes));
    put(static_cast<double>(sample.stack));
    put(static_cast<double>(sample.sequence));
    put(static_cast<double>(sample.tid));
    put(static_cast<double>(sample.moment));
  });
}

// Of each mapping its address, bytes, those that are resident, stack, code event and thread.
template <typename Put>
void PutMappings(Put put) {
  sampling.mappings.ForEach([&](const Mapping& mapping) {
    put(static_cast<double>(mapping.begin));
    put(static_cast<double>(mapping.end - mapping.begin));
    put(ResidentBytesOf(mapping));
    put(static_cast<double>(mapping.stack));
    put(static_cast<double>(mapping.sequence));
    put(static_cast<double>(mapping.tid));
  });
}

// Of a stack its number, isolate, V8's state, code event, the estimated blocks and bytes, how many frames of either kind it has, and
// those.
template <typename Put>
void PutStack(uint32_t number, const Stack& stack, Put put) {
  put(static_cast<double>(number));
  put(static_cast<double>(stack.isolate));
  put(static_cast<double>(stack.vm_state));
  put(static_cast<double>(stack.sequence.load(std::memory_order_relaxed)));
  put(stack.allocations.load(std::memory_order_relaxed));
  put(stack.bytes.load(std::memory_order_relaxed));
  put(static_cast<double>(stack.script_count));
  put(static_cast<double>(stack.native_count));
  const size_t frames = stack.script_count + stack.native_count;
  for (size_t i = 0; i < frames; i++) put(static_cast<double>(stack.frames()[i]));
}

template <typename Put>
void PutStacks(Put put) {
  sampling.stacks.ForEach([&](uint32_t number, const Stack& stack) { PutStack(number, stack, put); });
}

}  // namespace allocscope::tracker

#endif  // ALLOCSCOPE_TRACKER_ROWS_H_
