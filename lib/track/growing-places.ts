import type { NativeTracker } from '../binding/index.js'
import { findLimitations } from './make-report.js'
import { shareNames, StackNamer } from './name-stacks.js'
import { frameLine, lineFrame, moduleName, nativeFrame } from './places.js'
import { readSamples, readStacks } from './raw-stacks.js'
import type { RawStack } from './raw-stacks.js'
import { withRunningTexts } from './ask-v8.js'
import type { TrackRecord } from './track-record.js'
import type { LeakingPlace, TrackedFrame } from './tracking-report.js'

interface Live {
  bytes: number
  blocks: number
}

/** What one place holds at the end of each session. */
interface Course {
  readonly frames: readonly TrackedFrame[]
  readonly live: readonly Live[]
}

/** What leaked is more than this share of the largest leak: less is V8's own coming and going. */
const leastShare = 0.01

/** The course of a place as growth a call; undefined unless it grew each time, and by more than its own spread. */
function growthOf({ live }: Course, calls: number): Omit<LeakingPlace, 'script' | 'nativeFunction' | 'module'> | undefined {
  const rates = live.slice(1).map(({ bytes }, index) => (bytes - (live[index] as Live).bytes) / calls)
  if (rates.some((rate) => rate <= 0)) return undefined
  const bytesPerCall = rates.reduce((sum, rate) => sum + rate, 0) / rates.length
  const squares = rates.reduce((sum, rate) => sum + (rate - bytesPerCall) ** 2, 0)
  const bytesPerCallError = Math.sqrt(squares / (rates.length * (rates.length - 1)))
  if (bytesPerCall < 2 * bytesPerCallError) return undefined
  const blocks = ((live.at(-1) as Live).blocks - (live[0] as Live).blocks) / (rates.length * calls)
  return { bytesPerCall, bytesPerCallError, blocksPerCall: blocks }
}

/** Puts together what records hold, by JavaScript's line and native function. */
class Courses {
  readonly #byPlace = new Map<string, Course>()

  constructor(private readonly records: readonly TrackRecord[]) {}

  all(): readonly Course[] {
    return [...this.#byPlace.values()]
  }

  /** Adds the record at `place` in the list. */
  add(place: number, namer: StackNamer, stacks: ReadonlyMap<number, RawStack>): void {
    for (const { stack, sequence, bytes } of readSamples((this.records[place] as TrackRecord).samples)) {
      const raw = stacks.get(stack)
      const live = this.#liveOf(raw === undefined ? [] : namer.frames(raw, sequence), place)
      live.bytes += bytes
      live.blocks += 1
    }
  }

  #liveOf(frames: readonly TrackedFrame[], place: number): Live {
    const native = nativeFrame(frames)
    const key = `${frameLine(lineFrame(frames))}\0${frameLine(native)}\0${native?.file ?? ''}`
    const course = this.#byPlace.get(key) ?? { frames, live: this.records.map(() => ({ bytes: 0, blocks: 0 })) }
    this.#byPlace.set(key, course)
    return course.live[place] as Live
  }
}

/** What each place holds in each record. */
function coursesOf(records: readonly TrackRecord[], tracker: NativeTracker): readonly Course[] {
  const courses = new Courses(records)
  withRunningTexts((readText) => {
    records.forEach((record, place) => {
      const stacks = readStacks(record.stacks)
      courses.add(place, new StackNamer(record, stacks.values(), tracker, shareNames(readText)), stacks)
    })
  })
  return courses.all()
}

function placeOf(course: Course, calls: number, execPath: string, ownFolder: string): LeakingPlace | undefined {
  const growth = growthOf(course, calls)
  const native = nativeFrame(course.frames)
  const line = lineFrame(course.frames)
  if (growth === undefined || native === undefined) return undefined
  const isOwn = line?.file.startsWith(ownFolder) === true
  // Node works for whoever tracks, too. An addon that this package calls directly is the function under check.
  if (isOwn && native.file === execPath) return undefined
  const script = isOwn || line?.kind !== 'javascript' ? undefined : line
  return {
    script: script && { functionName: script.functionName, file: script.file, line: script.line, isExactLine: script.isExactLine },
    nativeFunction: native.functionName,
    module: moduleName(native),
    ...growth,
  }
}

/**
 * The places whose live bytes grow from each record to the next, the most first. Each is of a session of its own with `calls` more than the one before. `ownFolder`
 * has the scripts whose own allocations don't count.
 */
export function findGrowing(
  records: readonly TrackRecord[],
  calls: number,
  tracker: NativeTracker,
  ownFolder: string,
): { readonly places: readonly LeakingPlace[]; readonly limitations: readonly string[] } {
  const places = coursesOf(records, tracker)
    .flatMap((course) => placeOf(course, calls, process.execPath, ownFolder) ?? [])
    .sort((one, other) => other.bytesPerCall - one.bytesPerCall)
  const least = (places[0]?.bytesPerCall ?? 0) * leastShare
  const limitations = [...new Set(records.flatMap(findLimitations))]
  return { places: places.filter(({ bytesPerCall }) => bytesPerCall >= least), limitations }
}
