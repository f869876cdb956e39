import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

const lib = path.join(import.meta.dirname, '..', '..', 'lib')

/**
 * The rooms of lib, from the bottom up. A room may import the rooms in the lines above its own. Within a line only the imports in `siblings` are allowed.
 */
const floors = [
  ['errors', 'figures', 'loading'],
  ['binding'],
  ['program', 'process', 'allocator', 'heap'],
  ['sampling'],
  ['reading'],
  ['ledger'],
  ['watch', 'attach', 'pressure'],
  ['run', 'record', 'release', 'profile', 'holders', 'demo', 'capabilities', 'track'],
  ['compare', 'lab'],
  ['report'],
  ['metrics'],
  ['register', 'flight', 'jest', 'prometheus', 'opentelemetry', 'agent', 'guard'],
  ['cli'],
]

/** Allowed imports within one floor. */
const siblings = {
  // For an unknown allocator the kernel's figures of the process are given.
  allocator: ['process'],
  // Node gives V8's external bytes together with the process's RSS.
  heap: ['process'],
  // Lines of compiled files are those of their sources.
  holders: ['profile'],
  // The same, of what allocated natively.
  track: ['profile'],
  // A check whose memory is still live asks who keeps it, and which line asked for what is native.
  release: ['holders', 'track'],
  // The workload ends with a check of what came back.
  demo: ['release'],
  // What it leaves has a flight recording in it.
  guard: ['flight'],
  // Experiments measure with the package's own calls.
  lab: ['release', 'profile'],
}

/** Rooms that a room mustn't import, although its floor would allow it. */
const outOfReach = {
  cli: ['jest'],
  report: ['binding'],
  jest: ['binding'],
}

export const rooms = floors.flat()

/** The rooms of lib, and the files that stand in none: the public list in its three forms, its sizes and its types. */
export const libRooms = { listed: rooms, loose: ['index.ts', 'index.mts', 'import.mts', 'public-sizes.ts', 'public-types.ts'] }

/** Files that may be imported without loading the whole room: constants for a command's help, one cheap reading. */
const doors = {
  errors: ['./allocscope-error.ts'],
  loading: ['./main-thread.ts', './runtime.ts'],
  allocator: ['./arena-bytes.ts'],
  // What a program carries that may be asked one day is small.
  attach: ['./agent-messages.ts', './agent-place.ts', './invite-by-inspector.ts'],
  binding: ['./load-tracker.ts'],
  ledger: ['./explain-rss.ts'],
  holders: ['./sample-function.ts'],
  heap: ['./collect-garbage.ts', './full-collection.ts', './heap-stats.ts'],
  process: [
    './child-processes.ts',
    './container/container-figures.ts',
    './container/container-limit.ts',
    './container/pressure-files.ts',
    './kernel-memory.ts',
    './look-at-process.ts',
    './memory-of-process.ts',
    './memory-usage.ts',
    './monotonic-clock.ts',
    './node-processes.ts',
    './outside-memory.ts',
    './start-time.ts',
    './tcp-listeners.ts',
  ],
  profile: ['./collect/record-files.ts', './load/name-patterns.ts', './load/near-names.ts', './load/original-source.ts'],
  program: [
    './package-version.ts',
    './preload.ts',
    './private-file.ts',
    './quietly.ts',
    './require-observable.ts',
    './temporary-folder.ts',
  ],
  // Of other processes: a program with its own metrics needs none of it.
  metrics: ['./attached-metrics.ts', './exposition.ts'],
  // Neither needs what follows another program.
  watch: ['./watch-arenas.ts', './watch-until.ts'],
  reading: ['./memory-reading.ts'],
  // What writes a recording needn't load what reads it.
  record: [
    './format/block.ts',
    './format/collection-figures.ts',
    './format/file-events.ts',
    './format/file-header.ts',
    './marks.ts',
    './record-until.ts',
    './recording.ts',
  ],
  release: ['./check-running.ts', './release-memory.ts', './remedies.ts', './verdicts.ts'],
  sampling: ['./file-source.ts', './foreign-ring.ts', './outside-source.ts', './row-figures.ts'],
  track: ['./inlining.ts', './leak-search.ts', './start-tracking.ts', './track-until.ts'],
  report: ['./profile-columns.ts', './profile-sorts.ts', './stats-report.ts', './terminal-style.ts'],
}

/** The files of a room that may be imported: its index, the indexes of rooms within it, and its doors. */
function entrancesOf(room) {
  const folder = path.join(lib, room)
  const inner = existsSync(folder) ? readdirSync(folder).filter((name) => existsSync(path.join(folder, name, 'index.ts'))) : []
  return ['./index.ts', ...inner.map((name) => `./${name}/index.ts`), ...(doors[room] ?? [])]
}

/** The rooms that `room` may import. */
export function reachableFrom(room) {
  const floor = floors.findIndex((names) => names.includes(room))
  const below = floors.slice(0, floor).flat()
  return [...below, ...(siblings[room] ?? [])].filter((name) => !(outOfReach[room] ?? []).includes(name))
}

function zonesOf(room) {
  const reachable = reachableFrom(room)
  return rooms
    .filter((other) => other !== room)
    .map((other) => {
      const zone = { target: `./lib/${room}`, from: `./lib/${other}` }
      return reachable.includes(other)
        ? { ...zone, except: entrancesOf(other), message: `Import ${other} through lib/${other}/index.js.` }
        : { ...zone, message: `The arrows of lib don't run from ${room} to ${other}: see ARCHITECTURE.md.` }
    })
}

/** Zones for `import-x/no-restricted-paths`. */
export const importZones = [
  ...rooms.flatMap(zonesOf),
  ...rooms.flatMap((room) =>
    ['./lib/index.ts', './lib/public-sizes.ts', './lib/public-types.ts'].map((target) => ({
      target,
      from: `./lib/${room}`,
      except: entrancesOf(room),
    })),
  ),
  ...rooms.map((room) => ({
    target: `./lib/${room}`,
    from: './lib/index.ts',
    message: 'lib/index.ts is for users of the package; rooms import rooms.',
  })),
]

/** What `report` may import at run time. From all other rooms it may import only types. */
export const reportValues = ['errors', 'figures', 'loading']
