import type { TrackedFrame, TrackingReport } from '../../track/index.js'
import { ProtoWriter } from './proto-writer.js'

// Fields of profile.proto.
const profileFields = {
  sampleType: 1,
  sample: 2,
  location: 4,
  function: 5,
  strings: 6,
  timeNanos: 9,
  durationNanos: 10,
  periodType: 11,
  period: 12,
  defaultType: 14,
}
const valueTypeFields = { type: 1, unit: 2 }
const sampleFields = { locations: 1, values: 2 }
const locationFields = { id: 1, line: 4 }
const lineFields = { function: 1, line: 2 }
const functionFields = { id: 1, name: 2, systemName: 3, file: 4 }

/** As those of Go's heap profiles. */
const blockTypes = [
  ['alloc_objects', 'count'],
  ['alloc_space', 'bytes'],
  ['inuse_objects', 'count'],
  ['inuse_space', 'bytes'],
] as const

/** Of what is mapped apart from malloc. Not there where that isn't known: 0 would be a figure. */
const mappingTypes = [
  ['mapped_space', 'bytes'],
  ['mapped_resident', 'bytes'],
] as const

/** Numbers things by their text, from `first`. */
class Numbering {
  readonly texts: string[] = []
  readonly #numbers = new Map<string, number>()

  constructor(private readonly first: number) {}

  /** Whether it is new is told to `whenNew`. */
  numberOf(text: string, whenNew: (number: number) => void = () => undefined): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    const number = this.texts.push(text) - 1 + this.first
    this.#numbers.set(text, number)
    whenNew(number)
    return number
  }
}

class PprofProfile {
  readonly #profile = new ProtoWriter()
  readonly #strings = new Numbering(0)
  readonly #functions = new Numbering(1)
  readonly #locations = new Numbering(1)

  constructor() {
    // The first must be empty.
    this.#strings.numberOf('')
  }

  #valueType(field: number, type: string, unit: string): void {
    this.#profile.message(field, (writer) =>
      writer.integer(valueTypeFields.type, this.#strings.numberOf(type)).integer(valueTypeFields.unit, this.#strings.numberOf(unit)),
    )
  }

  #functionOf({ kind, functionName, file }: TrackedFrame): number {
    const name = functionName === '' ? (kind === 'native' ? '(no symbol)' : '(anonymous)') : functionName
    return this.#functions.numberOf(`${name}\0${file}`, (id) => {
      this.#profile.message(profileFields.function, (writer) => {
        const text = this.#strings.numberOf(name)
        writer.integer(functionFields.id, id).integer(functionFields.name, text).integer(functionFields.systemName, text)
        writer.integer(functionFields.file, this.#strings.numberOf(file))
      })
    })
  }

  #locationOf(frame: TrackedFrame): number {
    const functionId = this.#functionOf(frame)
    return this.#locations.numberOf(`${functionId} ${frame.line ?? 0}`, (id) => {
      this.#profile.message(profileFields.location, (writer) =>
        writer.integer(locationFields.id, id).message(locationFields.line, (line) => {
          line.integer(lineFields.function, functionId).integer(lineFields.line, frame.line ?? 0)
        }),
      )
    })
  }

  #sample(frames: readonly TrackedFrame[], values: readonly number[]): void {
    const locations = frames.map((frame) => this.#locationOf(frame))
    const whole = values.map((value) => Math.round(value))
    this.#profile.message(profileFields.sample, (writer) =>
      writer.integers(sampleFields.locations, locations).integers(sampleFields.values, whole),
    )
  }

  write({ stacks, mappings, durationMs, intervalBytes }: TrackingReport, endedMs: number): Uint8Array {
    for (const [type, unit] of mappings === undefined ? blockTypes : [...blockTypes, ...mappingTypes]) {
      this.#valueType(profileFields.sampleType, type, unit)
    }
    const unmapped = mappings === undefined ? [] : mappingTypes.map(() => 0)
    for (const { frames, allocations, allocatedBytes, liveBlocks, liveBytes } of stacks) {
      this.#sample(frames, [allocations, allocatedBytes, liveBlocks, liveBytes, ...unmapped])
    }
    const noBlocks = blockTypes.map(() => 0)
    for (const { frames, mappedBytes, residentBytes } of mappings?.stacks ?? []) {
      this.#sample(frames, [...noBlocks, mappedBytes, residentBytes])
    }
    this.#profile.integer(profileFields.timeNanos, endedMs * 1e6)
    this.#profile.integer(profileFields.durationNanos, Math.round(durationMs * 1e6))
    this.#valueType(profileFields.periodType, 'space', 'bytes')
    this.#profile.integer(profileFields.period, intervalBytes).integer(profileFields.defaultType, this.#strings.numberOf('inuse_space'))
    for (const text of this.#strings.texts) this.#profile.text(profileFields.strings, text)
    return this.#profile.finish()
  }
}

/**
 * What was allocated, what is live, and what is mapped apart from malloc as a profile of pprof's, not compressed: `pprof -http` shows it. Named as those of Go's heap. A
 * sample is of blocks or of mappings; its other values are 0. Stores of profiles file it under `endedMs`, when tracking ended, milliseconds since 1970.
 */
export function renderPprof(report: TrackingReport, endedMs: number): Uint8Array {
  return new PprofProfile().write(report, endedMs)
}
