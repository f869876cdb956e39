#ifndef ALLOCSCOPE_HEAP_VISITED_SET_H_
#define ALLOCSCOPE_HEAP_VISITED_SET_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "heap/read_only_pages.h"
#include "heap/tagged.h"

namespace allocscope::heap {

// The addresses that a walk has met. A few dozen are kept in a small hash table on the stack. More go into a bitmap of one bit per word, 4
// KiB for each 256 KiB of address space with any. V8's read-only pages count as met from the start.
class VisitedSet {
 public:
  explicit VisitedSet(const ReadOnlyPages& read_only);

  // Adds `address`. Answers whether it was new.
  bool Add(uintptr_t address) { return bitmaps_.empty() ? AddSmall(address) : AddBit(address); }
  size_t bytes() const { return bitmap_count_ * sizeof(Bitmap) + bitmaps_.capacity() * sizeof(Slot); }

 private:
  static constexpr size_t kSmallSlots = 64;
  static constexpr size_t kMostSmall = 40;
  static constexpr size_t kFirstBitmaps = 64;
  static constexpr size_t kRecentPages = 256;
  static constexpr size_t kBitmapWords = (size_t{1} << kPageBits) / kWordBytes / 64;
  static constexpr uintptr_t kNoPage = ~uintptr_t{0};

  struct Bitmap {
    std::array<uint64_t, kBitmapWords> bits;
  };
  struct Slot {
    uintptr_t page = 0;
    std::unique_ptr<Bitmap> bitmap;
  };
  struct Recent {
    uintptr_t page;
    Bitmap* bitmap;
  };

  static size_t Hash(uintptr_t key) { return (key * 0x9e3779b97f4a7c15u) >> 32; }

  bool AddSmall(uintptr_t address) {
    if (read_only_.Hold(address)) return false;
    for (size_t i = Hash(address) % kSmallSlots;; i = (i + 1) % kSmallSlots) {
      if (small_[i] == address) return false;
      if (small_[i] != 0) continue;
      if (small_count_ == kMostSmall) {
        UseBitmaps();
        return AddBit(address);
      }
      small_[i] = address;
      small_count_++;
      return true;
    }
  }

  bool AddBit(uintptr_t address) {
    const uintptr_t page = address >> kPageBits;
    Recent& recent = recent_[page % kRecentPages];
    if (recent.page != page) recent = {page, Find(page)};
    const uintptr_t word = (address >> 3) & ((uintptr_t{1} << (kPageBits - 3)) - 1);
    uint64_t& bits = recent.bitmap->bits[word / 64];
    const uint64_t bit = uint64_t{1} << (word % 64);
    const bool is_new = (bits & bit) == 0;
    bits |= bit;
    return is_new;
  }

  void UseBitmaps();
  Bitmap* Find(uintptr_t page);
  Slot* SlotOf(uintptr_t page);
  void Grow();

  const ReadOnlyPages& read_only_;
  std::array<uintptr_t, kSmallSlots> small_{};
  size_t small_count_ = 0;
  std::vector<Slot> bitmaps_;
  size_t bitmap_count_ = 0;
  // An object's parts lie on pages of their own: its values, V8's constants. Filled with kNoPage when bitmaps are first used.
  std::array<Recent, kRecentPages> recent_;
};

}  // namespace allocscope::heap

#endif  // ALLOCSCOPE_HEAP_VISITED_SET_H_
