#ifndef ALLOCSCOPE_PLATFORM_SAFE_MEMORY_H_
#define ALLOCSCOPE_PLATFORM_SAFE_MEMORY_H_

#include <cstddef>
#include <cstdint>

namespace allocscope::platform {

// Copies `length` bytes of this process's own memory at `address`. False when they can't all be read. The kernel copies them, so an
// unmapped address never faults. About 0.3 µs a call.
bool ReadOwnMemory(uintptr_t address, void* into, size_t length);

// Whether the page of own memory at `address`, where a page begins, is resident now. To be asked before a read of a page that another
// thread may have given back meanwhile: the read would bring a new one. False as well where nothing is mapped.
bool IsResident(uintptr_t address);

// Copies `length` bytes to `address` in this process's own memory, as safely: also where a mapped file was cut short. False when they can't
// all be written.
bool WriteOwnMemory(uintptr_t address, const void* from, size_t length);

// Whether the byte at `address` can be read but not written. Asks the kernel to write the byte that is already there. Only for bytes that
// no other thread may change at the same time.
bool IsReadOnly(uintptr_t address);

// Copies many small pieces of own memory, as safely: through a pipe, into which the kernel gathers them. Some 0.05 µs a piece, as no page
// has to be looked up and held.
class PieceReader {
 public:
  PieceReader();
  ~PieceReader();
  PieceReader(const PieceReader&) = delete;
  PieceReader& operator=(const PieceReader&) = delete;

  // `length` bytes at each of `count` addresses, one after the other, into `into`; says in `readable` which could be read. A length of 4
  // KiB at the most.
  void Read(const uintptr_t* addresses, size_t count, size_t length, void* into, bool* readable);

 private:
  bool ReadTogether(const uintptr_t* addresses, size_t count, size_t length, char* into);

  // -1 where there is no pipe to be had.
  int ends_[2];
};

template <typename T>
bool ReadOwn(uintptr_t address, T* into) {
  return ReadOwnMemory(address, into, sizeof(T));
}

}  // namespace allocscope::platform

#endif  // ALLOCSCOPE_PLATFORM_SAFE_MEMORY_H_
