#include <napi.h>

#include <algorithm>
#include <string>
#include <vector>

#include "convert/register.h"
#include "convert/values.h"
#include "environment.h"
#include "platform/clock.h"
#include "platform/file_lock.h"
#include "process/peak.h"
#include "process/pipe_reader.h"

namespace allocscope::convert {
namespace {

// The figures that readProcessMemory writes. In TypeScript: memoryPlace.
enum MemoryField : size_t { kRssBytes, kVirtualBytes, kSharedBytes, kPeakBytes, kMinorFaults, kMajorFaults, kMemoryLength };

// readRss(): number | FailureRecord
napi_value ReadRss(napi_env env, napi_callback_info) {
  const Result<process::Statm> statm = Environment::Of(env).statm.Read();
  if (!statm.ok()) return MakeFailure(env, statm.failure());
  napi_value bytes;
  napi_create_double(env, static_cast<double>(statm.value().resident_bytes), &bytes);
  return bytes;
}

// readProcessMemory(figures: Float64Array): undefined | FailureRecord
napi_value ReadProcessMemory(napi_env env, napi_callback_info info) {
  const FigureBuffer buffer = FigureBufferArgument(env, info);
  if (buffer.length < kMemoryLength) return MakeBufferFailure(env, "readProcessMemory", kMemoryLength);
  Environment& environment = Environment::Of(env);
  const Result<process::Statm> statm = environment.statm.Read();
  if (!statm.ok()) return MakeFailure(env, statm.failure());
  const Result<process::Usage> usage = environment.usage.Read();
  if (!usage.ok()) return MakeFailure(env, usage.failure());
  buffer.figures[kRssBytes] = static_cast<double>(statm.value().resident_bytes);
  buffer.figures[kVirtualBytes] = static_cast<double>(statm.value().virtual_bytes);
  buffer.figures[kSharedBytes] = static_cast<double>(statm.value().shared_bytes);
  // The kernel raises its peak from counters that lag a little behind those of statm.
  buffer.figures[kPeakBytes] = static_cast<double>(std::max(usage.value().peak_resident_bytes, statm.value().resident_bytes));
  buffer.figures[kMinorFaults] = static_cast<double>(usage.value().minor_faults);
  buffer.figures[kMajorFaults] = static_cast<double>(usage.value().major_faults);
  return nullptr;
}

// readChildrenPeak(): number
napi_value ReadChildrenPeak(napi_env env, napi_callback_info) {
  napi_value bytes;
  napi_create_double(env, static_cast<double>(process::ReadChildrenPeak()), &bytes);
  return bytes;
}

// monotonicMs(): number
napi_value MonotonicMs(napi_env env, napi_callback_info) {
  napi_value milliseconds;
  napi_create_double(env, static_cast<double>(platform::MonotonicNanos()) / platform::kNanosPerMilli, &milliseconds);
  return milliseconds;
}

// startPipeReader(command: string[]): undefined | FailureRecord
napi_value StartPipeReader(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  std::vector<std::string> command;
  if (info.Length() > 0 && info[0].IsArray()) {
    const auto words = info[0].As<Napi::Array>();
    for (uint32_t index = 0; index < words.Length(); index++) {
      const Napi::Value word = words.Get(index);
      if (word.IsString()) command.push_back(word.As<Napi::String>().Utf8Value());
    }
  }
  if (command.empty()) return MakeFailure(env, {"INTERNAL", "startPipeReader", 0, "expected a program and its arguments"});
  const Result<Done> started = process::StartPipeReader(command);
  return started.ok() ? nullptr : MakeFailure(env, started.failure());
}

// takeFileLock(path: string): number | FailureRecord
// The descriptor that holds the file's lock, which the caller closes; -1 while another process holds it.
napi_value TakeFileLock(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  if (info.Length() < 1 || !info[0].IsString()) return MakeFailure(env, {"INTERNAL", "takeFileLock", 0, "expected a path"});
  const Result<int> taken = platform::TakeFileLock(info[0].As<Napi::String>().Utf8Value());
  return taken.ok() ? Napi::Number::New(env, taken.value()) : MakeFailure(env, taken.failure());
}

}  // namespace

void RegisterProcess(Napi::Env env, Napi::Object exports) {
  Export(env, exports, "readRss", ReadRss);
  Export(env, exports, "readProcessMemory", ReadProcessMemory);
  Export(env, exports, "readChildrenPeak", ReadChildrenPeak);
  Export(env, exports, "monotonicMs", MonotonicMs);
  Export(env, exports, "startPipeReader", StartPipeReader);
  Export(env, exports, "takeFileLock", TakeFileLock);
}

}  // namespace allocscope::convert
