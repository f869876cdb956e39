#ifndef ALLOCSCOPE_ALLOCATOR_GLIBC_LOCATE_H_
#define ALLOCSCOPE_ALLOCATOR_GLIBC_LOCATE_H_

#include <string>

#include "allocator/glibc/arena.h"
#include "allocator/glibc/parameters.h"

namespace allocscope::allocator::glibc {

// Where glibc keeps its arenas and its parameters, each unknown unless proved.
struct Located {
  Arena main_arena;
  Parameters parameters;
  // How what is known was proved, and why the rest isn't: sentences, empty when there is nothing to say.
  std::string proof;
  std::string lacks;

  bool complete() const { return main_arena.known() && parameters.known() && parameters.thresholds_known(); }
};

// Searches libc's writable data for `main_arena` and `mp_`, which have no symbols, and proves each field that is used, however full the
// heap is and whatever its settings:
//  - the arenas by their bins, their ring, their heaps and tops (find_arenas.h);
//  - `mp_` by a block whose mmap moves its counters (find_parameters.h);
//  - the main arena's system_mem by the distance from mp_.sbrk_base to the end of its top;
//  - what of these can't be, by mallinfo2's `arena`, `hblks` and `hblkhd` (confirm.h).
// About 0.3 ms; where mallinfo2 is needed on a large heap, the time of a fork more.
// What an earlier call proved is kept.
Located Locate(const void* inside_libc, const Located& earlier = {});

}  // namespace allocscope::allocator::glibc

#endif  // ALLOCSCOPE_ALLOCATOR_GLIBC_LOCATE_H_
