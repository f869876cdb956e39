// The tracker's Node-API surface: lib/track/native-tracker.ts is its other side. It is a library of its own, which is loaded when something
// is tracked and stays mapped from then on.
#include <cxxabi.h>
#include <napi.h>

#include <cstdlib>
#include <cstring>
#include <vector>

#include "convert/values.h"
#include "tracker/ending_signals.h"
#include "tracker/moments.h"
#include "tracker/rows.h"
#include "tracker/sampling.h"
#include "tracker/tracker.h"

namespace allocscope::tracker {
namespace {

using convert::Export;
using convert::MakeFailure;

double NumberArgument(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  double number = 0;
  if (napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr) == napi_ok) napi_get_value_double(env, argument, &number);
  return number;
}

void StopWithEnvironment(void*) { Stop(); }

// start(intervalBytes): { objects, slots } | FailureRecord
// The environment that starts it also ends it when it ends itself.
napi_value StartTracking(napi_env env, napi_callback_info info) {
  const Result<PatchedSlots> started = Start(static_cast<uint64_t>(NumberArgument(env, info)));
  if (!started.ok()) return MakeFailure(env, started.failure());
  napi_add_env_cleanup_hook(env, StopWithEnvironment, nullptr);
  return convert::MakeFigures(
      env, {{"objects", static_cast<double>(started.value().objects)}, {"slots", static_cast<double>(started.value().slots)}});
}

// stop(): number
napi_value StopTracking(napi_env env, napi_callback_info) {
  napi_remove_env_cleanup_hook(env, StopWithEnvironment, nullptr);
  return Napi::Number::New(env, static_cast<double>(Stop()));
}

// awaitBlock(bytes): void
napi_value Await(napi_env env, napi_callback_info info) {
  AwaitBlock(static_cast<uint64_t>(NumberArgument(env, info)));
  return nullptr;
}

// isSampled(buffer): boolean
napi_value IsBufferSampled(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value buffer;
  void* block = nullptr;
  size_t bytes = 0;
  if (napi_get_cb_info(env, info, &count, &buffer, nullptr, nullptr) == napi_ok) napi_get_arraybuffer_info(env, buffer, &block, &bytes);
  return Napi::Boolean::New(env, block != nullptr && IsSampled(block));
}

// detach(buffer): boolean
// Frees the buffer's memory at once, and says whether it was sampled before and isn't after.
napi_value Detach(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value buffer;
  void* block = nullptr;
  size_t bytes = 0;
  if (napi_get_cb_info(env, info, &count, &buffer, nullptr, nullptr) == napi_ok) napi_get_arraybuffer_info(env, buffer, &block, &bytes);
  const bool was_sampled = block != nullptr && IsSampled(block);
  napi_detach_arraybuffer(env, buffer);
  return Napi::Boolean::New(env, was_sampled && !IsSampled(block));
}

napi_value MakeNumbers(Napi::Env env, const std::vector<double>& numbers) {
  Napi::Float64Array made = Napi::Float64Array::New(env, numbers.size());
  if (!made.IsEmpty() && !numbers.empty()) std::memcpy(made.Data(), numbers.data(), numbers.size() * sizeof(double));
  return made;
}

std::vector<double> LiveSamples() {
  std::vector<double> numbers;
  PutSamples([&](double number) { numbers.push_back(number); });
  return numbers;
}

std::vector<double> Mappings() {
  std::vector<double> numbers;
  PutMappings([&](double number) { numbers.push_back(number); });
  return numbers;
}

std::vector<double> Stacks() {
  std::vector<double> numbers;
  PutStacks([&](double number) { numbers.push_back(number); });
  return numbers;
}

napi_value MakeObjects(Napi::Env env) {
  const std::vector<NamedObject> objects = ListObjects();
  Napi::Array made = Napi::Array::New(env, objects.size());
  for (uint32_t i = 0; i < objects.size(); i++) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("path", objects[i].path);
    object.Set("bias", static_cast<double>(objects[i].bias));
    object.Set("begin", static_cast<double>(objects[i].begin));
    object.Set("end", static_cast<double>(objects[i].end));
    made.Set(i, object);
  }
  return made;
}

// read(): { samples, mappings, stacks, code, codeEvents, objects, figures }
napi_value Read(napi_env raw_env, napi_callback_info) {
  const Napi::Env env(raw_env);
  const SuspendedBudget own;
  Napi::Object read = Napi::Object::New(env);
  read.Set("samples", Napi::Value(env, MakeNumbers(env, LiveSamples())));
  read.Set("mappings", Napi::Value(env, MakeNumbers(env, Mappings())));
  read.Set("stacks", Napi::Value(env, MakeNumbers(env, Stacks())));
  const size_t code_bytes = sampling.code.bytes();
  Napi::ArrayBuffer code = Napi::ArrayBuffer::New(env, code_bytes);
  if (!code.IsEmpty() && code_bytes > 0) std::memcpy(code.Data(), sampling.code.begin(), code_bytes);
  read.Set("code", code);
  read.Set("objects", Napi::Value(env, MakeObjects(env)));
  read.Set("figures", Napi::Value(env, convert::MakeFigures(env, {{"intervalBytes", static_cast<double>(sampling.interval_bytes.load())},
                                                                  {"samples", static_cast<double>(sampling.samples.load())},
                                                                  {"unrecorded", static_cast<double>(sampling.unrecorded.load())},
                                                                  {"missedFrees", static_cast<double>(sampling.missed_frees.load())},
                                                                  {"lostMappings", static_cast<double>(sampling.mappings.lost())},
                                                                  {"lostCodeEvents", static_cast<double>(sampling.code.lost())}})));
  return read;
}

// prepareEndingRecord(descriptor, identity): void
napi_value PrepareRecord(napi_env raw_env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(raw_env, raw_info);
  const std::string identity = info[1].As<Napi::String>().Utf8Value();
  PrepareEndingRecord(static_cast<int>(NumberArgument(raw_env, raw_info)), identity.c_str());
  return nullptr;
}

// tellMoments(descriptor, identity, periodMs, longestMs): undefined | FailureRecord
napi_value Tell(napi_env raw_env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(raw_env, raw_info);
  const std::string identity = info[1].As<Napi::String>().Utf8Value();
  const auto nanos = [&](size_t place) { return static_cast<uint64_t>(info[place].As<Napi::Number>().DoubleValue() * 1e6); };
  const Result<Done> begun = TellMoments(static_cast<int>(NumberArgument(raw_env, raw_info)), identity.c_str(), {nanos(2), nanos(3)});
  return begun.ok() ? nullptr : MakeFailure(raw_env, begun.failure());
}

// watchSignal(number): void
napi_value Watch(napi_env env, napi_callback_info info) {
  WatchSignal(static_cast<int>(NumberArgument(env, info)));
  return nullptr;
}

// leaveSignals(): void
napi_value Leave(napi_env, napi_callback_info) {
  LeaveSignals();
  return nullptr;
}

// demangle(names): string[]
napi_value Demangle(napi_env raw_env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(raw_env, raw_info);
  const Napi::Array names = info[0].As<Napi::Array>();
  Napi::Array made = Napi::Array::New(info.Env(), names.Length());
  for (uint32_t i = 0; i < names.Length(); i++) {
    const std::string name = names.Get(i).As<Napi::String>().Utf8Value();
    char* demangled = abi::__cxa_demangle(name.c_str(), nullptr, nullptr, nullptr);
    made.Set(i, demangled == nullptr ? name : std::string(demangled));
    std::free(demangled);
  }
  return made;
}

Napi::Object Initialize(Napi::Env env, Napi::Object exports) {
  Export(env, exports, "start", StartTracking);
  Export(env, exports, "stop", StopTracking);
  Export(env, exports, "awaitBlock", Await);
  Export(env, exports, "isSampled", IsBufferSampled);
  Export(env, exports, "detach", Detach);
  Export(env, exports, "read", Read);
  Export(env, exports, "prepareEndingRecord", PrepareRecord);
  Export(env, exports, "tellMoments", Tell);
  Export(env, exports, "watchSignal", Watch);
  Export(env, exports, "leaveSignals", Leave);
  Export(env, exports, "demangle", Demangle);
  return exports;
}

}  // namespace
}  // namespace allocscope::tracker

// The macro wants a name without a namespace. This file is no header, though it is read as a part of another.
using allocscope::tracker::Initialize;  // NOLINT(google-global-names-in-headers)

// The name is the macro's.
// NOLINTNEXTLINE(clang-diagnostic-reserved-identifier)
NODE_API_MODULE(allocscope_tracker, Initialize)
