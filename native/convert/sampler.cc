#include "sampler/sampler.h"

#include <napi.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "allocator/detect.h"
#include "convert/register.h"
#include "convert/values.h"
#include "environment.h"

namespace allocscope::convert {
namespace {

constexpr size_t kMaxSamplers = 64;
constexpr double kMaxIntervalMillis = 24 * 3600 * 1000;
constexpr double kMaxRingBytes = size_t{1} << 30;
constexpr double kNanosPerMilli = 1e6;

// The figures that drainSampler writes before the records.
enum DrainField : size_t { kDrained, kSamples, kMissed, kLost, kCpuMillis, kElapsedMillis, kIntervalMillis, kDrainHeader };

// NaN unless the argument is a number.
double NumberArgument(const Napi::CallbackInfo& info, size_t index) {
  return info.Length() > index && info[index].IsNumber() ? info[index].As<Napi::Number>().DoubleValue() : std::nan("");
}

napi_value MakeArgumentFailure(napi_env env, const char* call, const char* message) {
  return MakeFailure(env, {"INTERNAL", call, 0, message});
}

// startSampler(intervalMs: number, maxCpuShare: number, bufferBytes: number): number | FailureRecord
napi_value StartSampler(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  const double interval_millis = NumberArgument(info, 0);
  const double max_cpu_share = NumberArgument(info, 1);
  const double ring_bytes = NumberArgument(info, 2);
  const allocator::Backend& backend = allocator::LiveBackend();
  const size_t longest = sampler::kRecordFigures + backend.footprint_fields().size() + sampler::kMaxArenas;
  // Written so that NaN fits none of them.
  const bool valid = interval_millis >= 0.1 && interval_millis <= kMaxIntervalMillis && max_cpu_share >= 1e-6 && max_cpu_share <= 1 &&
                     ring_bytes >= static_cast<double>(longest * sizeof(double)) && ring_bytes <= kMaxRingBytes;
  if (!valid) return MakeArgumentFailure(env, "startSampler", "expected an interval, a share and a size within their bounds");
  Environment& environment = Environment::Of(env);
  if (environment.samplers.size() >= kMaxSamplers) {
    return MakeFailure(env, {"UNSUPPORTED", "startSampler", 0, "64 watchers are running in this thread already"});
  }
  const sampler::Options options{static_cast<uint64_t>(interval_millis * kNanosPerMilli), max_cpu_share,
                                 static_cast<size_t>(ring_bytes) / sizeof(double)};
  Result<std::unique_ptr<sampler::Sampler>> started = sampler::Sampler::Start(backend, options);
  if (!started.ok()) return MakeFailure(env, started.failure());
  const uint32_t id = environment.next_sampler++;
  environment.samplers[id] = std::move(started.value());
  return Napi::Number::New(env, id);
}

sampler::Sampler* SamplerOf(napi_env env, double id) {
  if (!(id >= 1 && id <= UINT32_MAX)) return nullptr;
  const auto& samplers = Environment::Of(env).samplers;
  const auto found = samplers.find(static_cast<uint32_t>(id));
  return found == samplers.end() ? nullptr : found->second.get();
}

// drainSampler(figures: Float64Array, id: number): undefined | FailureRecord
// Writes the header that DrainField names, then whole records.
napi_value DrainSampler(napi_env env, napi_callback_info raw_info) {
  const FigureBuffer buffer = FigureBufferArgument(env, raw_info);
  const Napi::CallbackInfo info(env, raw_info);
  sampler::Sampler* const sampler = SamplerOf(env, NumberArgument(info, 1));
  if (sampler == nullptr) return MakeArgumentFailure(env, "drainSampler", "there is no such sampler");
  const size_t needed = kDrainHeader + sampler->longest_record();
  if (buffer.length < needed) return MakeBufferFailure(env, "drainSampler", needed);
  const sampler::Counters counters = sampler->counters();
  double* const figures = buffer.figures;
  figures[kSamples] = static_cast<double>(counters.samples);
  figures[kMissed] = static_cast<double>(counters.missed);
  figures[kLost] = static_cast<double>(counters.lost);
  figures[kCpuMillis] = static_cast<double>(counters.cpu_nanos) / kNanosPerMilli;
  figures[kElapsedMillis] = static_cast<double>(counters.elapsed_nanos) / kNanosPerMilli;
  figures[kIntervalMillis] = static_cast<double>(counters.interval_nanos) / kNanosPerMilli;
  figures[kDrained] = static_cast<double>(sampler->Drain(figures + kDrainHeader, buffer.length - kDrainHeader));
  return nullptr;
}

// stopSampler(id: number): void
// Ends its thread; what it sampled waits to be drained.
napi_value StopSampler(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  sampler::Sampler* const sampler = SamplerOf(env, NumberArgument(info, 0));
  if (sampler != nullptr) sampler->Stop();
  return nullptr;
}

// closeSampler(id: number): void
// Ends its thread and frees what wasn't drained.
napi_value CloseSampler(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  const double id = NumberArgument(info, 0);
  if (SamplerOf(env, id) != nullptr) Environment::Of(env).samplers.erase(static_cast<uint32_t>(id));
  return nullptr;
}

}  // namespace

void RegisterSampler(Napi::Env env, Napi::Object exports) {
  Export(env, exports, "startSampler", StartSampler);
  Export(env, exports, "drainSampler", DrainSampler);
  Export(env, exports, "stopSampler", StopSampler);
  Export(env, exports, "closeSampler", CloseSampler);
}

}  // namespace allocscope::convert
