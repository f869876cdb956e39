#include "tracker/slots.h"

#include <link.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <optional>
#include <vector>

#include "platform/page.h"
#include "platform/symbol_lookup.h"
#include "tracker/calls.h"
#include "tracker/relocations.h"
#include "tracker/sampling.h"

namespace allocscope::tracker {
namespace {

// How many samples look for objects whose loading wasn't seen to end.
constexpr int32_t kLooksForNewObjects = 32;

struct PatchedSlot {
  void** place;
  void* before;
};

struct Patching {
  std::mutex mutex;
  // In the order of patching. Kept until the slots are restored.
  std::vector<PatchedSlot>* slots = nullptr;
  size_t objects = 0;
};

// Never destroyed: hooks may run until the process ends.
Patching& ThePatching() {
  static auto* patching = new Patching();
  return *patching;
}

void* Load(void* const* place) { return __atomic_load_n(place, __ATOMIC_ACQUIRE); }

CallEntry* FindCall(const char* symbol) {
  // Most symbols begin with another letter.
  if (std::strchr("mcrfpav_dnsb", symbol[0]) == nullptr) return nullptr;
  for (CallEntry& call : calls) {
    if (std::strcmp(call.symbol, symbol) == 0) return &call;
  }
  return nullptr;
}

// The linker's own object allocates before there is a malloc, and this library's calls are the tracker's own.
bool IsLeftAlone(const dl_phdr_info& object, const ObjectSlots& slots) {
  const char* slash = std::strrchr(object.dlpi_name, '/');
  const char* name = slash == nullptr ? object.dlpi_name : slash + 1;
  return slots.Contains(reinterpret_cast<const void*>(&IsLeftAlone)) || std::strncmp(name, "ld-linux", 8) == 0 ||
         std::strncmp(name, "linux-vdso", 10) == 0;
}

bool Store(const Slot& slot, void* value) {
  const auto page = platform::PageBytes();
  void* begin = reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(slot.place) & ~(page - 1));
  if (slot.is_read_only && mprotect(begin, page, PROT_READ | PROT_WRITE) != 0) return false;
  __atomic_store_n(slot.place, value, __ATOMIC_RELEASE);
  if (slot.is_read_only) mprotect(begin, page, PROT_READ);
  return true;
}

// The first object is the program itself. Its own slots hold the real functions. Elsewhere may stand the address of its code that jumps
// through such a slot, which is the function's address for the whole process where the program isn't relocatable: that is never the real
// one.
struct Resolution {
  std::optional<ObjectSlots> program;
};

int ResolveInObject(dl_phdr_info* object, size_t, void* data) {
  auto& resolution = *static_cast<Resolution*>(data);
  const ObjectSlots slots(*object);
  const bool is_program = !resolution.program.has_value();
  if (is_program) resolution.program.emplace(slots);
  slots.ForEach([&](const Slot& slot) {
    CallEntry* call = FindCall(slot.symbol);
    if (call == nullptr || call->is_of_program) return;
    void* value = Load(slot.place);
    const bool is_real = value != nullptr && !resolution.program->Contains(value) && !(slot.may_be_lazy && slots.Contains(value));
    if (call->real == nullptr && is_real && value != call->hook) call->real = value;
  });
  // What the program doesn't call is asked of the linker, and only where that answers with the program's own code, of the others' slots.
  if (is_program) {
    for (CallEntry& call : calls) {
      void* found = call.real == nullptr ? platform::FindSymbol(call.symbol) : nullptr;
      if (found != nullptr && (call.is_of_program || !resolution.program->Contains(found))) call.real = found;
    }
  }
  return 0;
}

Result<Done> ResolveCalls() {
  for (CallEntry& call : calls) call.real = nullptr;
  Resolution resolution;
  dl_iterate_phdr(ResolveInObject, &resolution);
  if (calls[kMalloc].real == nullptr || calls[kFree].real == nullptr) {
    return Unsupported("dl_iterate_phdr",
                       "this program doesn't call malloc and free through slots of its own, as one does that is linked statically");
  }
  return Done{};
}

// Whether the hook belongs into the slot: it holds the real function, or isn't bound yet.
bool ShouldPatch(const Slot& slot, const CallEntry& call, const ObjectSlots& object) {
  void* value = Load(slot.place);
  if (call.real == nullptr || value == call.hook) return false;
  return value == call.real || (slot.may_be_lazy && object.Contains(value));
}

int PatchObject(dl_phdr_info* object, size_t, void* data) {
  auto& patching = *static_cast<Patching*>(data);
  const ObjectSlots slots(*object);
  if (IsLeftAlone(*object, slots)) return 0;
  const size_t before = patching.slots->size();
  slots.ForEach([&](const Slot& slot) {
    const CallEntry* call = FindCall(slot.symbol);
    if (call == nullptr || !ShouldPatch(slot, *call, slots)) return;
    void* value = Load(slot.place);
    if (Store(slot, call->hook)) patching.slots->push_back({slot.place, value});
  });
  if (patching.slots->size() > before) patching.objects++;
  return 0;
}

struct Restoration {
  const std::vector<PatchedSlot>* slots;
  size_t failed = 0;
};

int RestoreObject(dl_phdr_info* object, size_t, void* data) {
  auto& restoration = *static_cast<Restoration*>(data);
  const ObjectSlots slots(*object);
  slots.ForEach([&](const Slot& slot) {
    const CallEntry* call = FindCall(slot.symbol);
    if (call == nullptr || Load(slot.place) != call->hook) return;
    // The last one: another object may have lain there before.
    const auto patched = std::find_if(restoration.slots->rbegin(), restoration.slots->rend(),
                                      [&slot](const PatchedSlot& candidate) { return candidate.place == slot.place; });
    if (patched == restoration.slots->rend() || !Store(slot, patched->before)) restoration.failed++;
  });
  return 0;
}

}  // namespace

Result<PatchedSlots> PatchSlots() {
  Patching& patching = ThePatching();
  const std::lock_guard<std::mutex> lock(patching.mutex);
  if (patching.slots != nullptr) return PatchedSlots{patching.objects, patching.slots->size()};
  const Result<Done> resolved = ResolveCalls();
  if (!resolved.ok()) return resolved.failure();
  patching.objects = 0;
  patching.slots = new std::vector<PatchedSlot>();
  dl_iterate_phdr(PatchObject, &patching);
  return PatchedSlots{patching.objects, patching.slots->size()};
}

void PatchNewObjects() {
  Patching& patching = ThePatching();
  const std::lock_guard<std::mutex> lock(patching.mutex);
  if (patching.slots != nullptr) dl_iterate_phdr(PatchObject, &patching);
}

void LookForNewObjects() {
  Patching& patching = ThePatching();
  const std::unique_lock<std::mutex> lock(patching.mutex, std::try_to_lock);
  if (!lock.owns_lock() || patching.slots == nullptr) return;
  sampling.looks_due.fetch_sub(1, std::memory_order_relaxed);
  dl_iterate_phdr(PatchObject, &patching);
}

void ExpectNewObjects() { sampling.looks_due.store(kLooksForNewObjects, std::memory_order_relaxed); }

size_t RestoreSlots() {
  Patching& patching = ThePatching();
  const std::lock_guard<std::mutex> lock(patching.mutex);
  if (patching.slots == nullptr) return 0;
  Restoration restoration{patching.slots};
  dl_iterate_phdr(RestoreObject, &restoration);
  delete patching.slots;
  patching.slots = nullptr;
  return restoration.failed;
}

}  // namespace allocscope::tracker
