#include "profile/gc_watch.h"

#include "platform/clock.h"

namespace allocscope::profile {
namespace {

// v8::GCType.
constexpr int kTypeMinorMarkSweep = 2;
constexpr int kTypeMarkSweepCompact = 4;

GcKind KindOf(int type) {
  if (type == kTypeMarkSweepCompact) return kMarkSweep;
  return type == kTypeMinorMarkSweep ? kMinorMarkSweep : kScavenge;
}

}  // namespace

Result<std::unique_ptr<GcWatch>> GcWatch::Start(Receive receive, void* data) {
  const Result<V8Calls> calls = V8Calls::Find();
  if (!calls.ok()) return calls.failure();
  std::unique_ptr<GcWatch> watch(new GcWatch(calls.value(), receive, data));
  watch->calls_.AddGcCallbacks(BeforeGc, AfterGc, watch.get());
  return watch;
}

GcWatch::~GcWatch() { calls_.RemoveGcCallbacks(BeforeGc, AfterGc, this); }

void GcWatch::BeforeGc(void*, int, int, void* data) { static_cast<GcWatch*>(data)->began_nanos_ = platform::MonotonicNanos(); }

void GcWatch::AfterGc(void*, int type, int, void* data) {
  auto* const watch = static_cast<GcWatch*>(data);
  const GcKind kind = KindOf(type);
  if (watch->began_nanos_ != 0) watch->totals_.nanos[kind] += platform::MonotonicNanos() - watch->began_nanos_;
  watch->began_nanos_ = 0;
  watch->totals_.collections[kind]++;
  watch->receive_(watch->calls_.Heap(), kind, watch->totals_, watch->data_);
}

}  // namespace allocscope::profile
