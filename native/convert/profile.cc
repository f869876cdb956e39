#include <napi.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "convert/register.h"
#include "convert/values.h"
#include "environment.h"
#include "profile/exercise.h"
#include "profile/words.h"

namespace allocscope::convert {
namespace {

// The figures that readHeapCounts writes: bytes of heap objects asked for and in use, then bytes outside of the heap asked for and in use.
// In TypeScript: heapCountPlace.
enum HeapCountField : size_t { kHeapAllocated, kHeapUsed, kExternalAllocated, kExternalUsed, kHeapCountLength };

constexpr double kMaxRecordBytes = uint64_t{1} << 31;

// Makes values that nothing keeps: each has a scope of its own.
class NodeExercise : public profile::Exercise {
 public:
  explicit NodeExercise(napi_env env) : env_(env), text_(kLongest, 'x') {}

  void MakeString(size_t length) override {
    const Napi::HandleScope scope(env_);
    napi_value made = nullptr;
    napi_create_string_latin1(env_, text_.data(), std::min(length, kLongest), &made);
  }

  void MakeName(size_t length) override {
    const Napi::HandleScope scope(env_);
    char name[kLongestName + 1] = {};
    std::memset(name, '.', std::min(length, kLongestName));
    // The name begins with at most seventeen characters that no program has used.
    const int written = std::snprintf(name, sizeof name, "%zx~%x", reinterpret_cast<uintptr_t>(this), names_++);
    if (written > 0) name[written] = '.';
    napi_value holder = nullptr;
    bool has = false;
    if (napi_create_object(env_, &holder) == napi_ok) napi_has_named_property(env_, holder, name, &has);
  }

  int64_t DeclareExternal(int64_t bytes) override {
    int64_t total = 0;
    napi_adjust_external_memory(env_, bytes, &total);
    return total;
  }

 private:
  static constexpr size_t kLongest = 500'000;
  static constexpr size_t kLongestName = 128;

  const Napi::Env env_;
  const std::string text_;
  uint32_t names_ = 0;
};

std::string StringArgument(const Napi::CallbackInfo& info, size_t index) {
  return info.Length() > index && info[index].IsString() ? info[index].As<Napi::String>().Utf8Value() : std::string();
}

double NumberArgument(const Napi::CallbackInfo& info, size_t index) {
  return info.Length() > index && info[index].IsNumber() ? info[index].As<Napi::Number>().DoubleValue() : 0;
}

// A view of memory that isn't V8's; null where this build of Node doesn't let JavaScript have such views.
napi_value MakeView(napi_env env, const volatile void* memory, size_t bytes) {
  napi_value view = nullptr;
  // The view is of the very memory that others write to; JavaScript reads it as it stands.
  auto* const address = const_cast<void*>(memory);
  return napi_create_external_arraybuffer(env, address, bytes, nullptr, nullptr, &view) == napi_ok ? view : nullptr;
}

void SetView(napi_env env, napi_value holder, const char* name, const volatile void* memory, size_t bytes) {
  const napi_value view = memory == nullptr ? nullptr : MakeView(env, memory, bytes);
  if (view != nullptr) napi_set_named_property(env, holder, name, view);
}

napi_value MakeViewFailure(napi_env env, const char* call) {
  return MakeFailure(env, {"UNSUPPORTED", call, 0, "this build of Node lets an addon share no memory with JavaScript"});
}

napi_value MakeRecordArgumentFailure(napi_env env, const char* call) {
  return MakeFailure(env, {"INTERNAL", call, 0, "expected a path and a number of bytes"});
}

// Why this thread's heap can't be counted.
std::optional<Failure> StartCounter(napi_env env) {
  Environment& environment = Environment::Of(env);
  if (environment.heap_counter != nullptr) return std::nullopt;
  auto started = profile::HeapCounter::Start(std::make_unique<NodeExercise>(env));
  if (!started.ok()) return started.failure();
  environment.heap_counter = std::move(started.value());
  return std::nullopt;
}

// readHeapCounts(figures: Float64Array): undefined | FailureRecord
// The first call begins to count.
napi_value ReadHeapCounts(napi_env env, napi_callback_info info) {
  const FigureBuffer buffer = FigureBufferArgument(env, info);
  if (buffer.length < kHeapCountLength) return MakeBufferFailure(env, "readHeapCounts", kHeapCountLength);
  const std::optional<Failure> failure = StartCounter(env);
  if (failure) return MakeFailure(env, *failure);
  profile::HeapCounter& counter = *Environment::Of(env).heap_counter;
  counter.CountAlways();
  counter.Look();
  const profile::HeapCounts& counts = counter.counts();
  buffer.figures[kHeapAllocated] = static_cast<double>(counts.allocated);
  buffer.figures[kHeapUsed] = static_cast<double>(counts.net);
  buffer.figures[kExternalAllocated] = static_cast<double>(counts.external_allocated);
  buffer.figures[kExternalUsed] = static_cast<double>(counts.external);
  return nullptr;
}

// takePeak(): number | FailureRecord
// The peak of RSS since the last call, by the kernel's mark. At least the present RSS.
napi_value TakePeak(napi_env env, napi_callback_info) {
  Environment& environment = Environment::Of(env);
  const Result<process::Statm> statm = environment.statm.Read();
  if (!statm.ok()) return MakeFailure(env, statm.failure());
  if (environment.peak_mark == nullptr) environment.peak_mark = std::make_unique<profile::PeakMark>();
  const uint64_t peak = environment.peak_mark->Take(statm.value().resident_bytes);
  environment.usage.KeepPeak(environment.peak_mark->kept_bytes());
  return Napi::Number::New(env, static_cast<double>(std::max(peak, statm.value().resident_bytes)));
}

// startProfile(path: string, bytes: number): { record, young?, old?, external?, newLargeObjects?, largeObjects?, tellsPageEnds } |
// FailureRecord
napi_value StartProfile(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  const std::string path = StringArgument(info, 0);
  const double bytes = NumberArgument(info, 1);
  if (path.empty() || !(bytes >= profile::kHeaderBytes && bytes <= kMaxRecordBytes)) return MakeRecordArgumentFailure(env, "startProfile");
  Environment& environment = Environment::Of(env);
  if (environment.profiler != nullptr) {
    return MakeFailure(env, {"PROFILE_RUNNING", "startProfile", 0, "this thread is being profiled, or was"});
  }
  const std::optional<Failure> failure = StartCounter(env);
  if (failure) return MakeFailure(env, *failure);
  auto started = profile::Profiler::Start(path, static_cast<size_t>(bytes), environment.heap_counter.get());
  if (!started.ok()) return MakeFailure(env, started.failure());
  const profile::MappedFile& record = started.value()->record();
  const napi_value view = MakeView(env, record.memory(), record.bytes());
  if (view == nullptr) return MakeViewFailure(env, "startProfile");
  environment.profiler = std::move(started.value());
  Napi::Object answer = Napi::Object::New(env);
  const profile::HeapCounter& counter = environment.profiler->counter();
  const profile::Words& words = counter.words();
  answer.Set("record", Napi::Value(env, view));
  answer.Set("tellsPageEnds", counter.tells_page_ends());
  SetView(env, answer, "young", words.young.words, 3 * sizeof(uintptr_t));
  SetView(env, answer, "old", words.old.words, 3 * sizeof(uintptr_t));
  SetView(env, answer, "external", words.external, sizeof *words.external);
  SetView(env, answer, "newLargeObjects", words.new_large_objects, sizeof *words.new_large_objects);
  SetView(env, answer, "largeObjects", words.large_objects, sizeof *words.large_objects);
  return answer;
}

// synchroniseProfile(): void
// Called by probes: its state comes with the function, so that nothing is looked up.
napi_value SynchroniseProfile(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  const auto* const environment = static_cast<Environment*>(data);
  if (environment->profiler != nullptr) environment->profiler->Synchronise();
  return nullptr;
}

// disownProfile(): void
// Like synchroniseProfile, but no line is charged for what was allocated since the last probe.
napi_value DisownProfile(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  const auto* const environment = static_cast<Environment*>(data);
  if (environment->profiler != nullptr) environment->profiler->Disown();
  return nullptr;
}

// waitForV8Workers(): void
napi_value WaitForV8Workers(napi_env env, napi_callback_info) {
  const Environment& environment = Environment::Of(env);
  if (environment.profiler != nullptr) environment.profiler->WaitForV8Workers();
  return nullptr;
}

// stopProfile(): void
napi_value StopProfile(napi_env env, napi_callback_info) {
  Environment& environment = Environment::Of(env);
  if (environment.profiler == nullptr) return nullptr;
  environment.profiler->Stop();
  environment.usage.KeepPeak(environment.profiler->kept_peak_bytes());
  return nullptr;
}

// mapProfileFile(path: string, bytes: number): ArrayBuffer | FailureRecord
napi_value MapProfileFile(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  const std::string path = StringArgument(info, 0);
  const double bytes = NumberArgument(info, 1);
  if (path.empty() || !(bytes >= 1 && bytes <= kMaxRecordBytes)) return MakeRecordArgumentFailure(env, "mapProfileFile");
  auto file = profile::MappedFile::Open(path, static_cast<size_t>(bytes));
  if (!file.ok()) return MakeFailure(env, file.failure());
  const napi_value view = MakeView(env, file.value()->memory(), file.value()->bytes());
  if (view == nullptr) return MakeViewFailure(env, "mapProfileFile");
  Environment::Of(env).profile_files.push_back(std::move(file.value()));
  return view;
}

void ExportWithState(napi_env env, napi_value exports, const char* name, napi_callback function) {
  napi_value callable = nullptr;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, function, &Environment::Of(env), &callable) != napi_ok) return;
  napi_set_named_property(env, exports, name, callable);
}

}  // namespace

void RegisterProfile(Napi::Env env, Napi::Object exports) {
  Export(env, exports, "startProfile", StartProfile);
  ExportWithState(env, exports, "synchroniseProfile", SynchroniseProfile);
  ExportWithState(env, exports, "disownProfile", DisownProfile);
  Export(env, exports, "waitForV8Workers", WaitForV8Workers);
  Export(env, exports, "stopProfile", StopProfile);
  Export(env, exports, "readHeapCounts", ReadHeapCounts);
  Export(env, exports, "takePeak", TakePeak);
  Export(env, exports, "mapProfileFile", MapProfileFile);
}

}  // namespace allocscope::convert
