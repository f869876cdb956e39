/* global WebAssembly */
// Prints, as JSON, what sizes say of buffers that change their length, beside what V8 itself answers to `byteLength`.
const { sizeOf, deepSizeOf } = require('../../../dist/index.js')

function resizable(bytes, most) {
  return new ArrayBuffer(bytes, { maxByteLength: most })
}

function growable(bytes, most, grown = bytes) {
  const buffer = new SharedArrayBuffer(bytes, { maxByteLength: most })
  buffer.grow(grown)
  return buffer
}

function resized(make, bytes, become) {
  const buffer = resizable(bytes, 1 << 20)
  const view = make(buffer)
  if (become === undefined) structuredClone(buffer, { transfer: [buffer] })
  else buffer.resize(become)
  return view
}

function shrunk(make) {
  return resized(make, 104, 5)
}

const immutable = 'transferToImmutable' in ArrayBuffer.prototype ? { immutable: new ArrayBuffer(777).transferToImmutable() } : {}

const buffers = {
  fixed: new ArrayBuffer(1000),
  empty: new ArrayBuffer(0),
  resizable: resizable(100, 1000),
  'resizable, empty': resizable(0, 1000),
  'resizable, longer': resized((buffer) => buffer, 100, 70_000),
  'resizable, shorter': resized((buffer) => buffer, 70_000, 100),
  detached: resized((buffer) => buffer, 100, undefined),
  shared: new SharedArrayBuffer(1000),
  'shared, empty': new SharedArrayBuffer(0),
  growable: growable(100, 1000),
  'growable, empty': growable(0, 1000),
  'growable, longer': growable(100, 1 << 20, 70_001),
  'WebAssembly memory': new WebAssembly.Memory({ initial: 1 }).buffer,
  'WebAssembly memory, empty': new WebAssembly.Memory({ initial: 0, maximum: 4 }).buffer,
  'WebAssembly memory, shared': new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true }).buffer,
  ...immutable,
}

const growing = growable(104, 1000)
const tracking = [
  (buffer) => new Uint8Array(buffer),
  (buffer) => new Float64Array(buffer, 8),
  (buffer) => new Uint8Array(buffer, 3),
  (buffer) => new DataView(buffer, 3),
]
const fixed = [
  (buffer) => new Uint8Array(buffer, 3, 50),
  (buffer) => new DataView(buffer, 3, 50),
  (buffer) => new Float64Array(buffer, 8, 2),
]

const views = [
  ...[...tracking, ...fixed].flatMap((make) => [
    resized(make, 104, 100),
    resized(make, 104, 4000),
    resized(make, 104, 61),
    shrunk(make),
    resized(make, 104, undefined),
    make(growing),
    make(new ArrayBuffer(104)),
  ]),
  ...Object.values(immutable).map((buffer) => new Uint8Array(buffer, 7)),
]
growing.grow(999)

/** A DataView whose memory is gone or too short has no length: it throws. */
function byteLength(view) {
  try {
    return view.byteLength
  } catch {
    return 0
  }
}

const ofBuffers = Object.entries(buffers).map(([name, buffer]) => ({
  name,
  expected: [buffer.byteLength, buffer.byteLength],
  found: [sizeOf(buffer).externalBytes, deepSizeOf({ buffer, again: buffer }).externalBytes],
}))
const ofViews = views.map((view) => {
  const { viewBytes, externalBytes, sharedBytes } = sizeOf(view)
  const covers = byteLength(view) === view.buffer.byteLength
  const memory = view.buffer.byteLength
  return {
    name: `${view.constructor.name} of a ${view.buffer.constructor.name}`,
    expected: [byteLength(view), covers ? memory : 0, covers ? 0 : memory, memory],
    found: [viewBytes, externalBytes, sharedBytes.memory, deepSizeOf(view).externalBytes],
  }
})
console.log(JSON.stringify([...ofBuffers, ...ofViews]))
