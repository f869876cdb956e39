#include "heap/shape.h"

namespace allocscope::heap {
namespace {

constexpr const char* kKindNames[] = {
    "number",
    "bigint",
    "string",
    "symbol",
    "oddball",
    "object",
    "array",
    "function",
    "Map",
    "Set",
    "WeakMap",
    "WeakSet",
    "WeakRef",
    "Date",
    "RegExp",
    "Error",
    "Promise",
    "Proxy",
    "ArrayBuffer",
    "typed array",
    "DataView",
    "arguments",
    "primitive wrapper",
    "generator",
    "global",
    "other object",
    "elements",
    "properties",
    "table",
    "closure scope",
    "internal",
};
static_assert(sizeof kKindNames / sizeof *kKindNames == kKinds, "a name for every kind");

}  // namespace

const char* NameOf(Kind kind) { return kKindNames[static_cast<size_t>(kind)]; }

}  // namespace allocscope::heap
