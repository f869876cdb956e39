#include <napi.h>

#include <algorithm>

#include "convert/register.h"
#include "convert/values.h"
#include "environment.h"

namespace allocscope::convert {
namespace {

constexpr size_t kMemoryFigures = 6;

// readRss(): number | FailureRecord
napi_value ReadRss(napi_env env, napi_callback_info) {
  const Result<process::Statm> statm = Environment::Of(env).statm.Read();
  if (!statm.ok()) return MakeFailure(env, statm.failure());
  napi_value bytes;
  napi_create_double(env, static_cast<double>(statm.value().resident_bytes), &bytes);
  return bytes;
}

// readProcessMemory(figures: Float64Array): undefined | FailureRecord
// Writes rss, virtual, shared and peak in bytes, then minor and major faults.
napi_value ReadProcessMemory(napi_env env, napi_callback_info info) {
  const FigureBuffer buffer = FigureBufferArgument(env, info);
  if (buffer.length < kMemoryFigures) return MakeBufferFailure(env, "readProcessMemory", kMemoryFigures);
  Environment& environment = Environment::Of(env);
  const Result<process::Statm> statm = environment.statm.Read();
  if (!statm.ok()) return MakeFailure(env, statm.failure());
  const Result<process::Usage> usage = environment.usage.Read();
  if (!usage.ok()) return MakeFailure(env, usage.failure());
  buffer.figures[0] = static_cast<double>(statm.value().resident_bytes);
  buffer.figures[1] = static_cast<double>(statm.value().virtual_bytes);
  buffer.figures[2] = static_cast<double>(statm.value().shared_bytes);
  // The kernel raises its peak from counters that lag a little behind those of statm.
  buffer.figures[3] = static_cast<double>(std::max(usage.value().peak_resident_bytes, statm.value().resident_bytes));
  buffer.figures[4] = static_cast<double>(usage.value().minor_faults);
  buffer.figures[5] = static_cast<double>(usage.value().major_faults);
  return nullptr;
}

}  // namespace

void RegisterProcess(Napi::Env env, Napi::Object exports) {
  Export(env, exports, "readRss", ReadRss);
  Export(env, exports, "readProcessMemory", ReadProcessMemory);
}

}  // namespace allocscope::convert
