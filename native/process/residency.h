#ifndef ALLOCSCOPE_PROCESS_RESIDENCY_H_
#define ALLOCSCOPE_PROCESS_RESIDENCY_H_

#include <cstdint>

#include "result.h"

namespace allocscope::process {

// Resident bytes by the kind of mapping that they lie in, from /proc/self/smaps.
struct Residency {
  uint64_t resident_bytes = 0;
  // Pages that no file backs, in any mapping: those of malloc, and written copies of private file pages.
  uint64_t anonymous_bytes = 0;
  // Mappings of files, what was written to them included.
  uint64_t file_bytes = 0;
  // The main thread's stack, and mappings like a thread's stack: writable, above their own guard page.
  uint64_t stack_bytes = 0;
  uint64_t shared_memory_bytes = 0;
  uint64_t swapped_bytes = 0;
};

// The kernel walks every mapping: 0.8 ms in a process of 40 MB, 11 ms in one of 640 MB. The memory map is locked for reading during the
// walk. Allocates nothing unless it fails, and may be called in a forked child.
Result<Residency> ReadResidency();

}  // namespace allocscope::process

#endif  // ALLOCSCOPE_PROCESS_RESIDENCY_H_
