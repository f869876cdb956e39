#include <napi.h>

#include <cmath>
#include <cstdint>

#include "allocator/backend.h"
#include "allocator/detect.h"
#include "convert/async_task.h"
#include "convert/register.h"
#include "convert/values.h"
#include "embedded/copies.h"
#include "environment.h"
#include "heap/collect.h"
#include "platform/clock.h"
#include "process/residency.h"
#include "whatif/forked_purge.h"

namespace allocscope::convert {
namespace {

constexpr double kLongestTimeoutMillis = 600'000;

// collectAllAvailable(): boolean
napi_value CollectAllAvailable(napi_env env, napi_callback_info) { return Napi::Boolean::New(env, heap::CollectAllAvailable()); }

// readResidency(): Promise<{ residentBytes, anonymousBytes, fileBytes, stackBytes, sharedMemoryBytes, swappedBytes } | FailureRecord>
napi_value MakeResidency(napi_env env, const process::Residency& residency) {
  return MakeFigures(env, {{"residentBytes", static_cast<double>(residency.resident_bytes)},
                           {"anonymousBytes", static_cast<double>(residency.anonymous_bytes)},
                           {"fileBytes", static_cast<double>(residency.file_bytes)},
                           {"stackBytes", static_cast<double>(residency.stack_bytes)},
                           {"sharedMemoryBytes", static_cast<double>(residency.shared_memory_bytes)},
                           {"swappedBytes", static_cast<double>(residency.swapped_bytes)}});
}

napi_value ReadResidency(napi_env env, napi_callback_info) {
  const auto work = [] { return process::ReadResidency(); };
  return AsyncTask<process::Residency, decltype(work)>::Start(env, "allocscope.residency", work, MakeResidency);
}

// flushAllocatorThread(): void
// Empties the calling thread's own caches, so that purgeAllocator finds that memory.
napi_value FlushAllocatorThread(napi_env, napi_callback_info) {
  allocator::LiveBackend().FlushThread();
  return nullptr;
}

// purgeAllocator(): Promise<{ calls, arenasSkipped, longestLockMillis } | FailureRecord>
napi_value MakePurgeReport(napi_env env, const allocator::PurgeReport& report) {
  Napi::Object made = Napi::Object::New(env);
  made.Set("calls", report.calls);
  made.Set("arenasSkipped", report.arenas_skipped);
  made.Set("longestLockMillis", static_cast<double>(report.longest_lock_nanos) / platform::kNanosPerMilli);
  return made;
}

napi_value PurgeAllocator(napi_env env, napi_callback_info) {
  const auto work = [] {
    const allocator::Backend& backend = allocator::LiveBackend();
    backend.PreparePurge();
    return backend.Purge(allocator::Company::kOtherThreads);
  };
  return AsyncTask<allocator::PurgeReport, decltype(work)>::Start(env, "allocscope.purge", work, MakePurgeReport);
}

struct WhatIf {
  whatif::Outcome outcome;
  uint64_t fork_nanos;
};

napi_value MakeWhatIf(napi_env env, const WhatIf& what_if) {
  const whatif::Outcome& outcome = what_if.outcome;
  return MakeFigures(env, {{"anonymousBeforeBytes", static_cast<double>(outcome.anonymous_before_bytes)},
                           {"anonymousAfterBytes", static_cast<double>(outcome.anonymous_after_bytes)},
                           {"embeddedReleasedBytes", outcome.embedded_released_bytes},
                           {"inUseBytes", outcome.occupancy.in_use_bytes},
                           {"pinnedBytes", outcome.occupancy.pinned_bytes},
                           {"forkMillis", static_cast<double>(what_if.fork_nanos) / platform::kNanosPerMilli},
                           {"purgeMillis", static_cast<double>(outcome.purge_nanos) / platform::kNanosPerMilli},
                           {"childMillis", static_cast<double>(outcome.child_nanos) / platform::kNanosPerMilli}});
}

// tryPurgeInChild(timeoutMillis: number): Promise<{ anonymousBeforeBytes, anonymousAfterBytes, embeddedReleasedBytes?, inUseBytes?,
//   pinnedBytes?, forkMillis, purgeMillis, childMillis } | FailureRecord> | FailureRecord
// The embedded allocators that the last readEmbeddedAllocators() of this thread found are purged after the live one. Forks at once on the
// calling thread, as some allocators keep memory by thread. Another thread waits for the child.
napi_value TryPurgeInChild(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  const double timeout = info.Length() > 0 && info[0].IsNumber() ? info[0].As<Napi::Number>().DoubleValue() : std::nan("");
  // Written so that NaN doesn't fit.
  if (!(timeout >= 0 && timeout <= kLongestTimeoutMillis)) {
    return MakeFailure(env, {"INTERNAL", "tryPurgeInChild", 0, "expected a timeout of ten minutes at the most"});
  }
  const Result<whatif::ForkedPurge> forked =
      whatif::ForkedPurge::Fork(allocator::LiveBackend(), Environment::Of(env).embedded.PurgeableInChild());
  if (!forked.ok()) return MakeFailure(env, forked.failure());
  const auto nanos = static_cast<uint64_t>(timeout * platform::kNanosPerMilli);
  const auto work = [child = forked.value(), nanos]() -> Result<WhatIf> {
    const Result<whatif::Outcome> outcome = child.Wait(nanos);
    if (!outcome.ok()) return outcome.failure();
    return WhatIf{outcome.value(), child.fork_nanos()};
  };
  const napi_value promise = AsyncTask<WhatIf, decltype(work)>::Start(env, "allocscope.whatif", work, MakeWhatIf);
  // The environment is ending, and nobody will wait for the child.
  if (promise == nullptr) forked.value().Wait(0);
  return promise;
}

}  // namespace

void RegisterRelease(Napi::Env env, Napi::Object exports) {
  Export(env, exports, "collectAllAvailable", CollectAllAvailable);
  Export(env, exports, "readResidency", ReadResidency);
  Export(env, exports, "flushAllocatorThread", FlushAllocatorThread);
  Export(env, exports, "purgeAllocator", PurgeAllocator);
  Export(env, exports, "tryPurgeInChild", TryPurgeInChild);
}

}  // namespace allocscope::convert
