// What must hold between the sizes of one value, whatever it is.
const { types } = require('node:util')

const lengthOfTypedArray = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'byteLength').get
const lengthOfDataView = Object.getOwnPropertyDescriptor(DataView.prototype, 'byteLength').get
const lengthOfBuffer = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength').get
const lengthOfSharedBuffer = Object.getOwnPropertyDescriptor(SharedArrayBuffer.prototype, 'byteLength').get

/** What V8 answers to `byteLength`; undefined for what has none. A DataView without its memory has no length: it throws. */
function byteLengthOf(value) {
  const ofView = types.isTypedArray(value) ? lengthOfTypedArray : types.isDataView(value) ? lengthOfDataView : undefined
  const get = ofView ?? (types.isArrayBuffer(value) ? lengthOfBuffer : types.isSharedArrayBuffer(value) ? lengthOfSharedBuffer : undefined)
  if (get === undefined) return undefined
  try {
    return get.call(value)
  } catch {
    return 0
  }
}

function sum(figures) {
  return Object.values(figures).reduce((total, figure) => total + figure, 0)
}

function isCount(figure) {
  return Number.isSafeInteger(figure) && figure >= 0
}

function judgeOwnSize(judge, value, own) {
  const { selfBytes, heapBytes, externalBytes, totalBytes, ownedBytes, viewBytes, unusedBytes } = own
  const figures = [
    selfBytes,
    heapBytes,
    externalBytes,
    totalBytes,
    unusedBytes,
    ...Object.values(ownedBytes),
    ...Object.values(own.sharedBytes),
  ]
  judge.expect(figures.every(isCount), 'figures of sizeOf are whole bytes', own)
  judge.expect(totalBytes === heapBytes + externalBytes, 'totalBytes of sizeOf is heap and external', own)
  judge.expect(heapBytes === selfBytes + sum(ownedBytes), 'heapBytes of sizeOf is itself and what it owns', own)
  judge.expect(unusedBytes <= ownedBytes.elements, 'unusedBytes are part of the elements', own)
  const expected = byteLengthOf(value)
  if (ArrayBuffer.isView(value)) judge.expect(viewBytes === expected, 'viewBytes is byteLength', { expected, own })
  else if (expected !== undefined) judge.expect(externalBytes === expected, 'externalBytes of a buffer is byteLength', { expected, own })
}

function judgeDeepSize(judge, deep) {
  const kinds = Object.values(deep.byKind)
  const { totalBytes, heapBytes, externalBytes, objects } = deep
  judge.expect([totalBytes, heapBytes, externalBytes, objects].every(isCount), 'figures of deepSizeOf are whole', deep)
  judge.expect(totalBytes === heapBytes + externalBytes, 'totalBytes of deepSizeOf is heap and external', deep)
  judge.expect(sum(kinds.map(({ bytes }) => bytes)) === heapBytes, 'heapBytes of deepSizeOf are those of its kinds', deep)
  judge.expect(sum(kinds.map((kind) => kind.objects)) === objects, 'objects of deepSizeOf are those of its kinds', deep)
  judge.expect(deep.truncated === (deep.truncatedBy !== undefined), 'a truncated walk says what ended it', deep)
}

/** The parts of a node, and of those below it. */
function judgeTree(judge, { root }) {
  const pending = [root]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const { ownBytes, deepBytes, elsewhereBytes, omitted, children, seen } = node
    const parts = elsewhereBytes + omitted.bytes + children.reduce((total, child) => total + child.deepBytes, 0)
    const { name, kind } = node
    const figures = { name, kind, ownBytes, deepBytes, elsewhereBytes, omitted, parts, seen }
    judge.expect([ownBytes, deepBytes, elsewhereBytes, parts].every(isCount), 'figures of sizeTree are whole bytes', figures)
    if (seen) judge.expect(deepBytes === 0, 'what is counted elsewhere counts 0', figures)
    else judge.expect(deepBytes === ownBytes + parts, 'deepBytes of sizeTree is the sum of its parts', figures)
    pending.push(...children)
  }
}

module.exports = { judgeDeepSize, judgeOwnSize, judgeTree }
