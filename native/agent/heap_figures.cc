#include "agent/heap_figures.h"

#include "platform/symbol_lookup.h"

namespace allocscope::agent {
namespace {

void WriteSpace(const platform::V8SpaceStatistics& space, Json* json) {
  json->Open('{').Name("space_name").Text(space.name == nullptr ? "" : space.name);
  const auto figure = [&](const char* name, uint64_t value) { json->Name(name).Figure(static_cast<double>(value)); };
  figure("space_size", space.size);
  figure("space_used_size", space.used);
  figure("space_available_size", space.available);
  figure("physical_space_size", space.physical);
  json->Close('}');
}

}  // namespace

bool HeapCalls::Find() {
  using platform::FindFunction;
  interrupt = FindFunction<decltype(interrupt)>("_ZN2v87Isolate16RequestInterruptEPFvPS0_PvES2_");
  heap = FindFunction<decltype(heap)>("_ZN2v87Isolate17GetHeapStatisticsEPNS_14HeapStatisticsE");
  space = FindFunction<decltype(space)>("_ZN2v87Isolate22GetHeapSpaceStatisticsEPNS_19HeapSpaceStatisticsEm");
  loop_of = FindFunction<decltype(loop_of)>("_ZN4node19GetCurrentEventLoopEPN2v87IsolateE");
  return interrupt != nullptr && heap != nullptr && space != nullptr && loop_of != nullptr;
}

// V8 says twice how large a heap is.
bool HeapFigures::IsWhole() const {
  uint64_t size = 0;
  for (size_t index = 0; index < space_count_; index++) size += spaces_[index].size;
  return size != 0 && size == heap_.total;
}

bool HeapFigures::Read(const HeapCalls& calls, void* isolate) {
  constexpr int kTries = 3;
  for (int tries = 0; tries < kTries; tries++) {
    calls.heap(isolate, &heap_);
    for (space_count_ = 0; space_count_ < spaces_.size(); space_count_++) {
      if (!calls.space(isolate, &spaces_[space_count_], space_count_)) break;
    }
    if (IsWhole()) return true;
  }
  return false;
}

void HeapFigures::Write(Json* json) const {
  const auto figure = [&](const char* name, uint64_t value) { json->Name(name).Figure(static_cast<double>(value)); };
  json->Name("heap").Open('{');
  figure("total_heap_size", heap_.total);
  figure("total_heap_size_executable", heap_.executable);
  figure("total_physical_size", heap_.physical);
  figure("total_available_size", heap_.available);
  figure("used_heap_size", heap_.used);
  figure("heap_size_limit", heap_.limit);
  figure("malloced_memory", heap_.malloced);
  figure("external_memory", heap_.external);
  figure("peak_malloced_memory", heap_.peak_malloced);
  figure("does_zap_garbage", heap_.zaps_garbage ? 1 : 0);
  figure("number_of_native_contexts", heap_.native_contexts);
  figure("number_of_detached_contexts", heap_.detached_contexts);
  figure("total_global_handles_size", heap_.global_handles);
  figure("used_global_handles_size", heap_.used_global_handles);
  json->Close('}').Name("spaces").Open('[');
  for (size_t index = 0; index < space_count_; index++) WriteSpace(spaces_[index], json);
  json->Close(']');
}

}  // namespace allocscope::agent
