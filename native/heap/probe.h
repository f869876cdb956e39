#ifndef ALLOCSCOPE_HEAP_PROBE_H_
#define ALLOCSCOPE_HEAP_PROBE_H_

#include <array>

#include "heap/examples.h"
#include "heap/layout.h"
#include "heap/tagged.h"

namespace allocscope::heap {

// Looks at the examples through a layout that may be wrong. The kernel does every read: a wrong offset reads nonsense and never faults.
// What can't be read gives a value that no comparison expects.
class Probe {
 public:
  Probe(const Layout& layout, const ExampleHandles& handles) : layout_(layout), handles_(handles) {}

  template <typename T>
  T Read(uintptr_t address) const {
    T value;
    if (!Copy(address, &value, sizeof value)) std::memset(&value, kUnreadableByte, sizeof value);
    return value;
  }
  Tagged Word(uintptr_t address) const { return Read<Tagged>(address); }
  bool Holds(uintptr_t address, const void* bytes, size_t length) const;

  Tagged ValueOf(uintptr_t handle) const { return layout_.direct_handles ? handle : Word(handle); }
  Tagged Value(Example example) const { return ValueOf(handles_[example]); }
  // 0 for a small integer, so that any read through it fails.
  Address Object(Tagged value) const { return IsPointer(value) ? AddressOf(value) : 0; }
  Address Object(Example example) const { return Object(Value(example)); }
  Address Map(Address object) const { return Object(Word(object + layout_.map)); }
  // kAbsent when `object` isn't one, or its map isn't a map.
  int32_t Type(Address object) const;
  int32_t Type(Example example) const { return Type(Object(example)); }
  uint8_t SizeInWords(Address object) const { return Read<uint8_t>(Map(object) + layout_.map_size_in_words); }
  int64_t StoreLength(Address store) const { return SmallInteger(Word(store + layout_.store_length)); }
  Address Follow(Address object, int32_t offset) const { return Object(Word(object + offset)); }

  // Offset of the slot of `holder` that points to `referent`; kAbsent when none does.
  int32_t FindSlot(Address holder, Tagged referent) const;
  // The object that a type constant means, reached from its example; 0 when there is none.
  Address Reach(const TypeConstant& type) const;
  Address NativeContext(Address context) const;
  Address AccessorPair() const;
  // Whether a slot of `store`, or a cell in one, holds `value`.
  bool FindInStore(Address store, Example value) const;

 private:
  static constexpr int kUnreadableByte = 0xde;

  // Blocks never cross the end of a page, so a readable word is in a readable block.
  static constexpr size_t kBlockBytes = 256;
  static constexpr size_t kBlocks = 64;
  static constexpr uintptr_t kNoBlock = ~uintptr_t{0};

  struct Block {
    uintptr_t base = kNoBlock;
    bool readable = false;
    std::array<char, kBlockBytes> bytes;
  };

  bool Copy(uintptr_t address, void* into, size_t length) const;
  const Block& BlockAt(uintptr_t base) const;
  Address CellHolding(Address store, Tagged value) const;

  const Layout& layout_;
  const ExampleHandles& handles_;
  // What was read stays true during the proof, as nothing moves.
  mutable std::array<Block, kBlocks> blocks_;
};

}  // namespace allocscope::heap

#endif  // ALLOCSCOPE_HEAP_PROBE_H_
