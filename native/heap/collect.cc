#include "heap/collect.h"

#include "platform/symbol_lookup.h"

namespace allocscope::heap {
namespace {

using TryGetCurrentFunction = void* (*)();
using LowMemoryNotificationFunction = void (*)(void* isolate);

}  // namespace

bool CollectAllAvailable() {
  // v8::Isolate::TryGetCurrent() and v8::Isolate::LowMemoryNotification(), which node exports to its addons.
  const auto current = platform::FindFunction<TryGetCurrentFunction>("_ZN2v87Isolate13TryGetCurrentEv");
  const auto notify = platform::FindFunction<LowMemoryNotificationFunction>("_ZN2v87Isolate21LowMemoryNotificationEv");
  void* const isolate = current == nullptr ? nullptr : current();
  if (isolate == nullptr || notify == nullptr) return false;
  notify(isolate);
  return true;
}

}  // namespace allocscope::heap
