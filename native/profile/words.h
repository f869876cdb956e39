#ifndef ALLOCSCOPE_PROFILE_WORDS_H_
#define ALLOCSCOPE_PROFILE_WORDS_H_

#include <cstddef>
#include <cstdint>

#include "profile/exercise.h"
#include "profile/v8_calls.h"

namespace allocscope::profile {

constexpr uintptr_t kWordBytes = sizeof(uintptr_t);

// V8's other threads may allocate while we look: what doesn't fit together is looked at again.
constexpr int kAttempts = 5;

// Whether a word of V8's may be an address of memory.
inline bool MayPoint(uintptr_t word) { return word % kWordBytes == 0 && word >= 0x10000 && word < (uintptr_t{1} << 47); }

// V8 allocates by moving a pointer through an area: three neighbouring words of the isolate say where it began, stands and ends.
struct AllocationArea {
  const volatile uintptr_t* words = nullptr;

  explicit operator bool() const { return words != nullptr; }
  uintptr_t start() const { return words[0]; }
  uintptr_t top() const { return words[1]; }
  uintptr_t unused() const { return words[2] - words[1]; }
};

// Words in V8's own memory. No version promises their places. Each was found as the only word that moved several times by exactly what was
// allocated. Null when there was none.
struct Words {
  AllocationArea young;
  AllocationArea old;
  // Where the next area of new space will begin, while there is none. From Node 22 on V8 gives up its areas for statistics and collections.
  const volatile uintptr_t* new_space_top = nullptr;
  // V8's count of bytes outside of its heap.
  const volatile int64_t* external = nullptr;
  // Bytes of old space in use, the whole of its allocation areas included.
  const volatile uint64_t* old_space = nullptr;
  // `space_used_size` of the spaces for large objects.
  const volatile uint64_t* new_large_objects = nullptr;
  const volatile uint64_t* large_objects = nullptr;
};

Words FindWords(const V8Calls& calls, Exercise& exercise);

}  // namespace allocscope::profile

#endif  // ALLOCSCOPE_PROFILE_WORDS_H_
