#ifndef ALLOCSCOPE_PROFILE_NEW_SPACE_H_
#define ALLOCSCOPE_PROFILE_NEW_SPACE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "profile/exercise.h"
#include "profile/words.h"

namespace allocscope::profile {

// The bytes of objects that new space was asked for.
//
// V8 allocates along the pages of a list. An object that doesn't fit at a page's end goes to the next page. From then on V8 counts the
// unused end as used: up to 128 KiB at once, on any line. V8 marks the end with a filler object, so this class looks for the filler. The
// list of pages and the form of the filler are private. It learns them by allocating until pages have changed several times.
class NewSpace {
 public:
  // Learns from allocations by `exercise`. False when what was seen doesn't fit together: then `Advance` answers nothing.
  bool Learn(const AllocationArea& area, Exercise& exercise);

  // Counts from here on; `collected` when a collection has just ended.
  void Restart(uintptr_t top, bool collected);

  // New space's top was here after the last `Advance` and before the next one: objects lie up to there. By the lower half of its address.
  void See(uint32_t half_top);

  // The bytes that were allocated since the last call, from the top at that time. Nothing when the pages in between aren't known.
  // `area_start` is where the area began that `top` is in.
  std::optional<uint64_t> Advance(uintptr_t top, uintptr_t area_start);

 private:
  struct Filler {
    uintptr_t map = 0;
    // What the filler's length counts: bytes, or words.
    uintptr_t unit = 0;
  };
  // How a page leads to the next one of its list: by a word of its header, directly or through a descriptor to which that word points.
  struct Link {
    size_t header_word;
    size_t descriptor_word;
    bool through_descriptor;

    bool operator==(const Link& other) const {
      return header_word == other.header_word && descriptor_word == other.descriptor_word && through_descriptor == other.through_descriptor;
    }
  };
  struct LeftPage {
    uintptr_t page;
    uintptr_t end;
  };

  static uintptr_t LearnMostUnused(const AllocationArea& area, Exercise& exercise);
  std::optional<Filler> LearnFiller(uintptr_t from) const;
  std::vector<Link> FindLinks(uintptr_t from, uintptr_t to) const;
  uintptr_t NextPage(uintptr_t page) const;
  // Where the objects of `page` end. Looks from `from` on. It is the page's own end when the page is full.
  uintptr_t FindEnd(uintptr_t page, uintptr_t from) const;
  // Where the objects below `top` end.
  uintptr_t FindEndBelow(uintptr_t top, uintptr_t from) const;
  // Where the new objects on `page` begin.
  uintptr_t StartOf(uintptr_t page, uintptr_t area_start) const;
  void Leave(uintptr_t page, uintptr_t end);
  void MoveTo(uintptr_t top);

  bool learnt_ = false;
  Filler filler_;
  Link link_{};
  uintptr_t first_object_ = 0;
  // The most that can be left unused at a page's end.
  uintptr_t most_unused_ = 0;
  uintptr_t top_ = 0;
  // At or behind `top_`, on the same page: ends are looked for from here on.
  uintptr_t seen_ = 0;
  // Unused ends of the pages left since the last collection. V8 may come back and use them.
  std::array<LeftPage, 256> left_;
  size_t left_pages_ = 0;
  // Before the first collection V8 may have left pages that weren't seen.
  bool knows_left_pages_ = false;
};

}  // namespace allocscope::profile

#endif  // ALLOCSCOPE_PROFILE_NEW_SPACE_H_
