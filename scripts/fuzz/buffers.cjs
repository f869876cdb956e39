const { recipesOf } = require('./recipes.cjs')

function resizable(bytes, view, become) {
  const buffer = new ArrayBuffer(bytes, { maxByteLength: 4096 })
  const made = view(buffer)
  buffer.resize(become)
  return made
}

function detached(buffer, view = (whole) => whole) {
  const made = view(buffer)
  structuredClone(buffer, { transfer: [buffer] })
  return made
}

exports.buffers = recipesOf({
  'an ArrayBuffer': () => new ArrayBuffer(1000),
  'an empty ArrayBuffer': () => new ArrayBuffer(0),
  'a SharedArrayBuffer': () => new SharedArrayBuffer(1000),
  'a Uint8Array': () => new Uint8Array(50),
  'an empty Float64Array': () => new Float64Array(0),
  'a large BigInt64Array': () => new BigInt64Array(1000),
  'a view of a part': () => new Uint16Array(new ArrayBuffer(100), 10, 20),
  'a DataView': () => new DataView(new ArrayBuffer(100), 3, 50),
  'a pooled Buffer': () => Buffer.from('pooled'),
  'a Buffer': () => Buffer.alloc(9000),
  'a view of shared memory': () => new Int32Array(new SharedArrayBuffer(64)),
  'a typed array with a property': () => Object.assign(new Uint8Array(9), { more: {} }),
})

const growable = () => new SharedArrayBuffer(100, { maxByteLength: 1000 })

function grown(view) {
  const buffer = growable()
  const made = view(buffer)
  buffer.grow(999)
  return made
}

const immutable =
  'transferToImmutable' in ArrayBuffer.prototype ? { 'an immutable ArrayBuffer': () => new ArrayBuffer(77).transferToImmutable() } : {}

/** Buffers that change their length, and views of them. */
exports.changingBuffers = recipesOf({
  ...immutable,
  'a resizable ArrayBuffer': () => resizable(100, (whole) => whole, 3000),
  'a resizable ArrayBuffer made empty': () => resizable(100, (whole) => whole, 0),
  'a growable SharedArrayBuffer': growable,
  'a growable SharedArrayBuffer that grew': () => grown((whole) => whole),
  'a detached ArrayBuffer': () => detached(new ArrayBuffer(100)),
  'a view of a detached buffer': () => detached(new ArrayBuffer(100), (whole) => new Uint8Array(whole, 8)),
  'a DataView of a detached buffer': () => detached(new ArrayBuffer(100), (whole) => new DataView(whole)),
  'a small array whose buffer was detached': () => {
    const array = new Uint8Array(10)
    detached(array.buffer)
    return array
  },
  'a length-tracking view': () => resizable(100, (whole) => new Uint8Array(whole), 4000),
  'a length-tracking view with an offset': () => resizable(104, (whole) => new Float64Array(whole, 8), 77),
  'a length-tracking DataView': () => resizable(100, (whole) => new DataView(whole, 4), 4000),
  'a length-tracking view of growable memory': () => grown((whole) => new Int16Array(whole, 2, undefined)),
  'a view out of bounds': () => resizable(100, (whole) => new Uint8Array(whole, 50, 50), 60),
  'a length-tracking view out of bounds': () => resizable(100, (whole) => new Uint8Array(whole, 50), 10),
  'a DataView out of bounds': () => resizable(100, (whole) => new DataView(whole, 50, 50), 60),
  'a view of a resizable buffer': () => resizable(100, (whole) => new Uint32Array(whole, 8, 4), 2000),
})

exports.largeBuffers = recipesOf({
  'a large Buffer': () => Buffer.alloc(2 ** 24),
  'a resizable ArrayBuffer of 2^30 bytes at most': () => new ArrayBuffer(8, { maxByteLength: 2 ** 30 }),
})
