#include "agent/main_isolate.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "platform/safe_memory.h"
#include "platform/symbol_lookup.h"

namespace allocscope::agent {

#if defined(__x86_64__)

namespace {

uintptr_t ThreadPointer() {
  uintptr_t pointer = 0;
  __asm__("mov %%fs:0, %0" : "=r"(pointer));
  return pointer;
}

// Where, from its thread pointer, a thread has V8's own variable for the isolate that it entered. Exported by Node 20 and 22; from Node 24
// on read from the instruction by which `v8::Isolate::TryGetCurrent` does: mov %fs:offset,%rax.
std::optional<intptr_t> IsolateOffset() {
  if (const void* own = platform::FindSymbol("_ZN2v88internal18g_current_isolate_E")) {
    return static_cast<intptr_t>(reinterpret_cast<uintptr_t>(own) - ThreadPointer());
  }
  constexpr uint8_t kLoad[] = {0x64, 0x48, 0x8b, 0x04, 0x25};
  uint8_t code[64];
  const void* function = platform::FindSymbol("_ZN2v87Isolate13TryGetCurrentEv");
  if (function == nullptr || !platform::ReadOwn(reinterpret_cast<uintptr_t>(function), &code)) return std::nullopt;
  for (size_t at = 0; at + sizeof kLoad + sizeof(int32_t) <= sizeof code; at++) {
    if (std::memcmp(code + at, kLoad, sizeof kLoad) != 0) continue;
    int32_t offset = 0;
    std::memcpy(&offset, code + at + sizeof kLoad, sizeof offset);
    return offset;
  }
  return std::nullopt;
}

uintptr_t RobustList(pid_t thread) {
  robust_list_head* head = nullptr;
  size_t length = 0;
  return syscall(SYS_get_robust_list, thread, &head, &length) == 0 ? reinterpret_cast<uintptr_t>(head) : 0;
}

}  // namespace

// The kernel knows of each thread where its list of held mutexes begins. libc keeps it in the thread's descriptor, at the same place in
// each.
const void* MainIsolate() {
  const std::optional<intptr_t> offset = IsolateOffset();
  const uintptr_t own = RobustList(0);
  const uintptr_t main = RobustList(getpid());
  if (!offset || own == 0 || main == 0) return nullptr;
  const uintptr_t pointer = main - (own - ThreadPointer());
  uintptr_t itself = 0;
  uintptr_t isolate = 0;
  // A descriptor begins with its own address.
  if (!platform::ReadOwn(pointer, &itself) || itself != pointer) return nullptr;
  if (!platform::ReadOwn(pointer + static_cast<uintptr_t>(*offset), &isolate)) return nullptr;
  return reinterpret_cast<const void*>(isolate);
}

#else

const void* MainIsolate() { return nullptr; }

#endif

}  // namespace allocscope::agent
