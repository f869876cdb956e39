#include "sampler/sampler.h"

#include <napi.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "allocator/detect.h"
#include "convert/register.h"
#include "convert/values.h"
#include "environment.h"
#include "platform/clock.h"
#include "platform/mapping.h"
#include "platform/ring.h"
#include "sampler/file_sampler.h"

namespace allocscope::convert {
namespace {

constexpr size_t kMaxSamplers = 64;
constexpr double kMaxIntervalMillis = 24 * 3600 * 1000;
constexpr double kMaxRingBytes = size_t{1} << 30;
// Of samples of other processes: 26,000. Read every 50 ms, that is the samples of 500 processes at the shortest interval, a millisecond.
constexpr size_t kOutsideRingBytes = size_t{1} << 20;
// Of the kernel's files: 14 figures, read every 50 ms, for a minute and a half.
constexpr size_t kFileRingBytes = size_t{256} << 10;
// The most figures before the arenas in a record of another process, which may have another allocator.
constexpr size_t kMostFigures = 64;

// The figures that drainSampler writes before the records. In TypeScript: drainPlace.
enum DrainField : size_t { kDrained, kSamples, kMissed, kLost, kCpuMillis, kElapsedMillis, kIntervalMillis, kDrainLength };

// NaN unless the argument is a number.
double NumberArgument(const Napi::CallbackInfo& info, size_t index) {
  return info.Length() > index && info[index].IsNumber() ? info[index].As<Napi::Number>().DoubleValue() : std::nan("");
}

napi_value MakeArgumentFailure(napi_env env, const char* call, const char* message) {
  return MakeFailure(env, {"INTERNAL", call, 0, message});
}

size_t LongestRecord() {
  return sampler::kRowFigures + allocator::LiveBackend().footprint_fields().size() + sampler::kMaxPublished + sampler::kMaxArenas;
}

// Written so that NaN doesn't fit.
bool IsRingSize(double bytes) { return bytes >= static_cast<double>(platform::Ring::BytesFor(LongestRecord())) && bytes <= kMaxRingBytes; }

bool IsPace(double interval_millis, double max_cpu_share) {
  return interval_millis >= 0.1 && interval_millis <= kMaxIntervalMillis && max_cpu_share >= 1e-6 && max_cpu_share <= 1;
}

Result<platform::Ring> MapRing(double bytes, double descriptor) {
  const bool is_shared = descriptor >= 0;
  Result<platform::Mapping> memory = is_shared ? platform::Mapping::Shared(static_cast<int>(descriptor), static_cast<size_t>(bytes))
                                               : platform::Mapping::Anonymous(static_cast<size_t>(bytes));
  if (!memory.ok()) return memory.failure();
  if (is_shared) return platform::Ring::Join(std::move(memory.value()), sampler::kRowFormat);
  return platform::Ring::Make(std::move(memory.value()), sampler::kRowFormat);
}

// startSampler(intervalMs: number, maxCpuShare: number, bufferBytes: number, descriptor: number, published: number): number | FailureRecord
// A descriptor of -1 stands for memory of its own, which drainSampler reads; any other is that of openRing, whose opener reads, and what it
// opened must be a ring of this version's.
napi_value StartSampler(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  const double interval_millis = NumberArgument(info, 0);
  const double max_cpu_share = NumberArgument(info, 1);
  const double ring_bytes = NumberArgument(info, 2);
  const double descriptor = NumberArgument(info, 3);
  const double published = NumberArgument(info, 4);
  // Written so that NaN fits none of them.
  const bool valid = IsPace(interval_millis, max_cpu_share) && IsRingSize(ring_bytes) && descriptor >= -1 && descriptor <= INT_MAX &&
                     published >= 0 && published <= static_cast<double>(sampler::kMaxPublished);
  if (!valid) return MakeArgumentFailure(env, "startSampler", "expected an interval, a share and a size within their bounds");
  Environment& environment = Environment::Of(env);
  if (environment.samplers.size() >= kMaxSamplers) {
    return MakeFailure(env, {"UNSUPPORTED", "startSampler", 0, "64 watchers are running in this thread already"});
  }
  Result<platform::Ring> ring = MapRing(ring_bytes, descriptor);
  if (!ring.ok()) return MakeFailure(env, ring.failure());
  const sampler::Options options{{static_cast<uint64_t>(interval_millis * platform::kNanosPerMilli), max_cpu_share},
                                 static_cast<size_t>(published)};
  Result<std::unique_ptr<sampler::Sampler>> started = sampler::Sampler::Start(allocator::LiveBackend(), options, std::move(ring.value()));
  if (!started.ok()) return MakeFailure(env, started.failure());
  const uint32_t id = environment.next_sampler++;
  environment.samplers[id] = std::move(started.value());
  return Napi::Number::New(env, id);
}

template <typename Kept>
Kept* FindKept(const std::map<uint32_t, std::unique_ptr<Kept>>& kept, double id) {
  if (!(id >= 1 && id <= UINT32_MAX)) return nullptr;
  const auto found = kept.find(static_cast<uint32_t>(id));
  return found == kept.end() ? nullptr : found->second.get();
}

sampler::Sampler* SamplerOf(napi_env env, double id) { return FindKept(Environment::Of(env).samplers, id); }

// Whether the header has room, and a whole record if the buffer is for more than the header.
bool HasRoom(const FigureBuffer& buffer, size_t longest_row) {
  return buffer.length == kDrainLength || buffer.length >= kDrainLength + longest_row;
}

// Writes the header that DrainField names, then whole records. A buffer for the header alone gets the counters and leaves the records.
void DrainInto(const FigureBuffer& buffer, platform::Ring* ring) {
  double* const figures = buffer.figures;
  const platform::RingCounters& counters = ring->counters();
  const auto count = [](const std::atomic<uint64_t>& counter) { return static_cast<double>(counter.load(std::memory_order_relaxed)); };
  const double started = count(counters.started_nanos);
  const double stopped = count(counters.stopped_nanos);
  const double until = stopped > 0 ? stopped : static_cast<double>(platform::MonotonicNanos());
  figures[kSamples] = count(counters.samples);
  figures[kMissed] = count(counters.missed);
  figures[kLost] = count(counters.lost);
  figures[kCpuMillis] = count(counters.cpu_nanos) / platform::kNanosPerMilli;
  figures[kElapsedMillis] = started > 0 ? (until - started) / platform::kNanosPerMilli : 0;
  figures[kIntervalMillis] = count(counters.interval_nanos) / platform::kNanosPerMilli;
  figures[kDrained] = static_cast<double>(ring->Drain(figures + kDrainLength, buffer.length - kDrainLength));
}

// drainSampler(figures: Float64Array, id: number): undefined | FailureRecord
napi_value DrainSampler(napi_env env, napi_callback_info raw_info) {
  const FigureBuffer buffer = FigureBufferArgument(env, raw_info);
  const Napi::CallbackInfo info(env, raw_info);
  sampler::Sampler* const sampler = SamplerOf(env, NumberArgument(info, 1));
  if (sampler == nullptr) return MakeArgumentFailure(env, "drainSampler", "there is no such sampler");
  const size_t longest_row = sampler->longest_row();
  if (!HasRoom(buffer, longest_row)) return MakeBufferFailure(env, "drainSampler", kDrainLength + longest_row);
  DrainInto(buffer, &sampler->ring());
  return nullptr;
}

// publishFigures(figures: Float64Array, id: number): undefined | FailureRecord
// The sampler's records carry these figures from now on.
napi_value PublishFigures(napi_env env, napi_callback_info raw_info) {
  const FigureBuffer buffer = FigureBufferArgument(env, raw_info);
  const Napi::CallbackInfo info(env, raw_info);
  sampler::Sampler* const sampler = SamplerOf(env, NumberArgument(info, 1));
  if (sampler == nullptr) return MakeArgumentFailure(env, "publishFigures", "there is no such sampler");
  if (buffer.figures == nullptr || buffer.length < sampler->published()) {
    return MakeBufferFailure(env, "publishFigures", sampler->published());
  }
  sampler->Publish(buffer.figures);
  return nullptr;
}

// stopSampler(id: number): void
// Ends its thread. Its samples can still be drained.
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

// openRing(bytes: number): { id: number, descriptor: number } | FailureRecord
// Memory for the records of a sampler in another process. That process gets the descriptor. The caller closes it.
napi_value OpenRing(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  const double bytes = NumberArgument(info, 0);
  if (!IsRingSize(bytes)) return MakeArgumentFailure(env, "openRing", "expected a size within its bounds");
  const Result<int> descriptor = platform::CreateSealedFile(static_cast<size_t>(bytes));
  if (!descriptor.ok()) return MakeFailure(env, descriptor.failure());
  Result<platform::Mapping> memory = platform::Mapping::Shared(descriptor.value(), static_cast<size_t>(bytes));
  if (!memory.ok()) {
    close(descriptor.value());
    return MakeFailure(env, memory.failure());
  }
  Environment& environment = Environment::Of(env);
  const uint32_t id = environment.next_sampler++;
  environment.rings[id] = std::make_unique<platform::Ring>(platform::Ring::Make(std::move(memory.value()), sampler::kRowFormat));
  Napi::Object opened = Napi::Object::New(env);
  opened.Set("id", id);
  opened.Set("descriptor", descriptor.value());
  return opened;
}

// joinRing(descriptor: number, bytes: number): number | FailureRecord
// The reading end of a ring that another process has opened, under a descriptor of this one's.
napi_value JoinRing(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  const double descriptor = NumberArgument(info, 0);
  const double bytes = NumberArgument(info, 1);
  const bool valid = descriptor >= 0 && descriptor <= INT_MAX && IsRingSize(bytes);
  if (!valid) return MakeArgumentFailure(env, "joinRing", "expected a descriptor and a size within its bounds");
  Result<platform::Ring> ring = MapRing(bytes, descriptor);
  if (!ring.ok()) return MakeFailure(env, ring.failure());
  Environment& environment = Environment::Of(env);
  const uint32_t id = environment.next_sampler++;
  environment.rings[id] = std::make_unique<platform::Ring>(std::move(ring.value()));
  return Napi::Number::New(env, id);
}

// drainRing(figures: Float64Array, id: number): undefined | FailureRecord
napi_value DrainRing(napi_env env, napi_callback_info raw_info) {
  const FigureBuffer buffer = FigureBufferArgument(env, raw_info);
  const Napi::CallbackInfo info(env, raw_info);
  platform::Ring* const ring = FindKept(Environment::Of(env).rings, NumberArgument(info, 1));
  if (ring == nullptr) return MakeArgumentFailure(env, "drainRing", "there is no such ring");
  constexpr size_t kLongestRow = kMostFigures + sampler::kMaxArenas;
  if (!HasRoom(buffer, kLongestRow)) return MakeBufferFailure(env, "drainRing", kDrainLength + kLongestRow);
  DrainInto(buffer, ring);
  return nullptr;
}

// closeRing(id: number): void
napi_value CloseRing(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  const double id = NumberArgument(info, 0);
  if (FindKept(Environment::Of(env).rings, id) != nullptr) Environment::Of(env).rings.erase(static_cast<uint32_t>(id));
  return nullptr;
}

// startOutsideSampler(intervalMs: number, maxCpuShare: number): number | FailureRecord
napi_value StartOutsideSampler(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  const double interval_millis = NumberArgument(info, 0);
  const double max_cpu_share = NumberArgument(info, 1);
  if (!IsPace(interval_millis, max_cpu_share)) return MakeArgumentFailure(env, "startOutsideSampler", "expected an interval and a share");
  Result<platform::Mapping> memory = platform::Mapping::Anonymous(kOutsideRingBytes);
  if (!memory.ok()) return MakeFailure(env, memory.failure());
  const sampler::Pace pace{static_cast<uint64_t>(interval_millis * platform::kNanosPerMilli), max_cpu_share};
  auto started = sampler::OutsideSampler::Start(pace, platform::Ring::Make(std::move(memory.value()), sampler::kRowFormat));
  if (!started.ok()) return MakeFailure(env, started.failure());
  Environment& environment = Environment::Of(env);
  const uint32_t id = environment.next_sampler++;
  environment.outside_samplers[id] = std::move(started.value());
  return Napi::Number::New(env, id);
}

sampler::OutsideSampler* OutsideSamplerOf(napi_env env, double id) { return FindKept(Environment::Of(env).outside_samplers, id); }

// followOutside(pid: number, number: number, id: number): boolean | FailureRecord
// The sampler's rows carry `number`. False when there is no such process.
napi_value FollowOutside(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  const double pid = NumberArgument(info, 0);
  sampler::OutsideSampler* const sampler = OutsideSamplerOf(env, NumberArgument(info, 2));
  if (sampler == nullptr || !(pid >= 1 && pid <= INT_MAX)) return MakeArgumentFailure(env, "followOutside", "expected a process");
  return Napi::Boolean::New(env, sampler->Follow(static_cast<pid_t>(pid), NumberArgument(info, 1)));
}

// drainOutside(figures: Float64Array, id: number): undefined | FailureRecord
napi_value DrainOutside(napi_env env, napi_callback_info raw_info) {
  const FigureBuffer buffer = FigureBufferArgument(env, raw_info);
  const Napi::CallbackInfo info(env, raw_info);
  sampler::OutsideSampler* const sampler = OutsideSamplerOf(env, NumberArgument(info, 1));
  if (sampler == nullptr) return MakeArgumentFailure(env, "drainOutside", "there is no such sampler");
  if (!HasRoom(buffer, sampler::kOutsideFields)) return MakeBufferFailure(env, "drainOutside", kDrainLength + sampler::kOutsideFields);
  DrainInto(buffer, &sampler->ring());
  return nullptr;
}

// stopOutsideSampler(id: number): void
// Ends its thread. Its samples can still be drained.
napi_value StopOutsideSampler(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  sampler::OutsideSampler* const sampler = OutsideSamplerOf(env, NumberArgument(info, 0));
  if (sampler != nullptr) sampler->Stop();
  return nullptr;
}

// closeOutsideSampler(id: number): void
napi_value CloseOutsideSampler(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  const double id = NumberArgument(info, 0);
  if (OutsideSamplerOf(env, id) != nullptr) Environment::Of(env).outside_samplers.erase(static_cast<uint32_t>(id));
  return nullptr;
}

// The figures that `paths` and `keys` name, two lists of texts of one length. Empty where they aren't that.
std::vector<sampler::FileFigure> FileFigures(const Napi::Value& paths, const Napi::Value& keys) {
  if (!paths.IsArray() || !keys.IsArray()) return {};
  const Napi::Array path_list = paths.As<Napi::Array>();
  const Napi::Array key_list = keys.As<Napi::Array>();
  const uint32_t length = path_list.Length();
  if (length > sampler::kMostFileFigures || key_list.Length() != length) return {};
  std::vector<sampler::FileFigure> figures;
  for (uint32_t i = 0; i < length; i++) {
    const Napi::Value path = path_list.Get(i);
    const Napi::Value key = key_list.Get(i);
    if (!path.IsString() || !key.IsString()) return {};
    figures.push_back({path.As<Napi::String>().Utf8Value(), key.As<Napi::String>().Utf8Value()});
  }
  return figures;
}

// startFileSampler(intervalMs: number, maxCpuShare: number, paths: string[], keys: string[]): number | FailureRecord
// Its rows have the number that each key names in the file of its path.
napi_value StartFileSampler(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  const double interval_millis = NumberArgument(info, 0);
  const double max_cpu_share = NumberArgument(info, 1);
  const std::vector<sampler::FileFigure> figures = info.Length() > 3 ? FileFigures(info[2], info[3]) : std::vector<sampler::FileFigure>();
  if (!IsPace(interval_millis, max_cpu_share) || figures.empty()) {
    return MakeArgumentFailure(env, "startFileSampler", "expected an interval, a share, paths and keys");
  }
  if (Environment::Of(env).file_samplers.size() >= kMaxSamplers) {
    return MakeFailure(env, {"UNSUPPORTED", "startFileSampler", 0, "64 watches are running in this thread already"});
  }
  Result<platform::Mapping> memory = platform::Mapping::Anonymous(kFileRingBytes);
  if (!memory.ok()) return MakeFailure(env, memory.failure());
  const sampler::Pace pace{static_cast<uint64_t>(interval_millis * platform::kNanosPerMilli), max_cpu_share};
  auto started = sampler::FileSampler::Start(pace, figures, platform::Ring::Make(std::move(memory.value()), sampler::kRowFormat));
  if (!started.ok()) return MakeFailure(env, started.failure());
  Environment& environment = Environment::Of(env);
  const uint32_t id = environment.next_sampler++;
  environment.file_samplers[id] = std::move(started.value());
  return Napi::Number::New(env, id);
}

// drainFileSampler(figures: Float64Array, id: number): undefined | FailureRecord
napi_value DrainFileSampler(napi_env env, napi_callback_info raw_info) {
  const FigureBuffer buffer = FigureBufferArgument(env, raw_info);
  const Napi::CallbackInfo info(env, raw_info);
  sampler::FileSampler* const sampler = FindKept(Environment::Of(env).file_samplers, NumberArgument(info, 1));
  if (sampler == nullptr) return MakeArgumentFailure(env, "drainFileSampler", "there is no such sampler");
  if (!HasRoom(buffer, sampler->row_length())) return MakeBufferFailure(env, "drainFileSampler", kDrainLength + sampler->row_length());
  DrainInto(buffer, &sampler->ring());
  return nullptr;
}

// closeFileSampler(id: number): void
// Ends its thread and frees what wasn't drained.
napi_value CloseFileSampler(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  const double id = NumberArgument(info, 0);
  if (FindKept(Environment::Of(env).file_samplers, id) != nullptr) Environment::Of(env).file_samplers.erase(static_cast<uint32_t>(id));
  return nullptr;
}

}  // namespace

void RegisterSampler(Napi::Env env, Napi::Object exports) {
  Export(env, exports, "startSampler", StartSampler);
  Export(env, exports, "drainSampler", DrainSampler);
  Export(env, exports, "publishFigures", PublishFigures);
  Export(env, exports, "openRing", OpenRing);
  Export(env, exports, "joinRing", JoinRing);
  Export(env, exports, "drainRing", DrainRing);
  Export(env, exports, "closeRing", CloseRing);
  Export(env, exports, "stopSampler", StopSampler);
  Export(env, exports, "closeSampler", CloseSampler);
  Export(env, exports, "startOutsideSampler", StartOutsideSampler);
  Export(env, exports, "followOutside", FollowOutside);
  Export(env, exports, "drainOutside", DrainOutside);
  Export(env, exports, "stopOutsideSampler", StopOutsideSampler);
  Export(env, exports, "closeOutsideSampler", CloseOutsideSampler);
  Export(env, exports, "startFileSampler", StartFileSampler);
  Export(env, exports, "drainFileSampler", DrainFileSampler);
  Export(env, exports, "closeFileSampler", CloseFileSampler);
}

}  // namespace allocscope::convert
