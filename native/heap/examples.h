#ifndef ALLOCSCOPE_HEAP_EXAMPLES_H_
#define ALLOCSCOPE_HEAP_EXAMPLES_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace allocscope::heap {

// The values that JavaScript makes for the proof, by the names that lib/heap/layout-examples.ts gives them, in the same order as
// `kExampleNames`. Their contents are stated there.
enum class Example : uint8_t {
  kSmallInteger,
  kHeapNumber,
  kBigInt,
  kNegativeBigInt,
  kUndefined,
  kNull,
  kTrue,
  kFalse,
  kEmptyString,
  kOneCharacter,
  kOneByte,
  kTwoByte,
  kInternalized,
  kConsLeft,
  kConsRight,
  kCons,
  kTwoByteConsRight,
  kTwoByteCons,
  kSlicedParent,
  kSliced,
  kTwoByteSliced,
  kThin,
  kExternal,
  kSymbolDescription,
  kSymbol,
  kEmptyObject,
  kObject,
  kArray,
  kDoubleArray,
  kHoleyArray,
  kLiteralArray,
  kManyProperties,
  kHashedProperties,
  kDictionaryObject,
  kAccessorObject,
  kGetter,
  kSetter,
  kSparseArray,
  kMap,
  kSet,
  kWeakMap,
  kWeakSet,
  kWeakRef,
  kReferent,
  kDate,
  kRegExpSource,
  kRegExp,
  kError,
  kPromise,
  kProxy,
  kProxyHandler,
  kBuffer,
  kTypedArray,
  kDataView,
  kOnHeapBytes,
  kDetachedArray,
  kResizableDataView,
  kResizableBuffer,
  kGrowableBuffer,
  kArguments,
  kWrappedString,
  kStringWrapper,
  kFunction,
  kBound,
  kArrow,
  kAsyncFunction,
  kGeneratorFunction,
  kAsyncArrow,
  kAsyncGeneratorFunction,
  kMethod,
  kClass,
  kDerivedClass,
  kBuiltin,
  kArrayConstructor,
  kPromiseConstructor,
  kRegExpConstructor,
  kInt8Constructor,
  kUint8Constructor,
  kUint8ClampedConstructor,
  kInt16Constructor,
  kUint16Constructor,
  kInt32Constructor,
  kUint32Constructor,
  kFloat32Constructor,
  kFloat64Constructor,
  kBigInt64Constructor,
  kBigUint64Constructor,
  kFloat16Constructor,
  kClosure,
  kAssignedClosure,
  kBlockClosure,
  kCatchClosure,
  kWithClosure,
  kEvalClosure,
  kGeneratorReceiver,
  kGenerator,
  kAsyncGenerator,
  kBuiltinNames,
  kGlobal,
};

constexpr size_t kExamples = static_cast<size_t>(Example::kGlobal) + 1;
extern const char* const kExampleNames[kExamples];

// Contents that lib/heap/layout-examples.ts puts into some of them, so that an offset can be told from its neighbours.
constexpr int64_t kExampleSmallInteger = 0x12345678;
constexpr double kExampleHeapNumber = 1.2345678e100;
constexpr uint64_t kExampleBigIntDigits[] = {0x1111, 0x2222, 0x3333};
constexpr char kExampleOneByteText[] = "sizeprobe-one-byte";
constexpr char16_t kExampleTwoByteText[] = u"size\u4e2dprobe";
constexpr int64_t kExampleFirstElement = 1001;
constexpr int64_t kExampleElements = 3;
constexpr double kExampleFirstDouble = 1.5;
constexpr int64_t kExampleFirstOutOfObject = 7001;
constexpr int64_t kExamplePropertySlots = 63;
constexpr uint64_t kExampleResizableBytes = 64;
constexpr uint64_t kExampleGrowableBytes = 4321;
constexpr int64_t kExampleArguments = 2;
constexpr int64_t kExampleBufferBytes = 12345;
constexpr int64_t kExampleOnHeapBytes = 40;
constexpr uint8_t kExampleOnHeapFill = 77;
constexpr uint32_t kExampleExternalLength = 1'031'914;
constexpr int64_t kExampleDate = 12345;

// Values that convert/ makes through Node-API, two of each kind right after each other. In V8's young generation the distance between the
// two is the size of the first.
enum class Neighbours : uint8_t { kShortString, kString, kLongString, kTwoByteString, kNumber, kBigInt, kObject };
constexpr size_t kNeighbourKinds = static_cast<size_t>(Neighbours::kObject) + 1;
constexpr size_t kNeighbourTries = 6;

struct NeighbourPair {
  uintptr_t first;
  uintptr_t second;
};

// Node-API handles as plain words, as this room doesn't include Node-API. The handles must outlive the proof.
struct ExampleHandles {
  std::array<uintptr_t, kExamples> values{};
  std::array<std::array<NeighbourPair, kNeighbourTries>, kNeighbourKinds> neighbours{};
  // What Node-API says is the address of `buffer`'s memory.
  uintptr_t buffer_memory = 0;

  uintptr_t operator[](Example example) const { return values[static_cast<size_t>(example)]; }
};

}  // namespace allocscope::heap

#endif  // ALLOCSCOPE_HEAP_EXAMPLES_H_
