#include <napi.h>

#include "convert/register.h"
#include "environment.h"

namespace {

Napi::Object Initialize(Napi::Env env, Napi::Object exports) {
  allocscope::Environment::Attach(env);
  allocscope::convert::RegisterProcess(env, exports);
  allocscope::convert::RegisterAllocator(env, exports);
  allocscope::convert::RegisterEmbedded(env, exports);
  allocscope::convert::RegisterHeap(env, exports);
  allocscope::convert::RegisterNames(env, exports);
  allocscope::convert::RegisterLedger(env, exports);
  allocscope::convert::RegisterSampler(env, exports);
  allocscope::convert::RegisterFlight(env, exports);
  allocscope::convert::RegisterRelease(env, exports);
  allocscope::convert::RegisterProfile(env, exports);
  allocscope::convert::RegisterAttach(env, exports);
  return exports;
}

}  // namespace

// The name is the macro's.
// NOLINTNEXTLINE(clang-diagnostic-reserved-identifier)
NODE_API_MODULE(allocscope, Initialize)
