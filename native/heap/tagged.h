#ifndef ALLOCSCOPE_HEAP_TAGGED_H_
#define ALLOCSCOPE_HEAP_TAGGED_H_

#include <cstdint>
#include <cstring>

namespace allocscope::heap {

// V8's word: a small integer with a clear lowest bit, or the address of an object plus a tag. 01 is a strong pointer, 11 a weak one.
using Tagged = uintptr_t;
// Where an object begins: its pointer without the tag.
using Address = uintptr_t;

constexpr uintptr_t kWordBytes = 8;
constexpr uintptr_t kTagMask = 3;
constexpr uintptr_t kPointerTag = 1;
constexpr int kSmallIntegerShift = 32;

inline bool IsPointer(Tagged word) { return (word & kTagMask) == kPointerTag; }
inline bool IsSmallInteger(Tagged word) { return (word & 0xffffffffu) == 0; }
inline int64_t SmallInteger(Tagged word) { return static_cast<int64_t>(word) >> kSmallIntegerShift; }
inline Tagged MakeSmallInteger(int64_t value) { return static_cast<Tagged>(value) << kSmallIntegerShift; }
inline Address AddressOf(Tagged pointer) { return pointer - kPointerTag; }
inline Tagged PointerTo(Address object) { return object + kPointerTag; }

// Only for addresses inside objects of a proved layout; before that, platform::ReadOwn.
template <typename T>
inline T Load(uintptr_t address) {
  T value;
  std::memcpy(&value, reinterpret_cast<const void*>(address), sizeof value);
  return value;
}

}  // namespace allocscope::heap

#endif  // ALLOCSCOPE_HEAP_TAGGED_H_
