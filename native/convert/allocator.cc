#include <napi.h>

#include <algorithm>
#include <string>

#include "allocator/backend.h"
#include "allocator/detect.h"
#include "convert/register.h"
#include "convert/values.h"
#include "environment.h"

namespace allocscope::convert {
namespace {

// Before the figures of the back end's own. In TypeScript: rssColumn.
constexpr char kRssColumn[] = "rssBytes";

Napi::Object MakeTable(Napi::Env env, const allocator::Table& table) {
  Napi::Array columns = Napi::Array::New(env, table.columns.size());
  for (uint32_t i = 0; i < table.columns.size(); i++) columns.Set(i, table.columns[i]);
  Napi::Float64Array cells = Napi::Float64Array::New(env, table.cells.size());
  // A worker that is being terminated gets no array.
  if (cells.Data() == nullptr && !table.cells.empty()) return {};
  std::copy(table.cells.begin(), table.cells.end(), cells.Data());
  Napi::Object made = Napi::Object::New(env);
  made.Set("columns", columns);
  made.Set("cells", cells);
  return made;
}

Napi::Object MakeDocument(Napi::Env env, const allocator::Document& document) {
  Napi::Object figures = Napi::Object::New(env);
  for (const auto& [name, value] : document.figures) figures.Set(name, value);
  Napi::Object texts = Napi::Object::New(env);
  for (const auto& [name, value] : document.texts) texts.Set(name, value);
  Napi::Object flags = Napi::Object::New(env);
  for (const auto& [name, value] : document.flags) flags.Set(name, value);
  Napi::Object tables = Napi::Object::New(env);
  for (const allocator::Table& table : document.tables) tables.Set(table.name, MakeTable(env, table));
  Napi::Object made = Napi::Object::New(env);
  made.Set("figures", figures);
  made.Set("texts", texts);
  made.Set("flags", flags);
  made.Set("tables", tables);
  return made;
}

// describeAllocator(): { allocator, library, version, proof, limitation, footprintFields }
napi_value DescribeAllocator(napi_env raw_env, napi_callback_info) {
  const Napi::Env env(raw_env);
  const allocator::Backend& backend = allocator::LiveBackend();
  Napi::Array fields = Napi::Array::New(env);
  fields.Set(0u, kRssColumn);
  for (const std::string& field : backend.footprint_fields()) fields.Set(fields.Length(), field);
  Napi::Object described = Napi::Object::New(env);
  described.Set("allocator", backend.name());
  described.Set("library", backend.provenance().library);
  described.Set("version", backend.provenance().version);
  described.Set("proof", backend.provenance().proof);
  described.Set("limitation", backend.limitation());
  described.Set("footprintFields", fields);
  return described;
}

// readAllocatorFootprint(figures: Float64Array): undefined | FailureRecord
// Writes the figures that `footprintFields` names, in its order.
napi_value ReadAllocatorFootprint(napi_env env, napi_callback_info info) {
  const allocator::Backend& backend = allocator::LiveBackend();
  const FigureBuffer buffer = FigureBufferArgument(env, info);
  backend.ProveAgain();
  const size_t needed = backend.footprint_fields().size() + 1;
  if (buffer.length < needed) return MakeBufferFailure(env, "readAllocatorFootprint", needed);
  const Result<process::Statm> statm = Environment::Of(env).statm.Read();
  if (!statm.ok()) return MakeFailure(env, statm.failure());
  buffer.figures[0] = static_cast<double>(statm.value().resident_bytes);
  const Result<Done> read = backend.ReadFootprint(buffer.figures + 1);
  return read.ok() ? nullptr : MakeFailure(env, read.failure());
}

// readArenaFootprints(figures: Float64Array): number
// Writes what each arena has from the system, as many as there is room for, in the allocator's order; returns how many arenas there are.
napi_value ReadArenaFootprints(napi_env env, napi_callback_info info) {
  const FigureBuffer buffer = FigureBufferArgument(env, info);
  const size_t arenas = allocator::LiveBackend().ReadArenaFootprints(buffer.figures, buffer.length);
  return Napi::Number::New(env, static_cast<double>(arenas));
}

// readAllocatorDetail(arenas: boolean): { figures, texts, flags, tables } | FailureRecord
napi_value ReadAllocatorDetail(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  const bool arenas = info.Length() > 0 && info[0].IsBoolean() && info[0].As<Napi::Boolean>().Value();
  const allocator::Detail detail = arenas ? allocator::Detail::kArenas : allocator::Detail::kUsage;
  const Result<allocator::Document> document = allocator::LiveBackend().Read(detail);
  if (!document.ok()) return MakeFailure(env, document.failure());
  return MakeDocument(env, document.value());
}

}  // namespace

void RegisterAllocator(Napi::Env env, Napi::Object exports) {
  Export(env, exports, "describeAllocator", DescribeAllocator);
  Export(env, exports, "readAllocatorFootprint", ReadAllocatorFootprint);
  Export(env, exports, "readArenaFootprints", ReadArenaFootprints);
  Export(env, exports, "readAllocatorDetail", ReadAllocatorDetail);
}

}  // namespace allocscope::convert
