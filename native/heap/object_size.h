#ifndef ALLOCSCOPE_HEAP_OBJECT_SIZE_H_
#define ALLOCSCOPE_HEAP_OBJECT_SIZE_H_

#include "heap/layout.h"
#include "heap/tagged.h"

namespace allocscope::heap {

constexpr int64_t kUnknownSize = -1;

inline Address MapOf(const Layout& layout, Address object) { return AddressOf(Load<Tagged>(object + layout.map)); }

inline uint16_t TypeOfMap(const Layout& layout, Address map) { return Load<uint16_t>(map + layout.map_instance_type); }

inline Shape ShapeOfMap(const Layout& layout, Address map) {
  const uint16_t type = TypeOfMap(layout, map);
  return type < kInstanceTypes ? layout.shapes[type] : Shape::kUnproved;
}

inline int64_t StoreLengthOf(const Layout& layout, Address store) { return SmallInteger(Load<Tagged>(store + layout.store_length)); }

constexpr int64_t RoundUpToWord(int64_t bytes) {
  return (bytes + static_cast<int64_t>(kWordBytes) - 1) & -static_cast<int64_t>(kWordBytes);
}

inline int64_t OneByteStringSize(const Layout& layout, Address string) {
  return RoundUpToWord(layout.one_byte_data + static_cast<int64_t>(Load<uint32_t>(string + layout.string_length)));
}

// Bytes of an object whose map gives no size, from its length; kUnknownSize for a type that no example has proved.
inline int64_t VariableSize(const Layout& layout, Address object, Shape shape) {
  constexpr int64_t word = static_cast<int64_t>(kWordBytes);
  switch (shape) {
    case Shape::kSeqOneByteString:
      return OneByteStringSize(layout, object);
    case Shape::kSeqTwoByteString:
      return RoundUpToWord(layout.two_byte_data + 2 * static_cast<int64_t>(Load<uint32_t>(object + layout.string_length)));
    case Shape::kBigInt:
      return layout.bigint_digits + word * (Load<uint32_t>(object + layout.bigint_bits) >> layout.bigint_length_shift);
    case Shape::kFixedArray:
    case Shape::kDoubleArray:
    case Shape::kNameDictionary:
    case Shape::kNumberDictionary:
    case Shape::kHashTable:
    case Shape::kEphemeronTable:
    case Shape::kContext:
    case Shape::kNativeContext:
      return layout.store_data + word * StoreLengthOf(layout, object);
    case Shape::kByteArray:
      return RoundUpToWord(layout.store_data + StoreLengthOf(layout, object));
    case Shape::kPropertyArray:
      return layout.store_data + word * (StoreLengthOf(layout, object) & layout.property_array_length_mask);
    case Shape::kSloppyElements:
      return layout.sloppy_elements_header + word * StoreLengthOf(layout, object);
    default:
      return kUnknownSize;
  }
}

inline int64_t ObjectSize(const Layout& layout, Address object, Address map, Shape shape) {
  const int64_t words = Load<uint8_t>(map + layout.map_size_in_words);
  return words != 0 ? words * static_cast<int64_t>(kWordBytes) : VariableSize(layout, object, shape);
}

// Offset of the properties inside an object; 0 when its kind has none.
inline Address InObjectProperties(const Layout& layout, Address map) {
  return Load<uint8_t>(map + layout.map_in_object_start) * kWordBytes;
}

// Bytes of characters that an external string keeps in malloc's memory.
inline uint64_t ExternalStringBytes(const Layout& layout, Address string, Shape shape) {
  const uint64_t length = Load<uint32_t>(string + layout.string_length);
  return shape == Shape::kExternalOneByteString ? length : 2 * length;
}

inline uint64_t BufferBytes(const Layout& layout, Address buffer) {
  const auto word = [](uintptr_t address, int32_t offset) { return Load<uint64_t>(address + static_cast<uintptr_t>(offset)); };
  const uint64_t bytes = word(buffer, layout.buffer_byte_length);
  if (bytes != 0 || word(buffer, layout.buffer_backing_store) == 0) return bytes;
  // Any thread may make a growable SharedArrayBuffer longer. So its length is kept with the memory, and 0 in each object.
  const uintptr_t extension = word(buffer, layout.buffer_extension);
  const uintptr_t store = extension == 0 ? 0 : word(extension, layout.extension_store);
  return store == 0 ? 0 : word(store, layout.store_byte_length);
}

// Bytes of the object that `value` points to, nothing else; 0 for a small integer, which lies in the slot that holds it.
inline int64_t ShallowSize(const Layout& layout, Tagged value) {
  if (!IsPointer(value)) return 0;
  const Address object = AddressOf(value);
  const Address map = MapOf(layout, object);
  return ObjectSize(layout, object, map, ShapeOfMap(layout, map));
}

}  // namespace allocscope::heap

#endif  // ALLOCSCOPE_HEAP_OBJECT_SIZE_H_
