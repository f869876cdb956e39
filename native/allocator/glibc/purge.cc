#include "allocator/glibc/purge.h"

#include <sys/mman.h>

#include <algorithm>

#include "allocator/glibc/arena.h"
#include "allocator/glibc/arena_lock.h"
#include "allocator/glibc/chunk_walk.h"
#include "platform/clock.h"

namespace allocscope::allocator::glibc {
namespace {

// malloc reads nothing of a top chunk but its header, so that its pages may turn to zeros.
void ReleaseTop(const Arena& arena) {
  const Top top = TopOf(arena);
  const Interior interior = InteriorOf(top.chunk, top.bytes);
  if (interior.bytes() == 0 || interior.bytes() > kHeapBytes) return;
  madvise(reinterpret_cast<void*>(interior.begin), interior.bytes(), MADV_DONTNEED);
}

void ReleaseTopLocked(const Arena& arena, PurgeReport* report) {
  if (!TryLock(arena)) {
    report->arenas_skipped++;
    return;
  }
  const uint64_t begin = platform::MonotonicNanos();
  ReleaseTop(arena);
  Unlock(arena);
  report->longest_lock_nanos = std::max(report->longest_lock_nanos, platform::MonotonicNanos() - begin);
}

}  // namespace

void ReleaseTops(const Located& located, Company company, PurgeReport* report) {
  for (Arena arena = located.main_arena.Next(); arena != located.main_arena; arena = arena.Next()) {
    if (company == Company::kAlone) {
      ReleaseTop(arena);
    } else {
      ReleaseTopLocked(arena, report);
    }
  }
}

}  // namespace allocscope::allocator::glibc
