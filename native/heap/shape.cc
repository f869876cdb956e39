#include "heap/shape.h"

namespace allocscope::heap {
namespace {

constexpr const char* kKindNames[] = {
    "number",     "bigint",    "string",            "symbol",    "oddball", "object",       "array",
    "function",      "Map",        "Set",       "WeakMap",           "WeakSet",   "WeakRef", "Date",         "RegExp",
    "Error",         "Promise",    "Proxy",     "ArrayBuffer",       "typed array", "DataView", "arguments",  "primitive wrapper",
    "generator",     "global",     "other object", "elements",       "properties", "table",  "closure scope", "internal",
};
static_assert(sizeof kKindNames / sizeof *kKindNames == kKinds, "a name for every kind");

constexpr Kind kKindOfShape[] = {
    Kind::kInternal,
    Kind::kString,
    Kind::kString,
    Kind::kString,
    Kind::kString,
    Kind::kString,
    Kind::kString,
    Kind::kString,
    Kind::kNumber,
    Kind::kBigInt,
    Kind::kSymbol,
    Kind::kOddball,
    Kind::kElements,
    Kind::kElements,
    Kind::kElements,
    Kind::kProperties,
    Kind::kElements,
    Kind::kProperties,
    Kind::kElements,
    Kind::kTable,
    Kind::kTable,
    Kind::kInternal,
    Kind::kContext,
    Kind::kContext,
    Kind::kInternal,
    Kind::kInternal,
    Kind::kGlobal,
    Kind::kProxy,
    Kind::kObject,
    Kind::kArray,
    Kind::kFunction,
    Kind::kFunction,
    Kind::kMap,
    Kind::kSet,
    Kind::kWeakMap,
    Kind::kWeakSet,
    Kind::kWeakRef,
    Kind::kDate,
    Kind::kRegExp,
    Kind::kError,
    Kind::kPromise,
    Kind::kArrayBuffer,
    Kind::kTypedArray,
    Kind::kDataView,
    Kind::kArguments,
    Kind::kPrimitiveWrapper,
    Kind::kGenerator,
    Kind::kOtherObject,
};
static_assert(sizeof kKindOfShape / sizeof *kKindOfShape == kShapes, "a kind for every shape");

}  // namespace

const char* NameOf(Kind kind) { return kKindNames[static_cast<size_t>(kind)]; }

Kind KindOf(Shape shape) { return kKindOfShape[static_cast<size_t>(shape)]; }

}  // namespace allocscope::heap
