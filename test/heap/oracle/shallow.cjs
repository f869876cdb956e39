// Holds the size of an object and of its stores against V8's heap snapshot of the same object.

/** Stores of an object: our name for it, and the snapshot's internal edge that leads to it. */
const ownedEdges = [
  ['properties', 'properties'],
  ['elements', 'elements'],
  ['table', 'table'],
  ['boundArguments', 'bindings'],
  ['registers', 'parameters_and_registers'],
]

/** How the snapshot of this Node differs from what lies in memory, each with its reason. */
const snapshotReasons = {
  readOnly: 'V8 13 and later report objects of the read-only heap as 0 bytes',
  emptyStore: 'V8 before 13 shows the empty store of the read-only heap that all objects without properties share',
  externalString: 'V8 13 and later add the characters outside the heap to the self size of an external string',
}

const v8Major = Number(process.versions.v8.split('.')[0])

/** The reason why the snapshot's self size is another one, if it is one of those that are known. */
function explainSelf(size, snapshotBytes) {
  if (v8Major < 13) return undefined
  if (size.representation === 'read-only' && snapshotBytes === 0) return snapshotReasons.readOnly
  if (size.representation.startsWith('external') && snapshotBytes === size.selfBytes + size.externalBytes)
    return snapshotReasons.externalString
  return undefined
}

const emptyStoreBytes = 16

function explainStore(ours, found, snapshotBytes) {
  return v8Major < 13 && ours === 'properties' && found === 0 && snapshotBytes === emptyStoreBytes ? snapshotReasons.emptyStore : undefined
}

function storeBytes(snapshot, node, edgeName) {
  const store = snapshot.follow(node, 'internal', edgeName)
  if (store === undefined) return 0
  // Aliased arguments: the store holds the scope, then the arguments proper.
  const further = snapshot.name(store) === 'system / SloppyArgumentsElements' ? snapshot.follow(store, 'hidden', 1) : undefined
  return snapshot.selfSize(store) + (further === undefined ? 0 : snapshot.selfSize(further))
}

/** What is wrong with one value: a list of sentences, and of reasons for differences that are explained. */
function compareWithSnapshot({ shallowSizeOf, sizeOf }, snapshot, label, value, node) {
  const wrong = []
  const explained = []
  const size = sizeOf(value)
  if (size.selfBytes !== shallowSizeOf(value)) wrong.push(`${label}: sizeOf says ${size.selfBytes}, shallowSizeOf ${shallowSizeOf(value)}`)
  if (node === undefined) {
    if (size.selfBytes !== 0 && size.representation !== 'read-only') wrong.push(`${label}: not in the snapshot, ${size.selfBytes} here`)
    return { wrong, explained, stores: 0 }
  }
  const snapshotBytes = snapshot.selfSize(node)
  if (snapshotBytes !== size.selfBytes) {
    const reason = explainSelf(size, snapshotBytes)
    if (reason === undefined)
      wrong.push(`${label} (${size.kind}, ${size.representation}): self ${size.selfBytes}, snapshot ${snapshotBytes}`)
    else explained.push(`${label}: ${reason}`)
  }
  let stores = 0
  for (const [ours, edgeName] of ownedEdges) {
    const expected = storeBytes(snapshot, node, edgeName)
    const found = size.ownedBytes[ours] + (ours === 'elements' ? size.sharedBytes.elements : 0)
    if (expected !== 0) stores += 1
    const reason = expected === found ? undefined : explainStore(ours, found, expected)
    if (reason !== undefined) explained.push(`${label}: ${reason}`)
    else if (expected !== found) wrong.push(`${label} (${size.kind}, ${size.representation}): ${ours} ${found}, snapshot ${expected}`)
  }
  return { wrong, explained, stores }
}

module.exports = { compareWithSnapshot }
