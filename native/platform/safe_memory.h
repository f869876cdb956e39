#ifndef ALLOCSCOPE_PLATFORM_SAFE_MEMORY_H_
#define ALLOCSCOPE_PLATFORM_SAFE_MEMORY_H_

#include <cstddef>
#include <cstdint>

namespace allocscope::platform {

// Copies `length` bytes of this process's own memory at `address`. False when they can't all be read. The kernel copies them, so an
// unmapped address never faults. About 0.3 µs a call.
bool ReadOwnMemory(uintptr_t address, void* into, size_t length);

// Whether the byte at `address` can be read but not written. Asks the kernel to write the byte that is already there. Only for bytes that
// no other thread may change at the same time.
bool IsReadOnly(uintptr_t address);

template <typename T>
bool ReadOwn(uintptr_t address, T* into) {
  return ReadOwnMemory(address, into, sizeof(T));
}

}  // namespace allocscope::platform

#endif  // ALLOCSCOPE_PLATFORM_SAFE_MEMORY_H_
