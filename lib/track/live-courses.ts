import type { NativeTracker } from '../binding/index.js'
import { FiguresSum } from './make-report.js'
import type { KeptMoment } from './moment-log.js'
import { StackNamer } from './name-stacks.js'
import type { SharedNames } from './name-stacks.js'
import { frameLine, lineName, nativeFrame, wayName } from './places.js'
import { readMappings, readSamples, readStacks, sampleChance } from './raw-stacks.js'
import type { RawStack } from './raw-stacks.js'
import type { TrackRecord } from './track-record.js'
import type { TrackedFigures, TrackedFrame } from './tracking-report.js'

/** How what is live of a place went: see {@link courseRules}. */
export type CourseKind = 'grows' | 'once' | 'varies'

/** What each kind means, in words and by figures. */
export const courseRules: Readonly<Record<CourseKind, string>> = {
  grows:
    'its lowest live bytes rose from each quarter of the time to the next, and from the second to the last by more than twice the error',
  once: 'nine tenths of what is live, or more, was allocated in the first quarter of the time',
  varies: 'what is live came and went, or rose in steps, or too few of its blocks were sampled to tell',
}

const quarters = 4
/** Of what is live of a place that allocated once: what may be newer. */
const mostLaterShare = 0.1

/** What is live of a place, or of a way to it. Estimates, as in the report. */
export interface StayingFigures extends Pick<TrackedFigures, 'liveBytes' | 'liveBytesError' | 'liveBlocks' | 'liveSamples'> {
  readonly name: string
}

/** What stays of one place. */
export interface StayingPlace extends StayingFigures {
  /** Undefined where moments are missing. */
  readonly course: CourseKind | undefined
  /** From the lowest of the second quarter to the lowest of the last, and its standard error. Of a place that grows. */
  readonly growthBytesPerSecond: number | undefined
  readonly growthBytesPerSecondError: number | undefined
  /** Of `liveBytes`, what was allocated after the first quarter of the time. */
  readonly laterBytes: number | undefined
  /** Live bytes at each of {@link StayingPlaces.momentsMs}. */
  readonly liveBytesAtMoments: readonly number[]
  /** The native functions through which it asked for what is live, the most live bytes first. They add up to it. */
  readonly native: readonly StayingFigures[]
}

/** What stays, and how it came. */
export interface StayingPlaces {
  readonly rules: Readonly<Record<CourseKind, string>>
  /** Since tracking began; the last is its end. */
  readonly momentsMs: readonly number[]
  /** Address space that was mapped apart from malloc, at each of them. Exact, but most of it may never have been touched. */
  readonly mappedBytesAtMoments: readonly number[]
  /** Why no place has a course. */
  readonly coursesReason: string | undefined
  /** The most live bytes first, as in `functions`. */
  readonly lines: readonly StayingPlace[]
  readonly functions: readonly StayingPlace[]
}

/** What stays of one of several processes, by its own time. */
export interface StayingProcess extends StayingPlaces {
  readonly pid: number
}

/** Of one place: at each moment and at the end. */
class Course {
  readonly bytes: Float64Array
  readonly squares: Float64Array
  blocks = 0
  samples = 0
  /** Of what is live at the end, by the moment after which it was allocated: bytes and squared errors. */
  readonly bornBytes = new Map<number, number>()
  readonly bornSquares = new Map<number, number>()
  /** Of what is live at the end, by the native functions that asked. */
  readonly #ways = new Map<string, FiguresSum>()

  constructor(moments: number) {
    this.bytes = new Float64Array(moments)
    this.squares = new Float64Array(moments)
  }

  addAt(place: number, bytes: number, square: number): void {
    this.bytes[place] = (this.bytes[place] as number) + bytes
    this.squares[place] = (this.squares[place] as number) + square
  }

  addBorn(moment: number, bytes: number, square: number): void {
    this.addAt(this.bytes.length - 1, bytes, square)
    this.bornBytes.set(moment, (this.bornBytes.get(moment) ?? 0) + bytes)
    this.bornSquares.set(moment, (this.bornSquares.get(moment) ?? 0) + square)
  }

  addWay(name: string, bytes: number, chance: number): void {
    const sum = this.#ways.get(name) ?? new FiguresSum()
    this.#ways.set(name, sum)
    sum.addLive(bytes, chance)
  }

  ways(): readonly StayingFigures[] {
    return [...this.#ways]
      .map(([name, { liveBytes, squaredError, liveBlocks, liveSamples }]) => {
        return { name, liveBytes, liveBytesError: Math.sqrt(squaredError), liveBlocks, liveSamples }
      })
      .sort((one, other) => other.liveBytes - one.liveBytes)
  }
}

/** The places in the list of moments that each quarter of the time has. */
function quartersOf(momentsMs: readonly number[]): readonly (readonly number[])[] {
  const endMs = momentsMs.at(-1) as number
  const lists: number[][] = Array.from({ length: quarters }, () => [])
  momentsMs.forEach((timeMs, place) => lists[Math.min(quarters - 1, Math.floor((timeMs / endMs) * quarters))]?.push(place))
  return lists
}

function lowestOf(bytes: Float64Array, places: readonly number[]): number {
  return places.reduce((lowest, place) => ((bytes[place] as number) < (bytes[lowest] as number) ? place : lowest), places[0] as number)
}

interface Growth {
  readonly perSecond: number
  readonly error: number
}

/** What makes courses out of moments: of all places alike. */
class Judge {
  readonly #quarters: readonly (readonly number[])[]

  /** `numbers` are those of the moments, without the end. */
  constructor(
    readonly momentsMs: readonly number[],
    private readonly numbers: readonly number[],
  ) {
    this.#quarters = quartersOf(momentsMs)
  }

  /** Why there is nothing to judge by. */
  reason(): string | undefined {
    const missing = this.#quarters.some((places) => places.length === 0)
    if (!missing) return undefined
    const told = this.momentsMs.length - 1
    return `what is live is known at ${told === 1 ? '1 moment' : `${told} moments`} before the end: each quarter of the time must have one to tell what grows`
  }

  growthOf({ bytes, squares, bornSquares }: Course): Growth | undefined {
    const lowest = this.#quarters.map((places) => lowestOf(bytes, places))
    const at = (quarter: number): number => bytes[lowest[quarter] as number] as number
    for (let quarter = 1; quarter < quarters; quarter++) if (at(quarter) <= at(quarter - 1)) return undefined
    const [from, to] = [lowest[1] as number, lowest[quarters - 1] as number]
    // Blocks that were live at both moments are the same samples: their error is none of the difference's. Those that are still live at the end were.
    const kept = sumUpTo(bornSquares, (this.numbers[from] as number) - 1)
    const error = Math.sqrt(Math.max(0, (squares[from] as number) + (squares[to] as number) - 2 * kept))
    const rise = at(quarters - 1) - at(1)
    if (rise <= 2 * error) return undefined
    const seconds = ((this.momentsMs[to] as number) - (this.momentsMs[from] as number)) / 1000
    return { perSecond: rise / seconds, error: error / seconds }
  }

  /** What is live at the end and was allocated after the first quarter. */
  laterBytes({ bytes, bornBytes }: Course): number {
    const last = this.#quarters[0]?.at(-1)
    if (last === undefined) return 0
    return Math.max(0, (bytes.at(-1) as number) - sumUpTo(bornBytes, (this.numbers[last] as number) - 1))
  }
}

/** The sum over those after whose allocation no moment came, or one with a number above `last`. */
function sumUpTo(born: ReadonlyMap<number, number>, last: number): number {
  let sum = 0
  for (const [moment, amount] of born) if (moment <= last) sum += amount
  return sum
}

function placeOf(name: string, course: Course, judge: Judge): StayingPlace {
  const known = judge.reason() === undefined
  const growth = known ? judge.growthOf(course) : undefined
  const liveBytes = course.bytes.at(-1) as number
  const laterBytes = known ? judge.laterBytes(course) : undefined
  const isOnce = laterBytes !== undefined && laterBytes <= liveBytes * mostLaterShare
  return {
    name,
    liveBytes,
    liveBytesError: Math.sqrt(course.squares.at(-1) as number),
    liveBlocks: course.blocks,
    liveSamples: course.samples,
    course: known ? (growth === undefined ? (isOnce ? 'once' : 'varies') : 'grows') : undefined,
    growthBytesPerSecond: growth?.perSecond,
    growthBytesPerSecondError: growth?.error,
    laterBytes,
    liveBytesAtMoments: [...course.bytes],
    native: course.ways(),
  }
}

/** What a stack counts for. */
interface StackPlace {
  /** By the line on which the function begins: it is the only one that is known once V8 has compiled the function, and the course goes on. */
  readonly function: string
  /** By the line that ran, where that is known. */
  readonly line: string
  /** The native functions that asked. */
  readonly way: string
}

/** Courses of places. */
class Courses {
  readonly #byFunction = new Map<string, { readonly course: Course; readonly lines: Set<string> }>()
  readonly #ofStack = new Map<number, { readonly course: Course; readonly way: string }>()

  constructor(
    private readonly moments: number,
    private readonly placeOf: (stack: number) => StackPlace,
  ) {}

  /** What the stack's place has, and the way from the stack to it. */
  of(stack: number): { readonly course: Course; readonly way: string } {
    const known = this.#ofStack.get(stack)
    if (known !== undefined) return known
    const place = this.placeOf(stack)
    const group = this.#byFunction.get(place.function) ?? { course: new Course(this.moments), lines: new Set() }
    this.#byFunction.set(place.function, group)
    if (place.line !== place.function) group.lines.add(place.line)
    const found = { course: group.course, way: place.way }
    this.#ofStack.set(stack, found)
    return found
  }

  /** A place has the name of its line where it is known and the only one. */
  places(judge: Judge): readonly StayingPlace[] {
    return [...this.#byFunction]
      .filter(([, { course }]) => course.samples > 0)
      .map(([name, { course, lines }]) => placeOf(lines.size === 1 ? ([...lines][0] as string) : name, course, judge))
      .sort((one, other) => other.liveBytes - one.liveBytes)
  }
}

function fill(courses: Courses, { samples, figures }: TrackRecord, kept: readonly KeptMoment[]): void {
  kept.forEach(({ live }, place) => {
    for (const [stack, { bytes, squaredError }] of live) courses.of(stack).course.addAt(place, bytes, squaredError)
  })
  for (const { bytes, stack, moment } of readSamples(samples)) {
    const chance = sampleChance(bytes, figures.intervalBytes)
    const { course, way } = courses.of(stack)
    course.addWay(way, bytes, chance)
    course.addBorn(moment, bytes / chance, (1 - chance) * (bytes / chance) ** 2)
    course.blocks += 1 / chance
    course.samples += 1
  }
}

function mappedBytesOf({ mappings }: TrackRecord): number {
  return readMappings(mappings).reduce((sum, { bytes }) => sum + bytes, 0)
}

/** What is live in `record`, and how it came to be by the moments of the same session. */
export function findStaying(record: TrackRecord, kept: readonly KeptMoment[], tracker: NativeTracker, shared?: SharedNames): StayingPlaces {
  const stacks = readStacks(record.stacks)
  const namer = new StackNamer(record, stacks.values(), tracker, shared)
  // A moment may come while the session ends.
  const before = kept.filter(({ timeMs }) => timeMs < record.durationMs)
  const momentsMs = [...before.map(({ timeMs }) => timeMs), record.durationMs]
  const judge = new Judge(
    momentsMs,
    before.map(({ moment }) => moment),
  )
  const placesBy = (nameOf: (frames: readonly TrackedFrame[]) => string): readonly StayingPlace[] => {
    const framesOf = (stack: RawStack | undefined): readonly TrackedFrame[] =>
      stack === undefined ? [] : namer.frames(stack, stack.sequence)
    const courses = new Courses(momentsMs.length, (stack) => {
      const frames = framesOf(stacks.get(stack))
      return { function: nameOf(frames.map((frame) => namer.beginning(frame))), line: nameOf(frames), way: wayName(frames) }
    })
    fill(courses, record, before)
    return courses.places(judge)
  }
  return {
    rules: courseRules,
    momentsMs,
    mappedBytesAtMoments: [...before.map(({ mappedBytes }) => mappedBytes), mappedBytesOf(record)],
    coursesReason: judge.reason(),
    lines: placesBy(lineName),
    functions: placesBy((frames) => frameLine(nativeFrame(frames))),
  }
}
