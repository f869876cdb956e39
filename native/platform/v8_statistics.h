#ifndef ALLOCSCOPE_PLATFORM_V8_STATISTICS_H_
#define ALLOCSCOPE_PLATFORM_V8_STATISTICS_H_

#include <cstdint>

namespace allocscope::platform {

// v8::HeapStatistics, whose members have kept their places. V8 fills them in; the rest is room for those that a later version may have.
struct V8HeapStatistics {
  uint64_t total;
  uint64_t executable;
  uint64_t physical;
  uint64_t available;
  uint64_t used;
  uint64_t limit;
  uint64_t malloced;
  uint64_t external;
  uint64_t peak_malloced;
  bool zaps_garbage;
  uint64_t native_contexts;
  uint64_t detached_contexts;
  uint64_t global_handles;
  uint64_t used_global_handles;
  uint64_t others[18];
};

// v8::HeapSpaceStatistics, likewise.
struct V8SpaceStatistics {
  const char* name;
  uint64_t size;
  uint64_t used;
  uint64_t available;
  uint64_t physical;
  uint64_t others[11];
};

// More spaces than any version has.
constexpr uint64_t kMostV8Spaces = 32;

}  // namespace allocscope::platform

#endif  // ALLOCSCOPE_PLATFORM_V8_STATISTICS_H_
