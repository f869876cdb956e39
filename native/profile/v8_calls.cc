#include "profile/v8_calls.h"

#include <cstring>

#include "platform/safe_memory.h"
#include "platform/symbol_lookup.h"
#include "platform/v8_statistics.h"

namespace allocscope::profile {
namespace {

constexpr const char* kSpaceNames[kSpaces] = {"new_space", "old_space", "new_large_object_space", "large_object_space"};

// Those that free objects: scavenges, minor and major collections.
constexpr int kFreeingGcTypes = 0x7;

bool IsNamed(const char* name, const char* wanted) {
  char text[32] = {};
  const size_t length = std::strlen(wanted) + 1;
  return platform::ReadOwnMemory(reinterpret_cast<uintptr_t>(name), text, length) && std::memcmp(text, wanted, length) == 0;
}

}  // namespace

Result<V8Calls> V8Calls::Find() {
  using platform::FindFunction;
  V8Calls calls;
  const auto current = FindFunction<void* (*)()>("_ZN2v87Isolate10GetCurrentEv");
  calls.heap_statistics_ = FindFunction<HeapStatisticsOf>("_ZN2v87Isolate17GetHeapStatisticsEPNS_14HeapStatisticsE");
  calls.space_statistics_ = FindFunction<SpaceStatisticsOf>("_ZN2v87Isolate22GetHeapSpaceStatisticsEPNS_19HeapSpaceStatisticsEm");
  calls.add_before_ = FindFunction<AddCallback>("_ZN2v87Isolate21AddGCPrologueCallbackEPFvPS0_NS_6GCTypeENS_15GCCallbackFlagsEPvES4_S2_");
  calls.add_after_ = FindFunction<AddCallback>("_ZN2v87Isolate21AddGCEpilogueCallbackEPFvPS0_NS_6GCTypeENS_15GCCallbackFlagsEPvES4_S2_");
  calls.remove_before_ =
      FindFunction<RemoveCallback>("_ZN2v87Isolate24RemoveGCPrologueCallbackEPFvPS0_NS_6GCTypeENS_15GCCallbackFlagsEPvES4_");
  calls.remove_after_ =
      FindFunction<RemoveCallback>("_ZN2v87Isolate24RemoveGCEpilogueCallbackEPFvPS0_NS_6GCTypeENS_15GCCallbackFlagsEPvES4_");
  const bool found = current != nullptr && calls.heap_statistics_ != nullptr && calls.space_statistics_ != nullptr &&
                     calls.add_before_ != nullptr && calls.add_after_ != nullptr && calls.remove_before_ != nullptr &&
                     calls.remove_after_ != nullptr;
  if (!found) return Failure{"UNSUPPORTED", "dlsym", 0, "this program doesn't export V8's statistics and gc callbacks"};
  calls.isolate_ = current();
  if (calls.isolate_ == nullptr || !calls.FindSpaces()) {
    return Failure{"UNSUPPORTED", "GetHeapSpaceStatistics", 0, "V8 doesn't name the spaces that objects lie in"};
  }
  return calls;
}

bool V8Calls::FindSpaces() {
  size_t found = 0;
  for (size_t index = 0; index < platform::kMostV8Spaces; index++) {
    platform::V8SpaceStatistics statistics{};
    if (!space_statistics_(isolate_, &statistics, index)) break;
    for (size_t space = 0; space < kSpaces; space++) {
      if (!IsNamed(statistics.name, kSpaceNames[space])) continue;
      indices_[space] = index;
      found++;
    }
  }
  return found == kSpaces;
}

uint64_t V8Calls::UsedBytes(Space space) const {
  platform::V8SpaceStatistics statistics;
  space_statistics_(isolate_, &statistics, indices_[space]);
  return statistics.used;
}

HeapStatistics V8Calls::Heap() const {
  platform::V8HeapStatistics statistics;
  heap_statistics_(isolate_, &statistics);
  return {statistics.used, statistics.external, statistics.total, statistics.limit};
}

void V8Calls::AddGcCallbacks(GcCallback before, GcCallback after, void* data) const {
  add_before_(isolate_, before, data, kFreeingGcTypes);
  add_after_(isolate_, after, data, kFreeingGcTypes);
}

void V8Calls::RemoveGcCallbacks(GcCallback before, GcCallback after, void* data) const {
  remove_before_(isolate_, before, data);
  remove_after_(isolate_, after, data);
}

}  // namespace allocscope::profile
