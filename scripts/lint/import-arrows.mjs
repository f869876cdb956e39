import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

const lib = path.join(import.meta.dirname, '..', '..', 'lib')

/**
 * The rooms of lib, from the bottom up. A room may import the rooms of the lines above it, and of its own line only what `siblings` says.
 */
const floors = [
  ['errors', 'figures', 'loading'],
  ['binding'],
  ['program', 'process', 'allocator', 'heap'],
  ['sampling'],
  ['reading'],
  ['watch'],
  ['run', 'release', 'profile', 'demo', 'capabilities'],
  ['report'],
  ['register', 'jest'],
  ['cli'],
]

/** Arrows within one floor. */
const siblings = {
  // A process whose allocator isn't known is described by what the kernel says of it.
  allocator: ['process'],
  // The workload ends with the check of what came back.
  demo: ['release'],
}

/** Rooms below that a room must do without, although its floor would allow them. */
const outOfReach = {
  cli: ['jest'],
  report: ['binding'],
  jest: ['binding'],
}

export const rooms = floors.flat()

/** The rooms of lib, and the files that stand in none: the public list in its three forms. */
export const libRooms = { listed: rooms, loose: ['index.ts', 'index.mts', 'import.mts'] }

/** Files through which a room gives a little of itself without being loaded: constants for a command's help, one cheap reading. */
const doors = {
  heap: ['./heap-stats.ts'],
  release: ['./verdicts.ts'],
  report: ['./profile-sorts.ts'],
}

/** Where a room may be entered: by its index, by those of the rooms within it, and by its doors. */
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
  ...rooms.map((room) => ({ target: './lib/index.ts', from: `./lib/${room}`, except: entrancesOf(room) })),
  ...rooms.map((room) => ({
    target: `./lib/${room}`,
    from: './lib/index.ts',
    message: 'lib/index.ts is for users of the package; rooms import rooms.',
  })),
]

/** What `report` may import at run time; of every other room it may know the types alone. */
export const reportValues = ['errors', 'figures', 'loading']
