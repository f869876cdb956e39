import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

/** What each room of native may include besides itself and `platform`. */
const reachable = {
  platform: [],
  process: [],
  allocator: [],
  // What serves malloc is no embedded allocator, and a copy of jemalloc has the controls of the live one.
  embedded: ['allocator'],
  heap: [],
  // Its thread reads these.
  sampler: ['process', 'allocator'],
  // It counts RSS too, not only the heap.
  profile: ['process'],
  // It asks the allocator where its memory is.
  ledger: ['allocator'],
  // The forked child reads its memory through the other rooms' headers.
  whatif: ['process', 'allocator', 'embedded', 'heap'],
  // What a process that was attached to answers with.
  agent: ['process', 'allocator'],
  // It asks another process, and reads nothing of this one.
  attach: [],
  // A library of its own: it shares no state with the others.
  tracker: [],
}

/** The rooms of native, and what stands in none: the addon's entry, what each environment keeps, and what every room may answer with. */
export const nativeRooms = {
  listed: [...Object.keys(reachable), 'convert', 'test'],
  loose: ['addon.cc', 'environment.cc', 'environment.h', 'result.h'],
}

const valueHeader = /^(napi|node|node_api|js_native_api|v8|uv)\b.*\.h$/

/** The entry of the second library, whose rooms do without Node-API as those of the first. */
const trackerEntry = 'tracker/addon.cc'

function mayMakeValues(file) {
  return file === 'addon.cc' || file === trackerEntry || file.startsWith('environment.') || file.startsWith('convert/')
}

function wrongInclude(file, included) {
  if (valueHeader.test(included))
    return mayMakeValues(file) ? undefined : 'only convert/, addon.cc, environment.* and tracker/addon.cc know Node-API'
  const [room] = file.split('/')
  if (!(room in reachable)) return undefined
  if (file === trackerEntry && included === 'convert/values.h') return undefined
  if (included === 'environment.h' || included.startsWith('convert/')) return `${room} is below it`
  const [target] = included.split('/')
  const allowed = [room, 'platform', ...reachable[room]]
  if (target in reachable && !allowed.includes(target)) return `${room} doesn't include ${target}`
  return wrongBackendInclude(file, included)
}

/** A back end (`allocator/<name>/`) may include only the interface and itself, so that adding or removing another doesn't change it. */
function wrongBackendInclude(file, included) {
  const [room, backend, ...inBackend] = file.split('/')
  if (room !== 'allocator' || inBackend.length === 0 || !included.startsWith('allocator/')) return undefined
  const allowed = included === 'allocator/backend.h' || included.startsWith(`allocator/${backend}/`)
  return allowed ? undefined : `the ${backend} back end knows allocator/backend.h and its own folder alone`
}

/** The includes in `text` that aren't allowed. `file` is the path of the text within native. */
export function findWrongIncludes(file, text) {
  return text.split('\n').flatMap((line, index) => {
    const included = /^\s*#\s*include\s*["<]([^">]+)[">]/.exec(line)?.[1]
    const reason = included === undefined ? undefined : wrongInclude(file, included)
    return reason === undefined ? [] : [`native/${file}:${index + 1}: "${included}": ${reason}`]
  })
}

/** Every wrong include under `folder`, the package's native folder, without its tests, which are in no room. */
export function findWrongIncludesUnder(folder) {
  return readdirSync(folder, { recursive: true })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => /\.(cc|h)$/.test(file) && !file.startsWith('test/'))
    .flatMap((file) => findWrongIncludes(file, readFileSync(path.join(folder, file), 'utf8')))
}
