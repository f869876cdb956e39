#ifndef ALLOCSCOPE_CONVERT_REGISTER_H_
#define ALLOCSCOPE_CONVERT_REGISTER_H_

#include <napi.h>

namespace allocscope::convert {

// Each room's calls, put on the addon's exports.
void RegisterProcess(Napi::Env env, Napi::Object exports);
void RegisterAllocator(Napi::Env env, Napi::Object exports);
void RegisterEmbedded(Napi::Env env, Napi::Object exports);
void RegisterHeap(Napi::Env env, Napi::Object exports);
void RegisterNames(Napi::Env env, Napi::Object exports);
void RegisterLedger(Napi::Env env, Napi::Object exports);
void RegisterSampler(Napi::Env env, Napi::Object exports);
void RegisterRelease(Napi::Env env, Napi::Object exports);
void RegisterFlight(Napi::Env env, Napi::Object exports);
void RegisterProfile(Napi::Env env, Napi::Object exports);
void RegisterAttach(Napi::Env env, Napi::Object exports);

}  // namespace allocscope::convert

#endif  // ALLOCSCOPE_CONVERT_REGISTER_H_
