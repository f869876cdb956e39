#include "tracker/native_stack.h"

#include <pthread.h>

#include "tracker/thread_state.h"

namespace allocscope::tracker {
namespace {

// The frame pointer points at the caller's, and the return address follows it, on x86-64 and on arm64.
struct FrameRecord {
  uintptr_t caller;
  uintptr_t return_address;
};

// Nothing is mapped below it.
constexpr uintptr_t kFirstCodeAddress = 4096;

}  // namespace

void FindStackBounds() {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return;
  void* begin = nullptr;
  size_t bytes = 0;
  if (pthread_attr_getstack(&attributes, &begin, &bytes) == 0) {
    thread_state.stack_begin = reinterpret_cast<uintptr_t>(begin);
    thread_state.stack_end = thread_state.stack_begin + bytes;
  }
  pthread_attr_destroy(&attributes);
}

size_t WalkFrames(const void* frame, uintptr_t* return_addresses, size_t most) {
  const ThreadState& state = thread_state;
  auto address = reinterpret_cast<uintptr_t>(frame);
  // A stack that the program made itself has other bounds, and what lies between the two isn't known to be mapped.
  if (address < state.stack_begin) return 0;
  size_t count = 0;
  while (count < most && address % sizeof(uintptr_t) == 0 && address + sizeof(FrameRecord) <= state.stack_end) {
    const auto* record = reinterpret_cast<const FrameRecord*>(address);
    if (record->return_address < kFirstCodeAddress) break;
    return_addresses[count++] = record->return_address;
    if (record->caller <= address) break;
    address = record->caller;
  }
  return count;
}

}  // namespace allocscope::tracker
