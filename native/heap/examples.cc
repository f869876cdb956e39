#include "heap/examples.h"

namespace allocscope::heap {

const char* const kExampleNames[kExamples] = {
    "smallInteger", "heapNumber", "bigInt", "negativeBigInt", "undefined", "null", "true", "false", "emptyString", "oneCharacter",
    "oneByte", "twoByte", "internalized", "consLeft", "consRight", "cons", "twoByteConsRight", "twoByteCons", "slicedParent",
    "sliced", "twoByteSliced", "thin", "external", "symbolDescription", "symbol", "emptyObject", "object", "array", "doubleArray",
    "holeyArray", "literalArray", "manyProperties", "hashedProperties", "dictionaryObject", "accessorObject", "getter", "setter",
    "sparseArray", "map", "set", "weakMap", "weakSet", "weakRef", "referent", "date", "regExpSource", "regExp", "error",
    "promise", "proxy", "proxyHandler", "buffer", "typedArray", "dataView", "onHeapBytes", "detachedArray", "resizableDataView",
    "resizableBuffer", "arguments", "wrappedString", "stringWrapper", "function", "bound", "arrow", "asyncFunction",
    "generatorFunction", "asyncArrow", "asyncGeneratorFunction", "method", "class", "derivedClass", "builtin", "arrayConstructor",
    "promiseConstructor", "regExpConstructor", "int8Constructor", "uint8Constructor", "uint8ClampedConstructor",
    "int16Constructor", "uint16Constructor", "int32Constructor", "uint32Constructor", "float32Constructor", "float64Constructor",
    "bigInt64Constructor", "bigUint64Constructor", "float16Constructor", "closure", "assignedClosure", "blockClosure",
    "catchClosure", "withClosure", "evalClosure", "generatorReceiver", "generator", "asyncGenerator", "builtinNames", "global",
};

}  // namespace allocscope::heap
