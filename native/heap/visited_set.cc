#include "heap/visited_set.h"

#include <utility>

namespace allocscope::heap {

VisitedSet::VisitedSet(const ReadOnlyPages& read_only) : read_only_(read_only) {}

VisitedSet::Slot* VisitedSet::SlotOf(uintptr_t page) {
  const size_t mask = bitmaps_.size() - 1;
  size_t i = Hash(page) & mask;
  while (bitmaps_[i].bitmap && bitmaps_[i].page != page) i = (i + 1) & mask;
  return &bitmaps_[i];
}

void VisitedSet::Grow() {
  std::vector<Slot> old = std::exchange(bitmaps_, std::vector<Slot>(bitmaps_.size() * 2));
  for (Slot& slot : old) {
    if (slot.bitmap) *SlotOf(slot.page) = std::move(slot);
  }
}

VisitedSet::Bitmap* VisitedSet::Find(uintptr_t page) {
  Slot* slot = SlotOf(page);
  if (slot->bitmap) return slot->bitmap.get();
  if ((bitmap_count_ + 1) * 2 > bitmaps_.size()) {
    Grow();
    slot = SlotOf(page);
  }
  *slot = {page, std::make_unique<Bitmap>()};
  bitmap_count_++;
  return slot->bitmap.get();
}

void VisitedSet::UseBitmaps() {
  bitmaps_.resize(kFirstBitmaps);
  recent_.fill({kNoPage, nullptr});
  for (const uintptr_t page : read_only_) Find(page)->bits.fill(~uint64_t{0});
  for (const uintptr_t address : small_) {
    if (address != 0) AddBit(address);
  }
}

}  // namespace allocscope::heap
