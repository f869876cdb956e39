#include "tracker/reserved_memory.h"

#include <sys/mman.h>

namespace allocscope::tracker {

void* ReserveMemory(size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  // What is scattered over it would take whole huge pages otherwise.
  madvise(memory, bytes, MADV_NOHUGEPAGE);
  return memory;
}

void EmptyMemory(void* memory, size_t bytes) { madvise(memory, bytes, MADV_DONTNEED); }

}  // namespace allocscope::tracker
