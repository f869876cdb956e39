#include "ledger/ledger.h"

#include <napi.h>
#include <sys/types.h>

#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "allocator/detect.h"
#include "convert/async_task.h"
#include "convert/register.h"
#include "convert/values.h"
#include "embedded/copies.h"
#include "embedded/regions.h"
#include "environment.h"
#include "ledger/external_memory.h"
#include "ledger/threads.h"
#include "platform/clock.h"

namespace allocscope::convert {
namespace {

using ledger::Answer;
using ledger::Question;

// The figures of a row, in their order. In TypeScript: ledgerColumns.
constexpr size_t kColumns = 7;

// The stretches of which one copy's alone they may be.
Result<std::vector<ledger::EmbeddedStretch>> FindEmbedded(Environment& environment) {
  std::vector<ledger::EmbeddedStretch> stretches;
  const Result<Done> looked = environment.embedded.Look();
  if (!looked.ok()) return looked.failure();
  if (!environment.embedded.has_mimalloc()) return stretches;
  const Result<embedded::Regions> regions = embedded::FindRegions(environment.embedded);
  if (!regions.ok()) return regions.failure();
  for (const embedded::Region& region : regions.value().regions) {
    if (!region.owners.empty()) stretches.push_back({region.range.begin, region.range.end, region.owners.front()});
  }
  return stretches;
}

std::vector<double> Numbers(const Napi::Value& value) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_float64_array) return {};
  const auto array = value.As<Napi::Float64Array>();
  std::vector<double> numbers;
  for (size_t i = 0; i < array.ElementLength(); i++) numbers.push_back(array[i]);
  return numbers;
}

Napi::Object MakeRows(Napi::Env env, const std::vector<ledger::Row>& rows) {
  Napi::Float64Array cells = Napi::Float64Array::New(env, rows.size() * kColumns);
  Napi::Array names = Napi::Array::New(env, rows.size());
  Napi::Object made = Napi::Object::New(env);
  if (cells.IsEmpty() || names.IsEmpty()) return made;
  for (uint32_t i = 0; i < rows.size(); i++) {
    const ledger::Row& row = rows[i];
    const double figures[kColumns] = {static_cast<double>(row.owner),     static_cast<double>(row.group),
                                      static_cast<double>(row.part),      static_cast<double>(row.resident),
                                      static_cast<double>(row.committed), static_cast<double>(row.virtual_bytes),
                                      static_cast<double>(row.swapped)};
    for (size_t column = 0; column < kColumns; column++) cells[i * kColumns + column] = figures[column];
    names.Set(i, row.name);
  }
  made.Set("cells", cells);
  made.Set("names", names);
  return made;
}

std::string Hexadecimal(uintptr_t address) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%" PRIxPTR, address);
  return text;
}

Napi::Array MakeUnclaimed(Napi::Env env, const std::vector<ledger::Unclaimed>& stretches) {
  Napi::Array made = Napi::Array::New(env, stretches.size());
  for (uint32_t i = 0; i < stretches.size(); i++) {
    Napi::Object stretch = Napi::Object::New(env);
    stretch.Set("begin", Hexadecimal(stretches[i].begin));
    stretch.Set("end", Hexadecimal(stretches[i].end));
    stretch.Set("residentBytes", static_cast<double>(stretches[i].resident));
    made.Set(i, stretch);
  }
  return made;
}

Napi::Array MakeIsolates(Napi::Env env, const std::vector<ledger::Isolate>& isolates) {
  Napi::Array made = Napi::Array::New(env, isolates.size());
  for (uint32_t i = 0; i < isolates.size(); i++) {
    Napi::Object isolate = Napi::Object::New(env);
    isolate.Set("tid", isolates[i].tid);
    if (isolates[i].external) isolate.Set("externalBytes", static_cast<double>(*isolates[i].external));
    made.Set(i, isolate);
  }
  return made;
}

// What was asked, what the answer is, and what it took.
struct Explained {
  Answer answer;
  // Of each embedded allocator its name, and what it counts as resident itself.
  std::vector<std::pair<std::string, double>> copies;
  uint64_t nanos = 0;
};

Napi::Array MakeCopies(Napi::Env env, const std::vector<std::pair<std::string, double>>& copies) {
  Napi::Array made = Napi::Array::New(env, copies.size());
  for (uint32_t i = 0; i < copies.size(); i++) {
    Napi::Object copy = Napi::Object::New(env);
    copy.Set("name", copies[i].first);
    if (!std::isnan(copies[i].second)) copy.Set("residentBytes", copies[i].second);
    made.Set(i, copy);
  }
  return made;
}

// Keeps what was proved: a later walk may find the heap moved since its sizes were read.
void Remember(Napi::Env env, const Answer& answer) {
  void* data = nullptr;
  if (!answer.v8_proof || napi_get_instance_data(env, &data) != napi_ok || data == nullptr) return;
  static_cast<Environment*>(data)->v8_proof = answer.v8_proof;
}

napi_value MakeExplained(napi_env raw_env, const Explained& explained) {
  const Napi::Env env(raw_env);
  const Answer& answer = explained.answer;
  Remember(env, answer);
  Napi::Object made = Napi::Object::New(env);
  made.Set("rows", MakeRows(env, answer.rows));
  made.Set("unclaimed", MakeUnclaimed(env, answer.unclaimed));
  made.Set("isolates", MakeIsolates(env, answer.isolates));
  made.Set("copies", MakeCopies(env, explained.copies));
  made.Set("isHeapProved", answer.v8_proof.has_value());
  made.Set("isHeapExact", answer.v8_exact);
  made.Set("isPagemapReadable", answer.pagemap_readable);
  made.Set("isScanned", answer.is_scanned);
  made.Set("isLazyFreeKnown", answer.knows_lazy_free);
  made.Set("territory", answer.territory ? (answer.territory->is_complete ? "complete" : "partial") : "unknown");
  const bool knows = answer.territory.has_value();
  made.Set("figures", MakeFigures(env, {{"residentBytes", static_cast<double>(answer.resident)},
                                        {"mappings", static_cast<double>(answer.mappings)},
                                        {"hugePageBytes", static_cast<double>(answer.huge)},
                                        {"hugetlbBytes", static_cast<double>(answer.hugetlb)},
                                        {"chunkBytes", static_cast<double>(answer.chunk_bytes)},
                                        {"chunks", static_cast<double>(answer.chunks)},
                                        {"mappedBytes", knows ? answer.territory->mapped_bytes : 0},
                                        {"mappedCount", knows ? answer.territory->mapped_count : 0},
                                        {"costMicros", static_cast<double>(explained.nanos) / 1000}}));
  return made;
}

// What the calling thread alone can tell: of itself, of its isolate, of the embedded allocators that it has found.
Result<Question> AskHere(Napi::Env env, const Napi::Value& space_sizes, const Napi::Value& budget_millis) {
  Environment& environment = Environment::Of(env);
  Question question;
  Result<std::vector<ledger::EmbeddedStretch>> stretches = FindEmbedded(environment);
  if (!stretches.ok()) return stretches.failure();
  question.embedded = std::move(stretches.value());
  question.backend = &allocator::LiveBackend();
  question.caller = ledger::AskCaller();
  question.v8_proof = environment.v8_proof;
  question.space_sizes = Numbers(space_sizes);
  if (budget_millis.IsNumber()) {
    question.lazy_free_nanos = static_cast<uint64_t>(budget_millis.As<Napi::Number>().DoubleValue() * platform::kNanosPerMilli);
  }
  return question;
}

std::vector<std::pair<std::string, double>> NameCopies(const Environment& environment) {
  std::vector<std::pair<std::string, double>> names;
  for (const embedded::Copy& copy : environment.embedded.copies()) {
    const double resident = copy.control.known() ? copy.control.Read().resident_bytes : std::nan("");
    names.emplace_back(std::string(copy.allocator) + " in " + copy.library, resident);
  }
  return names;
}

std::optional<int64_t> AdjustExternal(napi_env env, int64_t change) {
  int64_t count = 0;
  return napi_adjust_external_memory(env, change, &count) == napi_ok ? std::optional(count) : std::nullopt;
}

// Proves where V8 counts external memory, once there is an isolate whose count only V8 has.
void ProveExternalCounter(Environment& environment, napi_env env, uintptr_t isolate, const Answer& answer) {
  if (environment.external_counter || !answer.v8_proof || answer.isolates.size() < 2) return;
  environment.external_counter = ledger::FindExternalCounter(isolate + answer.v8_proof->heap_distance, isolate,
                                                             [env](int64_t change) { return AdjustExternal(env, change); });
}

Result<Explained> ExplainFor(const Question& question, std::vector<std::pair<std::string, double>> copies) {
  const uint64_t begin = platform::MonotonicNanos();
  Result<Answer> answer = ledger::Explain(question);
  if (!answer.ok()) return answer.failure();
  return Explained{std::move(answer.value()), std::move(copies), platform::MonotonicNanos() - begin};
}

// readLedger(spaceSizes: Float64Array, budgetMillis: number): NativeLedger | FailureRecord
napi_value ReadLedger(napi_env raw_env, napi_callback_info raw_info) {
  const Napi::Env env(raw_env);
  const Napi::CallbackInfo info(env, raw_info);
  const Result<Question> question = AskHere(env, info[0], info[1]);
  if (!question.ok()) return MakeFailure(env, question.failure());
  Environment& environment = Environment::Of(env);
  Result<Explained> explained = ExplainFor(question.value(), NameCopies(environment));
  if (!explained.ok()) return MakeFailure(env, explained.failure());
  Answer& answer = explained.value().answer;
  ProveExternalCounter(environment, env, question.value().caller.isolate, answer);
  if (environment.external_counter) ledger::ReadExternal(*environment.external_counter, &answer);
  return MakeExplained(env, explained.value());
}

// readLedgerAsync(spaceSizes: Float64Array, budgetMillis: number): Promise<NativeLedger | FailureRecord> | FailureRecord
// Another thread walks, while the calling one runs on. Where V8 counts external memory isn't proved by it.
napi_value ReadLedgerAsync(napi_env raw_env, napi_callback_info raw_info) {
  const Napi::Env env(raw_env);
  const Napi::CallbackInfo info(env, raw_info);
  Result<Question> question = AskHere(env, info[0], info[1]);
  if (!question.ok()) return MakeFailure(env, question.failure());
  const Environment& environment = Environment::Of(env);
  auto work = [question = std::move(question.value()), copies = NameCopies(environment), counter = environment.external_counter]() mutable {
    Result<Explained> explained = ExplainFor(question, std::move(copies));
    if (explained.ok() && counter) ledger::ReadExternal(*counter, &explained.value().answer);
    return explained;
  };
  return AsyncTask<Explained, decltype(work)>::Start(env, "allocscope.ledger", std::move(work), MakeExplained);
}

// readLedgerOf(pid: number): NativeLedger | FailureRecord
napi_value ReadLedgerOf(napi_env raw_env, napi_callback_info raw_info) {
  const Napi::Env env(raw_env);
  const Napi::CallbackInfo info(env, raw_info);
  Question question;
  question.pid = info[0].IsNumber() ? info[0].As<Napi::Number>().Int32Value() : 0;
  if (question.pid <= 0) return MakeFailure(env, {"INTERNAL", "readLedgerOf", 0, "expected a process"});
  const Result<Explained> explained = ExplainFor(question, {});
  return explained.ok() ? MakeExplained(env, explained.value()) : MakeFailure(env, explained.failure());
}

// readThreadName(pid: number, tid: number): string
napi_value ReadThreadName(napi_env raw_env, napi_callback_info raw_info) {
  const Napi::Env env(raw_env);
  const Napi::CallbackInfo info(env, raw_info);
  if (info.Length() < 2 || !info[0].IsNumber() || !info[1].IsNumber()) return Napi::String::New(env, "");
  return Napi::String::New(env, ledger::ThreadName(info[0].As<Napi::Number>().Int32Value(), info[1].As<Napi::Number>().Int32Value()));
}

}  // namespace

void RegisterLedger(Napi::Env env, Napi::Object exports) {
  Export(env, exports, "readLedger", ReadLedger);
  Export(env, exports, "readLedgerAsync", ReadLedgerAsync);
  Export(env, exports, "readLedgerOf", ReadLedgerOf);
  Export(env, exports, "readThreadName", ReadThreadName);
}

}  // namespace allocscope::convert
