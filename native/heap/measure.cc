#include "heap/measure.h"

#include "heap/object_size.h"

namespace allocscope::heap {
namespace {

class Measuring {
 public:
  Measuring(const ProvedLayout& proved, Address object)
      : layout_(proved.layout), read_only_(proved.read_only), object_(object), map_(MapOf(layout_, object)) {
    measure_.shape = ShapeOfMap(layout_, map_);
    measure_.kind = KindOf(measure_.shape);
    measure_.self = ObjectSize(layout_, object, map_, measure_.shape);
    measure_.in_read_only_page = read_only_.Hold(object);
  }

  Measure Finish() {
    if (IsString(measure_.shape)) Characters();
    if (IsObject(measure_.shape)) Stores();
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
    switch (measure_.shape) {
      case Shape::kExternalOneByteString:
      case Shape::kExternalTwoByteString:
        measure_.external = ExternalStringBytes(layout_, object_, measure_.shape);
        return;
      case Shape::kConsString: {
        const Tagged second = Slot(layout_.cons_second);
        measure_.flattened = read_only_.Hold(AddressOf(second));
        measure_.shared_characters = ShallowSize(layout_, Slot(layout_.cons_first)) + (measure_.flattened ? 0 : ShallowSize(layout_, second));
        return;
      }
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
    measure_.elements_kind = (Load<uint8_t>(map_ + static_cast<uintptr_t>(layout_.map_bit_field2)) & layout_.elements_kind_mask) >>
                             layout_.elements_kind_shift;
    Properties();
    Elements();
    switch (measure_.shape) {
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
    if (!IsPointer(word)) return;
    measure_.properties_store = ShapeAt(word) == Shape::kNameDictionary ? Store::kDictionary : Store::kPlain;
  }

  void Elements() {
    const Tagged word = Slot(layout_.elements);
    if (!IsOwnStore(word)) return;
    const Address store = AddressOf(word);
    const Shape shape = ShapeAt(word);
    const int64_t bytes = ShallowSize(layout_, word);
    measure_.elements_store = shape == Shape::kNumberDictionary ? Store::kDictionary : Store::kPlain;
    if (shape == Shape::kByteArray) measure_.elements_store = Store::kOnHeapBytes;
    if (MapOf(layout_, store) == layout_.copy_on_write_map) {
      measure_.elements_store = Store::kCopyOnWrite;
      measure_.shared_elements = bytes;
      return;
    }
    measure_.elements = bytes;
    // The arguments of a sloppy function that nobody has written to lie one step further.
    if (shape == Shape::kSloppyElements) measure_.elements += ShallowSize(layout_, Load<Tagged>(store + static_cast<uintptr_t>(layout_.sloppy_arguments)));
    if (measure_.shape == Shape::kArray && (shape == Shape::kFixedArray || shape == Shape::kDoubleArray)) Unused(store);
  }

  void Unused(Address store) {
    const Tagged length = Slot(layout_.array_length);
    if (!IsSmallInteger(length)) return;
    const int64_t slots = StoreLengthOf(layout_, store) - SmallInteger(length);
    measure_.unused_elements = slots > 0 ? slots * static_cast<int64_t>(kWordBytes) : 0;
  }

  // A view that covers all of its ArrayBuffer is taken for its owner; one that covers a part shares it, as a pooled Buffer does.
  void View() {
    const Address buffer = AddressOf(Slot(layout_.view_buffer));
    measure_.view = Load<uint64_t>(object_ + static_cast<uintptr_t>(layout_.view_byte_length));
    const bool has_memory = Load<uintptr_t>(buffer + static_cast<uintptr_t>(layout_.buffer_backing_store)) != 0;
    const uint64_t memory = has_memory && measure_.elements_store != Store::kOnHeapBytes ? BufferBytes(layout_, buffer) : 0;
    const bool covers = measure_.view == BufferBytes(layout_, buffer);
    measure_.buffer = covers ? ShallowSize(layout_, PointerTo(buffer)) : 0;
    (covers ? measure_.external : measure_.shared_memory) = memory;
  }

  const Layout& layout_;
  const ReadOnlyPages& read_only_;
  const Address object_;
  const Address map_;
  Measure measure_;
};

}  // namespace

Measure MeasureValue(const ProvedLayout& proved, Tagged value) { return IsPointer(value) ? Measuring(proved, AddressOf(value)).Finish() : Measure(); }

}  // namespace allocscope::heap
