#include "heap/measure.h"

#include "heap/object_size.h"

namespace allocscope::heap {
namespace {

constexpr const char* kRepresentationNames[] = {
    "plain",
    "small integer",
    "heap number",
    "read-only",
    "one-byte",
    "two-byte",
    "cons",
    "flattened cons",
    "sliced",
    "thin",
    "external one-byte",
    "external two-byte",
    "in-object",
    "outside the object",
    "dictionary",
    "packed small integers",
    "holey small integers",
    "packed",
    "holey",
    "packed doubles",
    "holey doubles",
    "fixed elements",
    "copy-on-write",
    "sparse",
    "on-heap",
    "off-heap",
    "part of an ArrayBuffer",
    "aliased",
};
static_assert(sizeof kRepresentationNames / sizeof *kRepresentationNames == kRepresentations, "a name for every representation");

// By V8's elements kind; what isn't here is frozen, sealed or not extensible.
constexpr Representation kOfElementsKind[] = {
    Representation::kPackedSmallIntegers, Representation::kHoleySmallIntegers, Representation::kPacked, Representation::kHoley,
    Representation::kPackedDoubles,       Representation::kHoleyDoubles,
};
constexpr size_t kNamedElementsKinds = sizeof kOfElementsKind / sizeof *kOfElementsKind;

Representation OfString(Shape shape, bool flattened) {
  switch (shape) {
    case Shape::kSeqOneByteString:
      return Representation::kOneByte;
    case Shape::kSeqTwoByteString:
      return Representation::kTwoByte;
    case Shape::kConsString:
      return flattened ? Representation::kFlattenedCons : Representation::kCons;
    case Shape::kSlicedString:
      return Representation::kSliced;
    case Shape::kThinString:
      return Representation::kThin;
    case Shape::kExternalOneByteString:
      return Representation::kExternalOneByte;
    default:
      return Representation::kExternalTwoByte;
  }
}

class Measuring {
 public:
  Measuring(const ProvedLayout& proved, Address object, uint64_t view_bytes)
      : layout_(proved.layout), read_only_(proved.read_only), object_(object), map_(MapOf(layout_, object)), view_bytes_(view_bytes) {
    shape_ = ShapeOfMap(layout_, map_);
    measure_.kind = KindOf(shape_);
    measure_.self = ObjectSize(layout_, object, map_, shape_);
    measure_.representation = Representation::kPlain;
  }

  Measure Finish() {
    if (IsString(shape_)) Characters();
    if (IsObject(shape_)) Stores();
    if (shape_ == Shape::kHeapNumber) measure_.representation = Representation::kHeapNumber;
    if (read_only_.Hold(object_)) measure_.representation = Representation::kReadOnly;
    return measure_;
  }

 private:
  Tagged Slot(int32_t offset) const { return Load<Tagged>(object_ + static_cast<uintptr_t>(offset)); }
  Shape ShapeAt(Tagged pointer) const { return ShapeOfMap(layout_, MapOf(layout_, AddressOf(pointer))); }
  bool IsOwnStore(Tagged word) const { return IsPointer(word) && !read_only_.Hold(AddressOf(word)); }

  // Bytes of a store, 0 for V8's shared empty ones and for a hash in its place.
  int64_t StoreBytes(int32_t offset) const {
    const Tagged word = Slot(offset);
    return IsOwnStore(word) ? ShallowSize(layout_, word) : 0;
  }

  void Characters() {
    const bool flattened = shape_ == Shape::kConsString && read_only_.Hold(AddressOf(Slot(layout_.cons_second)));
    measure_.representation = OfString(shape_, flattened);
    switch (shape_) {
      case Shape::kExternalOneByteString:
      case Shape::kExternalTwoByteString:
        measure_.external = ExternalStringBytes(layout_, object_, shape_);
        return;
      case Shape::kConsString:
        measure_.shared_characters = ShallowSize(layout_, Slot(layout_.cons_first));
        if (!flattened) measure_.shared_characters += ShallowSize(layout_, Slot(layout_.cons_second));
        return;
      case Shape::kSlicedString:
        measure_.shared_characters = ShallowSize(layout_, Slot(layout_.sliced_parent));
        return;
      case Shape::kThinString:
        measure_.shared_characters = ShallowSize(layout_, Slot(layout_.thin_actual));
        return;
      default:
        return;
    }
  }

  void Stores() {
    Properties();
    Elements();
    switch (shape_) {
      case Shape::kMapObject:
      case Shape::kSetObject:
      case Shape::kWeakMap:
      case Shape::kWeakSet:
        measure_.table = StoreBytes(layout_.collection_table);
        return;
      case Shape::kBoundFunction:
        measure_.arguments = StoreBytes(layout_.bound_arguments);
        return;
      case Shape::kGenerator:
        measure_.registers = StoreBytes(layout_.generator_registers);
        return;
      case Shape::kArrayBuffer:
        measure_.representation = Representation::kOffHeap;
        if (Slot(layout_.buffer_backing_store) != 0) measure_.external = BufferBytes(layout_, object_);
        return;
      case Shape::kTypedArray:
      case Shape::kDataView:
        return View();
      default:
        return;
    }
  }

  void Properties() {
    const Tagged word = Slot(layout_.properties);
    measure_.properties = StoreBytes(layout_.properties);
    if (shape_ != Shape::kPlainObject && shape_ != Shape::kError) return;
    measure_.representation = measure_.properties > 0 ? Representation::kOutsideObject : Representation::kInObject;
    if (IsPointer(word) && ShapeAt(word) == Shape::kNameDictionary) measure_.representation = Representation::kDictionary;
  }

  Representation OfElements() const {
    const uint8_t bits = Load<uint8_t>(map_ + static_cast<uintptr_t>(layout_.map_bit_field2));
    const auto kind = static_cast<size_t>((bits & layout_.elements_kind_mask) >> layout_.elements_kind_shift);
    return kind < kNamedElementsKinds ? kOfElementsKind[kind] : Representation::kFixedElements;
  }

  void Elements() {
    if (shape_ == Shape::kArray) measure_.representation = OfElements();
    const Tagged word = Slot(layout_.elements);
    if (!IsOwnStore(word)) return;
    const Address store = AddressOf(word);
    store_shape_ = ShapeAt(word);
    if (MapOf(layout_, store) == layout_.copy_on_write_map) {
      measure_.shared_elements = ShallowSize(layout_, word);
      if (shape_ == Shape::kArray) measure_.representation = Representation::kCopyOnWrite;
      return;
    }
    measure_.elements = ShallowSize(layout_, word);
    if (shape_ == Shape::kArray && store_shape_ == Shape::kNumberDictionary) measure_.representation = Representation::kSparse;
    if (shape_ == Shape::kArray && (store_shape_ == Shape::kFixedArray || store_shape_ == Shape::kDoubleArray)) Unused(store);
    if (store_shape_ == Shape::kSloppyElements) Aliased(store);
  }

  // A sloppy function's arguments come one step after the table of those that its parameters alias.
  void Aliased(Address store) {
    measure_.elements += ShallowSize(layout_, Load<Tagged>(store + static_cast<uintptr_t>(layout_.sloppy_arguments)));
    measure_.representation = Representation::kSloppy;
  }

  void Unused(Address store) {
    const Tagged length = Slot(layout_.array_length);
    if (!IsSmallInteger(length)) return;
    const int64_t slots = StoreLengthOf(layout_, store) - SmallInteger(length);
    measure_.unused_elements = slots > 0 ? slots * static_cast<int64_t>(kWordBytes) : 0;
  }

  // A view of a whole ArrayBuffer counts as its owner. A view of a part shares it, like a pooled Buffer.
  void View() {
    const Address buffer = AddressOf(Slot(layout_.view_buffer));
    const bool on_heap = store_shape_ == Shape::kByteArray;
    const bool has_memory = Load<uintptr_t>(buffer + static_cast<uintptr_t>(layout_.buffer_backing_store)) != 0;
    const uint64_t memory = has_memory && !on_heap ? BufferBytes(layout_, buffer) : 0;
    const bool covers = view_bytes_ == BufferBytes(layout_, buffer);
    measure_.buffer = covers ? ShallowSize(layout_, PointerTo(buffer)) : 0;
    (covers ? measure_.external : measure_.shared_memory) = memory;
    measure_.representation = on_heap ? Representation::kOnHeap : (covers ? Representation::kOffHeap : Representation::kPartOfBuffer);
  }

  const Layout& layout_;
  const ReadOnlyPages& read_only_;
  const Address object_;
  const Address map_;
  const uint64_t view_bytes_;
  Shape shape_ = Shape::kUnproved;
  // Of the elements; kUnproved when there are none of its own.
  Shape store_shape_ = Shape::kUnproved;
  Measure measure_;
};

}  // namespace

const char* NameOf(Representation representation) { return kRepresentationNames[static_cast<size_t>(representation)]; }

Measure MeasureValue(const ProvedLayout& proved, Tagged value, uint64_t view_bytes) {
  return IsPointer(value) ? Measuring(proved, AddressOf(value), view_bytes).Finish() : Measure();
}

}  // namespace allocscope::heap
