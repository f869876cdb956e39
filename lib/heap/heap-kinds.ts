/** The kinds of values that {@link sizeOf} tells apart. */
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
  /** An object of one of V8's own classes, sized without what it holds: iterators, Intl, Temporal, WebAssembly, wrapped native objects. */
  | 'other object'

/** The kinds of parts of values. Only a walk meets them. */
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

/** Every kind of object on V8's heap in the figures of a walk. */
export type HeapKind = Exclude<ValueKind, 'undefined' | 'null' | 'boolean' | 'SharedArrayBuffer'> | PartKind

/** The form in which V8 keeps a value. docs/object-sizes.md says what each form costs and what turns one into another. */
export type Representation =
  /** For kinds with a single form. */
  | 'plain'
  /** A 32-bit integer, kept in the slot itself instead of an object. */
  | 'small integer'
  | 'heap number'
  /** One of V8's own constants, shared by the whole program. */
  | 'read-only'
  | 'one-byte'
  | 'two-byte'
  /** A concatenation that V8 hasn't carried out: references to its two parts. */
  | 'cons'
  /** A concatenation that V8 has carried out: a reference to the result. */
  | 'flattened cons'
  /** A part of a longer string. It keeps the longer string alive. */
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
  /** A literal's elements. Shared with the code that made it, until the program writes to them. */
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
