#ifndef ALLOCSCOPE_WHATIF_FORKED_PURGE_H_
#define ALLOCSCOPE_WHATIF_FORKED_PURGE_H_

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "allocator/backend.h"
#include "embedded/jemalloc_copy.h"
#include "result.h"

namespace allocscope::whatif {

// A forked child's figures from before and after its purge. Plain data, which the child writes to a pipe.
struct Outcome {
  // The child's own anonymous memory: V8's heap isn't in it, as V8 keeps it out of forked children.
  uint64_t anonymous_before_bytes;
  uint64_t anonymous_after_bytes;
  // What the purge of the embedded allocators gave back after that; NaN when there was none to purge.
  double embedded_released_bytes;
  allocator::Occupancy occupancy;
  uint64_t purge_nanos;
  uint64_t child_nanos;
};

// A child made by fork() that purges its copy of this process's memory and tells what that gave back. The process itself stays as it is.
//
// The child runs on the copy of the thread that forked, allocates nothing, blocks every signal, and ends with its parent. The program may
// see one SIGCHLD.
class ForkedPurge {
 public:
  // Blocks the calling thread while the kernel copies the page tables: some 10 ms for each GB that is resident. `embedded` are the copies
  // that are purged too, whose locks must be free in the child.
  static Result<ForkedPurge> Fork(const allocator::Backend& backend, const std::vector<embedded::JemallocCopy>& embedded);

  // May be called by another thread. Kills the child when it hasn't answered after `timeout_nanos`.
  Result<Outcome> Wait(uint64_t timeout_nanos) const;

  uint64_t fork_nanos() const { return fork_nanos_; }

 private:
  ForkedPurge(pid_t child, int pipe, uint64_t fork_nanos) : child_(child), pipe_(pipe), fork_nanos_(fork_nanos) {}

  pid_t child_;
  int pipe_;
  uint64_t fork_nanos_;
};

}  // namespace allocscope::whatif

#endif  // ALLOCSCOPE_WHATIF_FORKED_PURGE_H_
