#ifndef ALLOCSCOPE_HEAP_NAME_ROOM_H_
#define ALLOCSCOPE_HEAP_NAME_ROOM_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "heap/tagged.h"

namespace allocscope::heap {

// The handles of objects to prove by.
struct NameExamples {
  static constexpr size_t kMostKinds = 24;

  // One of each type that is to be known. Each has `names` names, which V8 keeps in a table as one was deleted, and `numbers` elements.
  std::array<uintptr_t, kMostKinds> kinds;
  size_t kind_count;
  int64_t names;
  int64_t numbers;
  // Has two names and no elements.
  uintptr_t few;
  // Stands for `few`.
  uintptr_t proxy;
};

// The room that V8 keeps for an object's names and numbers, found without a list of them. It uses five words of V8's layout and proves just
// these: the proof of the whole layout costs more than what asks for this. V8 mustn't allocate while a call runs.
class NameRoom {
 public:
  // Whether the layout holds for every example. The kernel does the reads, so a wrong layout can't crash.
  bool Prove(const NameExamples& examples);

  // Words for names in a table, or for numbers, whichever are more; of a Proxy those of what it stands for. Nothing before the proof, and
  // for a type that it hasn't seen.
  std::optional<int64_t> Of(uintptr_t handle) const;

 private:
  bool KnowsType(uint16_t type) const;

  std::array<uint16_t, NameExamples::kMostKinds> types_{};
  size_t type_count_ = 0;
  uint16_t proxy_type_ = 0;
  Tagged table_map_ = 0;
};

}  // namespace allocscope::heap

#endif  // ALLOCSCOPE_HEAP_NAME_ROOM_H_
