#ifndef ALLOCSCOPE_HEAP_SHAPE_H_
#define ALLOCSCOPE_HEAP_SHAPE_H_

#include <cstddef>
#include <cstdint>

namespace allocscope::heap {

// How to read an object's bytes. Every V8 type that an example has proved has a shape. The others are kUnproved.
enum class Shape : uint8_t {
  kUnproved,
  // Primitives.
  kSeqOneByteString,
  kSeqTwoByteString,
  kConsString,
  kSlicedString,
  kThinString,
  kExternalOneByteString,
  kExternalTwoByteString,
  kHeapNumber,
  kBigInt,
  kSymbol,
  kOddball,
  // Parts of objects, never a JavaScript value themselves.
  kFixedArray,
  kDoubleArray,
  kByteArray,
  kPropertyArray,
  kSloppyElements,
  kNameDictionary,
  kNumberDictionary,
  kHashTable,
  kEphemeronTable,
  kAccessorPair,
  kContext,
  kContextCell,
  kNativeContext,
  kMap,
  // Objects.
  kGlobalProxy,
  kProxy,
  kPlainObject,
  kArray,
  kFunction,
  kBoundFunction,
  kMapObject,
  kSetObject,
  kWeakMap,
  kWeakSet,
  kWeakRef,
  kDate,
  kRegExp,
  kError,
  kPromise,
  kArrayBuffer,
  kTypedArray,
  kDataView,
  kArguments,
  kPrimitiveWrapper,
  kGenerator,
  kOtherObject,
};

constexpr size_t kShapes = static_cast<size_t>(Shape::kOtherObject) + 1;

// The kind of an object in the answers. Several shapes share one.
enum class Kind : uint8_t {
  kNumber,
  kBigInt,
  kString,
  kSymbol,
  kOddball,
  kObject,
  kArray,
  kFunction,
  kMap,
  kSet,
  kWeakMap,
  kWeakSet,
  kWeakRef,
  kDate,
  kRegExp,
  kError,
  kPromise,
  kProxy,
  kArrayBuffer,
  kTypedArray,
  kDataView,
  kArguments,
  kPrimitiveWrapper,
  kGenerator,
  kGlobal,
  kOtherObject,
  kElements,
  kProperties,
  kTable,
  kContext,
  kInternal,
};

constexpr size_t kKinds = static_cast<size_t>(Kind::kInternal) + 1;

const char* NameOf(Kind kind);

constexpr Kind kKindOfShape[] = {
    Kind::kInternal,   Kind::kString,
    Kind::kString,     Kind::kString,
    Kind::kString,     Kind::kString,
    Kind::kString,     Kind::kString,
    Kind::kNumber,     Kind::kBigInt,
    Kind::kSymbol,     Kind::kOddball,
    Kind::kElements,   Kind::kElements,
    Kind::kElements,   Kind::kProperties,
    Kind::kElements,   Kind::kProperties,
    Kind::kElements,   Kind::kTable,
    Kind::kTable,      Kind::kInternal,
    Kind::kContext,    Kind::kContext,
    Kind::kInternal,   Kind::kInternal,
    Kind::kGlobal,     Kind::kProxy,
    Kind::kObject,     Kind::kArray,
    Kind::kFunction,   Kind::kFunction,
    Kind::kMap,        Kind::kSet,
    Kind::kWeakMap,    Kind::kWeakSet,
    Kind::kWeakRef,    Kind::kDate,
    Kind::kRegExp,     Kind::kError,
    Kind::kPromise,    Kind::kArrayBuffer,
    Kind::kTypedArray, Kind::kDataView,
    Kind::kArguments,  Kind::kPrimitiveWrapper,
    Kind::kGenerator,  Kind::kOtherObject,
};
static_assert(sizeof kKindOfShape / sizeof *kKindOfShape == kShapes, "a kind for every shape");

constexpr Kind KindOf(Shape shape) { return kKindOfShape[static_cast<size_t>(shape)]; }

inline bool IsString(Shape shape) { return shape >= Shape::kSeqOneByteString && shape <= Shape::kExternalTwoByteString; }
// Objects with a properties and an elements slot.
inline bool IsObject(Shape shape) { return shape >= Shape::kPlainObject; }
// Whether JavaScript can see such an object in a property, an element or a variable.
constexpr bool IsValue(Shape shape) {
  return (shape >= Shape::kSeqOneByteString && shape <= Shape::kOddball) || shape >= Shape::kGlobalProxy;
}

}  // namespace allocscope::heap

#endif  // ALLOCSCOPE_HEAP_SHAPE_H_
