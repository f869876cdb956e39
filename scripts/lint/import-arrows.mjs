/**
 * The rooms of lib, from the bottom up. A room may import the rooms of the lines above it, and of its own line only what `siblings` says.
 */
const floors = [
  ['errors', 'figures'],
  ['binding'],
  ['process', 'allocator', 'heap'],
  ['capabilities', 'watch', 'release', 'ledger', 'profile', 'record', 'demo'],
  ['report'],
  ['register', 'jest', 'prometheus', 'opentelemetry'],
  ['cli'],
]

/** Arrows within one floor. */
const siblings = {
  // A process whose allocator isn't known is described by what the kernel says of it.
  allocator: ['process'],
  // The peak of what is checked is watched by the thread that a blocked event loop can't stop.
  release: ['watch'],
  // The workload ends with the check of what came back.
  demo: ['release'],
  // `allocscope watch` runs a program, as `run` does, with the watch's sampling thread in it.
  record: ['watch'],
  // A program is run and waited for in one way, whatever is measured of it; RSS over time comes from the watch's sampling thread.
  profile: ['record', 'watch'],
}

/** Rooms below that a room must do without, although its floor would allow them. */
const outOfReach = {
  cli: ['jest', 'prometheus', 'opentelemetry'],
  report: ['binding'],
  jest: ['binding'],
  prometheus: ['binding'],
  opentelemetry: ['binding'],
}

export const rooms = floors.flat()

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
        ? { ...zone, except: ['./index.ts'], message: `Import ${other} through lib/${other}/index.js.` }
        : { ...zone, message: `The arrows of lib don't run from ${room} to ${other}: see ARCHITECTURE.md.` }
    })
}

/** Zones for `import-x/no-restricted-paths`. */
export const importZones = [
  ...rooms.flatMap(zonesOf),
  ...rooms.map((room) => ({ target: './lib/index.ts', from: `./lib/${room}`, except: ['./index.ts'] })),
  ...rooms.map((room) => ({
    target: `./lib/${room}`,
    from: './lib/index.ts',
    message: 'lib/index.ts is for users of the package; rooms import rooms.',
  })),
]

/** What `report` may import at run time; of every other room it may know the types alone. */
export const reportValues = ['errors', 'figures']
