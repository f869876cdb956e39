#ifndef ALLOCSCOPE_HEAP_READ_ONLY_PAGES_H_
#define ALLOCSCOPE_HEAP_READ_ONLY_PAGES_H_

#include <array>
#include <cstddef>

#include "heap/tagged.h"

namespace allocscope::heap {

constexpr int kPageBits = 18;

// The pages of V8's own constants (undefined, the empty string, the empty array …). They exist before the program and are shared by all of
// it, so a sum over a program's objects leaves them out.
class ReadOnlyPages {
 public:
  static constexpr size_t kMost = 12;

  void Add(Address object) {
    if (!Hold(object) && count_ < kMost) pages_[count_++] = object >> kPageBits;
  }
  bool Hold(Address object) const {
    for (size_t i = 0; i < count_; i++) {
      if (pages_[i] == object >> kPageBits) return true;
    }
    return false;
  }
  const uintptr_t* begin() const { return pages_.data(); }
  const uintptr_t* end() const { return pages_.data() + count_; }

 private:
  std::array<uintptr_t, kMost> pages_{};
  size_t count_ = 0;
};

}  // namespace allocscope::heap

#endif  // ALLOCSCOPE_HEAP_READ_ONLY_PAGES_H_
