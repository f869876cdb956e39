#ifndef ALLOCSCOPE_HEAP_MEASURE_H_
#define ALLOCSCOPE_HEAP_MEASURE_H_

#include <cstdint>

#include "heap/proof.h"

namespace allocscope::heap {

// The form in which V8 keeps a value.
enum class Representation : uint8_t {
  kPlain,
  kSmallInteger,
  kHeapNumber,
  kReadOnly,
  kOneByte,
  kTwoByte,
  kCons,
  kFlattenedCons,
  kSliced,
  kThin,
  kExternalOneByte,
  kExternalTwoByte,
  kInObject,
  kOutsideObject,
  kDictionary,
  kPackedSmallIntegers,
  kHoleySmallIntegers,
  kPacked,
  kHoley,
  kPackedDoubles,
  kHoleyDoubles,
  kFixedElements,
  kCopyOnWrite,
  kSparse,
  kOnHeap,
  kOffHeap,
  kPartOfBuffer,
  kSloppy,
};

constexpr size_t kRepresentations = static_cast<size_t>(Representation::kSloppy) + 1;

const char* NameOf(Representation representation);

// One value and the stores that belong to it. All figures are bytes; 0 for a store that it doesn't have.
struct Measure {
  Kind kind = Kind::kNumber;
  Representation representation = Representation::kSmallInteger;
  int64_t self = 0;
  // Owned by this object alone.
  int64_t properties = 0;
  int64_t elements = 0;
  int64_t table = 0;
  int64_t arguments = 0;
  int64_t registers = 0;
  int64_t buffer = 0;
  uint64_t external = 0;
  // Shared with others.
  int64_t shared_elements = 0;
  int64_t shared_characters = 0;
  uint64_t shared_memory = 0;
  // The part of the owned elements after the array's length.
  int64_t unused_elements = 0;
};

// `view_bytes` is what V8 says is the length of a typed array or DataView: it follows from its memory's length at this moment.
Measure MeasureValue(const ProvedLayout& proved, Tagged value, uint64_t view_bytes);

}  // namespace allocscope::heap

#endif  // ALLOCSCOPE_HEAP_MEASURE_H_
