#include "tracker/tracker.h"

#include <link.h>

#include <algorithm>
#include <cstring>

#include "tracker/moments.h"
#include "tracker/sampling.h"

namespace allocscope::tracker {
namespace {

// The last session's floor, or the running one's. Whoever starts and stops holds the flag.
std::atomic<int64_t> last_floor{0};
std::atomic<bool> is_tracking{false};

Result<Done> Prepare() {
  Result<Done> found = sampling.isolates.Find();
  if (!found.ok()) return found;
  if (!sampling.live.Prepare() || !sampling.mappings.Prepare() || !sampling.stacks.Prepare() || !sampling.code.Prepare()) {
    return Unsupported("mmap", "the kernel refuses the address space for the samples, as it does under a limit of virtual memory");
  }
  sampling.live.Clear();
  sampling.mappings.Clear();
  sampling.stacks.Clear();
  sampling.code.Clear();
  sampling.moment.store(0);
  for (std::atomic<uint64_t>* counter : {&sampling.samples, &sampling.unrecorded, &sampling.missed_frees}) counter->store(0);
  return Done{};
}

int ListObject(dl_phdr_info* object, size_t, void* data) {
  const ObjectBounds bounds = BoundsOf(*object);
  static_cast<std::vector<NamedObject>*>(data)->push_back({object->dlpi_name, object->dlpi_addr, bounds.begin, bounds.end});
  return 0;
}

}  // namespace

Result<PatchedSlots> Start(uint64_t interval_bytes) {
  if (is_tracking.exchange(true)) return Failure{"TRACKING", "", 0, "the process is being tracked already"};
  SuspendedBudget own;
  const Result<Done> prepared = Prepare();
  Result<PatchedSlots> patched = prepared.ok() ? PatchSlots() : Result<PatchedSlots>(prepared.failure());
  if (!patched.ok()) {
    is_tracking.store(false);
    return patched;
  }
  sampling.interval_bytes.store(interval_bytes);
  const int64_t floor = last_floor.load() + kBetweenSessions;
  last_floor.store(floor);
  own.Leave(JoinSession(floor));
  sampling.isolates.Begin(&sampling.code);
  sampling.floor.store(floor, std::memory_order_release);
  return patched;
}

size_t Stop() {
  if (!is_tracking.load()) return 0;
  const SuspendedBudget own;
  sampling.floor.store(kNoSession, std::memory_order_release);
  StopTelling();
  const size_t unrestored = RestoreSlots();
  sampling.isolates.End();
  is_tracking.store(false);
  return unrestored;
}

bool IsTracking() { return is_tracking.load(); }

void AwaitBlock(uint64_t bytes) {
  thread_state.awaited_bytes = bytes;
  // Below the floor, so that the next block is looked at.
  thread_state.budget = sampling.floor.load() - 1;
}

bool IsSampled(const void* block) {
  bool is_sampled = false;
  sampling.live.ForEach([&](const void* candidate, const Sample&) { is_sampled = is_sampled || candidate == block; });
  return is_sampled;
}

ObjectBounds BoundsOf(const dl_phdr_info& object) {
  ObjectBounds bounds;
  for (int i = 0; i < object.dlpi_phnum; i++) {
    const ElfW(Phdr)& header = object.dlpi_phdr[i];
    if (header.p_type != PT_LOAD) continue;
    bounds.begin = std::min<uintptr_t>(bounds.begin, object.dlpi_addr + header.p_vaddr);
    bounds.end = std::max<uintptr_t>(bounds.end, object.dlpi_addr + header.p_vaddr + header.p_memsz);
  }
  return bounds;
}

std::vector<NamedObject> ListObjects() {
  std::vector<NamedObject> objects;
  dl_iterate_phdr(ListObject, &objects);
  return objects;
}

}  // namespace allocscope::tracker
