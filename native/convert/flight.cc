#include <napi.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "allocator/detect.h"
#include "convert/register.h"
#include "convert/values.h"
#include "environment.h"
#include "platform/clock.h"
#include "platform/mapping.h"
#include "platform/ring.h"
#include "profile/gc_watch.h"
#include "profile/v8_calls.h"
#include "sampler/sampler.h"
#include "sampler/shared_events.h"
#include "sampler/slot_file.h"

namespace allocscope::convert {
namespace {

constexpr uint64_t kAdaptNanos = 1'000'000'000;
constexpr double kMaxIntervalMillis = 3600 * 1000;
constexpr double kMaxFileBytes = size_t{1} << 30;
constexpr size_t kLeastSlotBytes = 256;

// What startFlight is told in numbers. lib/flight/flight-recorder.ts fills them in.
enum SettingField : size_t { kHeadBytes, kSlotBytes, kRowSlots, kEventSlots, kIntervalMillis, kMaxCpuShare, kStartMillis, kSettings };

// The figures that a flight's rows carry: the first are JavaScript's, the last those of collections by kind, the number and the time of
// each. lib/flight/published-figures.ts names them.
enum FlightField : size_t { kLoopTime, kHeapUsed, kHeapCommitted, kExternal, kArrayBuffers, kWorkers, kCollections };
constexpr size_t kFromJavaScript = kCollections;
constexpr size_t kFlightFields = kCollections + 2 * profile::kGcKinds;
static_assert(kFlightFields <= sampler::kMaxPublished);

// What readFlightHeap and watchFlightGc answer with, for a comparison. In TypeScript: heapPlace.
enum ProofField : size_t { kProofUsed, kProofCommitted, kProofExternal, kProofLimit, kProofFields };

napi_value MakeArgumentFailure(napi_env env, const char* call, const char* message) {
  return MakeFailure(env, {"INTERNAL", call, 0, message});
}

napi_value MakeNoFlightFailure(napi_env env, const char* call) { return MakeArgumentFailure(env, call, "no flight is being recorded"); }

// Written so that NaN doesn't fit.
bool AreValid(const double* settings) {
  const double slots = settings[kRowSlots] + settings[kEventSlots];
  return settings[kHeadBytes] >= 0 && settings[kSlotBytes] >= kLeastSlotBytes && settings[kSlotBytes] <= sampler::kMostSlotBytes &&
         settings[kRowSlots] >= 1 && settings[kEventSlots] >= 2 && settings[kHeadBytes] + settings[kSlotBytes] * slots <= kMaxFileBytes &&
         settings[kIntervalMillis] >= 0.1 && settings[kIntervalMillis] <= kMaxIntervalMillis && settings[kMaxCpuShare] >= 1e-6 &&
         settings[kMaxCpuShare] <= 1 && settings[kStartMillis] >= 0;
}

std::string TextArgument(const Napi::CallbackInfo& info, size_t index) {
  return info.Length() > index && info[index].IsString() ? info[index].As<Napi::String>().Utf8Value() : std::string();
}

struct Bytes {
  const uint8_t* data = nullptr;
  size_t length = 0;
};

Bytes BytesArgument(const Napi::CallbackInfo& info, size_t index) {
  if (info.Length() <= index || !info[index].IsTypedArray()) return {};
  const auto array = info[index].As<Napi::TypedArray>();
  if (array.TypedArrayType() != napi_uint8_array) return {};
  return {static_cast<const uint8_t*>(array.ArrayBuffer().Data()) + array.ByteOffset(), array.ByteLength()};
}

// startFlight(settings: Float64Array, file: string, head: Uint8Array, usageFile: string): number | FailureRecord
// The number of a sampler. An environment has one flight at the most.
napi_value StartFlight(napi_env env, napi_callback_info raw_info) {
  const FigureBuffer settings = FigureBufferArgument(env, raw_info);
  const Napi::CallbackInfo info(env, raw_info);
  const Bytes head = BytesArgument(info, 2);
  const bool valid = settings.length >= kSettings && AreValid(settings.figures) && head.data != nullptr &&
                     static_cast<double>(head.length) <= settings.figures[kHeadBytes];
  if (!valid) return MakeArgumentFailure(env, "startFlight", "expected sizes, an interval and a share within their bounds");
  Environment& environment = Environment::Of(env);
  if (environment.flight != nullptr) return MakeArgumentFailure(env, "startFlight", "a flight is being recorded already");
  const auto size = [&](SettingField field) { return static_cast<size_t>(settings.figures[field]); };
  const sampler::SlotLayout layout{size(kHeadBytes), size(kSlotBytes), size(kRowSlots), size(kEventSlots)};
  Result<std::unique_ptr<sampler::SlotFile>> slots = sampler::SlotFile::Create(TextArgument(info, 1), layout, head.data, head.length);
  if (!slots.ok()) return MakeFailure(env, slots.failure());
  // It carries no rows.
  Result<platform::Mapping> memory = platform::Mapping::Anonymous(platform::Ring::BytesFor(1));
  if (!memory.ok()) return MakeFailure(env, memory.failure());
  const auto interval_nanos = static_cast<uint64_t>(settings.figures[kIntervalMillis] * platform::kNanosPerMilli);
  const sampler::Options options{{interval_nanos, settings.figures[kMaxCpuShare], kAdaptNanos}, kFlightFields, TextArgument(info, 3)};
  Result<std::unique_ptr<sampler::Sampler>> started = sampler::Sampler::Start(
      allocator::LiveBackend(), options, platform::Ring::Make(std::move(memory.value()), sampler::kRowFormat), std::move(slots.value()));
  if (!started.ok()) return MakeFailure(env, started.failure());
  auto flight = std::make_unique<Flight>();
  flight->sampler = started.value().get();
  flight->events.emplace(flight->sampler->slots(), settings.figures[kStartMillis]);
  std::fill_n(flight->figures, kFlightFields, std::numeric_limits<double>::quiet_NaN());
  environment.flight = std::move(flight);
  const uint32_t id = environment.next_sampler++;
  environment.samplers[id] = std::move(started.value());
  return Napi::Number::New(env, id);
}

// publishFlight(figures: Float64Array): undefined | FailureRecord
// JavaScript's part of the figures that every row carries from now on.
napi_value PublishFlight(napi_env env, napi_callback_info info) {
  const FigureBuffer buffer = FigureBufferArgument(env, info);
  if (buffer.length < kFromJavaScript) return MakeBufferFailure(env, "publishFlight", kFromJavaScript);
  Flight* const flight = Environment::Of(env).flight.get();
  if (flight == nullptr) return MakeNoFlightFailure(env, "publishFlight");
  std::copy_n(buffer.figures, kFromJavaScript, flight->figures);
  flight->sampler->Publish(flight->figures);
  return nullptr;
}

void PublishCollection(const profile::HeapStatistics& heap, profile::GcKind last, const profile::GcTotals& totals, void* data) {
  auto* const flight = static_cast<Flight*>(data);
  flight->figures[kHeapUsed] = static_cast<double>(heap.used);
  flight->figures[kHeapCommitted] = static_cast<double>(heap.committed);
  flight->figures[kExternal] = static_cast<double>(heap.external);
  for (size_t kind = 0; kind < profile::kGcKinds; kind++) {
    flight->figures[kCollections + 2 * kind] = static_cast<double>(totals.collections[kind]);
    flight->figures[kCollections + 2 * kind + 1] = static_cast<double>(totals.nanos[kind]) / platform::kNanosPerMilli;
  }
  flight->sampler->Publish(flight->figures);
  if (last != profile::kMarkSweep) return;
  // V8 gives up right after such a collection, before the sampling thread writes its next row.
  double block[1 + kFlightFields] = {static_cast<double>(platform::MonotonicNanos()) / platform::kNanosPerMilli};
  std::copy_n(flight->figures, kFlightFields, block + 1);
  flight->sampler->slots()->WriteCollection(block, std::size(block));
}

void PutProof(const profile::HeapStatistics& heap, double* proof) {
  proof[kProofUsed] = static_cast<double>(heap.used);
  proof[kProofCommitted] = static_cast<double>(heap.committed);
  proof[kProofExternal] = static_cast<double>(heap.external);
  proof[kProofLimit] = static_cast<double>(heap.limit);
}

// readFlightHeap(proof: Float64Array): undefined | FailureRecord
// V8's figures of now, by their places: the caller compares them with what node says.
napi_value ReadFlightHeap(napi_env env, napi_callback_info info) {
  const FigureBuffer proof = FigureBufferArgument(env, info);
  if (proof.length < kProofFields) return MakeBufferFailure(env, "readFlightHeap", kProofFields);
  const Result<profile::V8Calls> calls = profile::V8Calls::Find();
  if (!calls.ok()) return MakeFailure(env, calls.failure());
  PutProof(calls.value().Heap(), proof.figures);
  return nullptr;
}

// watchFlightGc(proof: Float64Array): undefined | FailureRecord
// From now on the heap's figures are published at the end of each collection as well. `proof` gets those of now: V8's records are read by
// their places, so the caller compares them with what V8 itself says.
napi_value WatchFlightGc(napi_env env, napi_callback_info info) {
  const FigureBuffer proof = FigureBufferArgument(env, info);
  if (proof.length < kProofFields) return MakeBufferFailure(env, "watchFlightGc", kProofFields);
  Flight* const flight = Environment::Of(env).flight.get();
  if (flight == nullptr) return MakeNoFlightFailure(env, "watchFlightGc");
  auto watch = profile::GcWatch::Start(PublishCollection, flight);
  if (!watch.ok()) return MakeFailure(env, watch.failure());
  PutProof(watch.value()->Heap(), proof.figures);
  std::fill(flight->figures + kCollections, flight->figures + kFlightFields, 0);
  flight->gc = std::move(watch.value());
  return nullptr;
}

// unwatchFlightGc(): void
napi_value UnwatchFlightGc(napi_env env, napi_callback_info) {
  Flight* const flight = Environment::Of(env).flight.get();
  if (flight == nullptr) return nullptr;
  flight->gc.reset();
  std::fill(flight->figures + kCollections, flight->figures + kFlightFields, std::numeric_limits<double>::quiet_NaN());
  return nullptr;
}

// flightStart(): number | undefined
// When this process's flight began, milliseconds of CLOCK_MONOTONIC, for any of its threads.
napi_value FlightStart(napi_env env, napi_callback_info) {
  const std::optional<double> start = sampler::SharedEvents::StartMillis();
  return start.has_value() ? static_cast<napi_value>(Napi::Number::New(env, *start)) : nullptr;
}

// writeFlightEvent(event: Uint8Array): boolean | FailureRecord
// From any thread. False when none is recorded, it is longer than a slot, or the file can't be written.
napi_value WriteFlightEvent(napi_env env, napi_callback_info raw_info) {
  const Bytes event = BytesArgument(Napi::CallbackInfo(env, raw_info), 0);
  if (event.data == nullptr) return MakeArgumentFailure(env, "writeFlightEvent", "expected a Uint8Array");
  return Napi::Boolean::New(env, sampler::SharedEvents::Write(event.data, event.length));
}

// endFlight(): void
// Publishes nothing any more. The sampler is still there, to be closed as any other.
napi_value EndFlight(napi_env env, napi_callback_info) {
  Environment::Of(env).flight.reset();
  return nullptr;
}

}  // namespace

void RegisterFlight(Napi::Env env, Napi::Object exports) {
  Export(env, exports, "startFlight", StartFlight);
  Export(env, exports, "readFlightHeap", ReadFlightHeap);
  Export(env, exports, "publishFlight", PublishFlight);
  Export(env, exports, "watchFlightGc", WatchFlightGc);
  Export(env, exports, "unwatchFlightGc", UnwatchFlightGc);
  Export(env, exports, "flightStart", FlightStart);
  Export(env, exports, "writeFlightEvent", WriteFlightEvent);
  Export(env, exports, "endFlight", EndFlight);
}

}  // namespace allocscope::convert
