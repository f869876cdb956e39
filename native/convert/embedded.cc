#include <napi.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "convert/async_task.h"
#include "convert/register.h"
#include "convert/values.h"
#include "embedded/copies.h"
#include "embedded/regions.h"
#include "environment.h"

namespace allocscope::convert {
namespace {

using Statistics = std::vector<std::optional<embedded::JemallocFigures>>;

// One for each copy; nothing for one that exports no control.
Statistics ReadStatistics(const std::vector<embedded::Copy>& copies) {
  Statistics statistics;
  for (const embedded::Copy& copy : copies) {
    statistics.push_back(copy.control.known() ? std::optional(copy.control.Read()) : std::nullopt);
  }
  return statistics;
}

// The mappings are walked for the copies of mimalloc, and where jemalloc has pages that may or may not be resident.
bool NeedsMappings(const embedded::Finder& finder, const Statistics& statistics) {
  const auto has_muzzy = [](const auto& figures) { return figures && figures->muzzy_bytes > 0; };
  return finder.has_mimalloc() || std::any_of(statistics.begin(), statistics.end(), has_muzzy);
}

Napi::Object MakeCopy(Napi::Env env, const embedded::Copy& copy, const std::optional<embedded::JemallocFigures>& statistics) {
  Napi::Object made = Napi::Object::New(env);
  made.Set("allocator", copy.allocator);
  made.Set("library", copy.library);
  made.Set("symbol", copy.symbol);
  made.Set("version", copy.version);
  made.Set("setting", copy.setting);
  if (!statistics) return made;
  made.Set("statistics", MakeFigures(env, {{"allocatedBytes", statistics->allocated_bytes},
                                           {"activeBytes", statistics->active_bytes},
                                           {"residentBytes", statistics->resident_bytes},
                                           {"retainedBytes", statistics->retained_bytes},
                                           {"muzzyBytes", statistics->muzzy_bytes}}));
  return made;
}

Napi::Object MakeRegion(Napi::Env env, const embedded::Region& region) {
  Napi::Array owners = Napi::Array::New(env, region.owners.size());
  for (uint32_t i = 0; i < region.owners.size(); i++) owners.Set(i, region.owners[i]);
  Napi::Object made = Napi::Object::New(env);
  made.Set("owners", owners);
  made.Set("residentBytes", static_cast<double>(region.resident_bytes));
  made.Set("isNamed", region.is_named);
  made.Set("hasPointers", region.has_pointers);
  return made;
}

// readEmbeddedAllocators(): { copies: { allocator, library, symbol, version, setting, statistics? }[],
//   regions: { owners, residentBytes, isNamed, hasPointers }[], lazyFreeBytes } | FailureRecord
// `owners` are places in `copies`.
napi_value ReadEmbeddedAllocators(napi_env raw_env, napi_callback_info) {
  const Napi::Env env(raw_env);
  Environment& environment = Environment::Of(env);
  const Result<Done> looked = environment.embedded.Look();
  if (!looked.ok()) return MakeFailure(env, looked.failure());
  const Statistics statistics = ReadStatistics(environment.embedded.copies());
  environment.embedded_regions = {};
  if (NeedsMappings(environment.embedded, statistics)) {
    Result<embedded::Regions> regions = embedded::ReadRegions(environment.embedded);
    if (!regions.ok()) return MakeFailure(env, regions.failure());
    environment.embedded_regions = std::move(regions.value());
  }
  Napi::Array copies = Napi::Array::New(env);
  for (uint32_t i = 0; i < statistics.size(); i++) copies.Set(i, MakeCopy(env, environment.embedded.copies()[i], statistics[i]));
  Napi::Array regions = Napi::Array::New(env);
  for (const embedded::Region& region : environment.embedded_regions.regions) regions.Set(regions.Length(), MakeRegion(env, region));
  Napi::Object made = Napi::Object::New(env);
  made.Set("copies", copies);
  made.Set("regions", regions);
  made.Set("lazyFreeBytes", static_cast<double>(environment.embedded_regions.lazy_free_bytes));
  return made;
}

bool IsMapped(const std::vector<embedded::Region>& regions, const void* data) {
  const auto address = reinterpret_cast<uintptr_t>(data);
  return std::any_of(regions.begin(), regions.end(),
                     [address](const auto& region) { return address >= region.range.begin && address < region.range.end; });
}

bool IsCounted(const std::vector<embedded::Copy>& copies, void* data) {
  return std::any_of(copies.begin(), copies.end(), [data](const auto& copy) { return copy.control.known() && copy.control.Owns(data); });
}

// sumEmbeddedBuffers(buffers: readonly ArrayBuffer[]): { countedBytes, mappedBytes }
// Bytes of those whose memory an embedded allocator's control knows, and of those in its mappings, as of the last readEmbeddedAllocators().
napi_value SumEmbeddedBuffers(napi_env raw_env, napi_callback_info raw_info) {
  const Napi::Env env(raw_env);
  const Napi::CallbackInfo info(env, raw_info);
  const Environment& environment = Environment::Of(env);
  const auto buffers = info.Length() > 0 && info[0].IsArray() ? info[0].As<Napi::Array>() : Napi::Array::New(env);
  double counted = 0;
  double mapped = 0;
  for (uint32_t i = 0; i < buffers.Length(); i++) {
    const Napi::HandleScope scope(env);
    const Napi::Value value = buffers.Get(i);
    void* data = nullptr;
    size_t length = 0;
    if (!value.IsArrayBuffer() || napi_get_arraybuffer_info(env, value, &data, &length) != napi_ok || length == 0) continue;
    if (IsMapped(environment.embedded_regions.regions, data)) {
      mapped += static_cast<double>(length);
    } else if (IsCounted(environment.embedded.copies(), data)) {
      counted += static_cast<double>(length);
    }
  }
  return MakeFigures(env, {{"countedBytes", counted}, {"mappedBytes", mapped}});
}

napi_value MakeCalls(napi_env env, const std::string& calls) { return Napi::String::New(env, calls); }

// purgeEmbeddedAllocator(place: number): Promise<string | FailureRecord> | FailureRecord
// `place` is in the `copies` of the last readEmbeddedAllocators(). Answers with the calls that were made.
napi_value PurgeEmbeddedAllocator(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  const std::vector<embedded::Copy>& copies = Environment::Of(env).embedded.copies();
  const uint32_t place = info.Length() > 0 && info[0].IsNumber() ? info[0].As<Napi::Number>().Uint32Value() : UINT32_MAX;
  if (place >= copies.size() || !copies[place].control.known()) {
    return MakeFailure(env, {"INTERNAL", "purgeEmbeddedAllocator", 0, "expected the place of a copy that exports its control"});
  }
  copies[place].control.FlushThread();
  const auto work = [control = copies[place].control, symbol = copies[place].symbol]() -> Result<std::string> {
    const int error = control.Purge();
    if (error != 0) return Failure{"ALLOCATOR_CALL", symbol + " arena.4096.purge", error, std::strerror(error)};
    return symbol + " thread.tcache.flush, " + symbol + " arena.4096.purge";
  };
  return AsyncTask<std::string, decltype(work)>::Start(env, "allocscope.purge", work, MakeCalls);
}

}  // namespace

void RegisterEmbedded(Napi::Env env, Napi::Object exports) {
  Export(env, exports, "readEmbeddedAllocators", ReadEmbeddedAllocators);
  Export(env, exports, "sumEmbeddedBuffers", SumEmbeddedBuffers);
  Export(env, exports, "purgeEmbeddedAllocator", PurgeEmbeddedAllocator);
}

}  // namespace allocscope::convert
