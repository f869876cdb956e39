/** What a value is, as {@link sizeOf} says it. */
export type ValueKind =
  | 'undefined'
  | 'null'
  | 'boolean'
  | 'number'
  | 'bigint'
  | 'string'
  | 'symbol'
  | 'object'
  | 'array'
  | 'function'
  | 'Map'
  | 'Set'
  | 'WeakMap'
  | 'WeakSet'
  | 'WeakRef'
  | 'Date'
  | 'RegExp'
  | 'Error'
  | 'Promise'
  | 'Proxy'
  | 'ArrayBuffer'
  | 'SharedArrayBuffer'
  | 'typed array'
  | 'DataView'
  | 'arguments'
  | 'primitive wrapper'
  | 'generator'
  /** The global object's stand-in: `globalThis`. */
  | 'global'
  /** An object of a class of V8's own that is sized but not looked into: iterators, Intl, Temporal, WebAssembly, wrapped native objects. */
  | 'other object'

/** The kinds that only a walk meets: parts of values. */
export type PartKind =
  /** The slots of arrays, sparse ones and on-heap typed arrays included. */
  | 'elements'
  /** Properties that lie outside their object, dictionaries included. */
  | 'properties'
  /** The tables of Map, Set, WeakMap and WeakSet. */
  | 'table'
  /** The variables that closures keep. */
  | 'closure scope'
  /** What V8 keeps for itself in an object: getter pairs, an Error's stack. */
  | 'internal'
  /** `undefined`, `null`, `true`, `false`. */
  | 'oddball'

/** Every kind of object on V8's heap that a walk tells apart. */
export type HeapKind = Exclude<ValueKind, 'undefined' | 'null' | 'boolean' | 'SharedArrayBuffer'> | PartKind

/** In which of its forms V8 keeps a value; see docs/object-sizes.md for what each costs and what turns one into another. */
export type Representation =
  /** The one form of its kind. */
  | 'plain'
  /** An integer of 32 bits in the slot that refers to it: no object. */
  | 'small integer'
  | 'heap number'
  /** One of V8's own constants, shared by the whole program. */
  | 'read-only'
  | 'one-byte'
  | 'two-byte'
  /** A concatenation not yet made: two references. */
  | 'cons'
  /** A concatenation since made: refers to the result. */
  | 'flattened cons'
  /** A window on a longer string, which it keeps alive. */
  | 'sliced'
  /** Refers to V8's one copy of this text. */
  | 'thin'
  | 'external one-byte'
  | 'external two-byte'
  /** Named properties within the object. */
  | 'in-object'
  /** Named properties within the object and in a store beside it. */
  | 'outside the object'
  /** Named properties in a hash table. */
  | 'dictionary'
  | 'packed small integers'
  | 'holey small integers'
  | 'packed'
  | 'holey'
  | 'packed doubles'
  | 'holey doubles'
  /** Elements of a frozen, sealed or non-extensible array. */
  | 'fixed elements'
  /** A literal's elements, shared with the code that made it until they are written to. */
  | 'copy-on-write'
  /** Elements in a hash table. */
  | 'sparse'
  /** Bytes of a small typed array within V8's heap. */
  | 'on-heap'
  | 'off-heap'
  /** A view of a part of an ArrayBuffer, as a small Buffer of Node's pool is. */
  | 'part of an ArrayBuffer'
  /** `arguments` that alias the parameters of a sloppy function. */
  | 'aliased'
