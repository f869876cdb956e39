// Allocates in every way, samples every block, and prints what the tracker says is live beside what the addon knows it holds.
const { liveOf, loadCounted, loadTracker } = require('./tracker.cjs')

const tracker = loadTracker()
// Loaded before the slots are patched, or while they are: `before` or `after`.
const early = process.argv[2] === 'before' ? loadCounted() : undefined
tracker.start(1)
const counted = early ?? loadCounted()

// Every way has blocks of its own size. Of each third block is kept.
const sizes = new Map(counted.ways().map((way, index) => [way, 7168 + 64 * index]))
const handles = new Map([...sizes].map(([way, bytes]) => [way, counted.hold(way, 100, bytes)]))
const held = new Map([...handles].map(([way, handle]) => [way, counted.release(handle, 3)]))
const refusedBytes = 9999
// mimalloc, compiled as C, ends the process where operator new must throw: `unrefused`.
const refused = process.argv[3] === 'unrefused' ? 0 : counted.failToAllocate(refusedBytes)
const loadedByName = counted.loadByName('hidden_layout.node')
const passedOnBytes = 11_111
counted.passOn(4, 1000, passedOnBytes)
tracker.stop()
const first = tracker.read()

// A second session begins without the first one's samples, and ends with everything freed.
tracker.start(1)
const later = new Map([...sizes].map(([way, bytes]) => [way, counted.hold(way, 10, bytes)]))
for (const handle of later.values()) counted.release(handle, 0)
for (const handle of handles.values()) counted.release(handle, 0)
tracker.stop()
const second = tracker.read()

console.log(
  JSON.stringify({
    ways: [...sizes].map(([way, bytes]) => ({
      way,
      held: held.get(way),
      live: liveOf(first, bytes) * bytes,
      afterwards: liveOf(second, bytes),
    })),
    refused,
    refusedLive: liveOf(first, refusedBytes),
    loadedByName,
    passedOn: liveOf(first, passedOnBytes),
    missedFrees: [first.figures.missedFrees, second.figures.missedFrees],
    unrecorded: first.figures.unrecorded,
  }),
)
