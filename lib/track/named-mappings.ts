import { frameLine, lineName, moduleName, nativeFrame } from './places.js'
import type { StackNamer } from './name-stacks.js'
import { readMappings } from './raw-stacks.js'
import type { RawStack } from './raw-stacks.js'
import { StackKeys } from './stack-keys.js'
import type { MappedFigures, MappedPlace, MappedStack, TrackedFrame, TrackedMappings } from './tracking-report.js'

interface NamedMapping {
  readonly frames: readonly TrackedFrame[]
  readonly figures: MappedFigures
}

const nothing: MappedFigures = { mappedBytes: 0, residentBytes: 0, unknownBytes: 0, ranges: 0 }

function add(one: MappedFigures, other: MappedFigures): MappedFigures {
  return {
    mappedBytes: one.mappedBytes + other.mappedBytes,
    residentBytes: one.residentBytes + other.residentBytes,
    unknownBytes: one.unknownBytes + other.unknownBytes,
    ranges: one.ranges + other.ranges,
  }
}

function byResidentBytes(one: MappedFigures, other: MappedFigures): number {
  const most = ({ residentBytes, unknownBytes }: MappedFigures): number => residentBytes + unknownBytes
  return most(other) - most(one) || other.mappedBytes - one.mappedBytes
}

/** Mappings by the names of their stacks. */
export class NamedMappings {
  readonly #named: NamedMapping[] = []

  /** Adds a record's. */
  add(mappings: Float64Array, stacks: ReadonlyMap<number, RawStack>, namer: StackNamer): void {
    for (const { bytes, residentBytes, stack, sequence } of readMappings(mappings)) {
      const raw = stacks.get(stack)
      const frames = raw === undefined ? [] : namer.frames(raw, sequence)
      const [resident, unknown] = residentBytes === undefined ? [0, bytes] : [residentBytes, 0]
      this.#named.push({ frames, figures: { mappedBytes: bytes, residentBytes: resident, unknownBytes: unknown, ranges: 1 } })
    }
  }

  report(): TrackedMappings {
    return {
      total: this.#named.reduce((sum, { figures }) => add(sum, figures), nothing),
      lines: this.#groupBy(lineName),
      functions: this.#groupBy((frames) => frameLine(nativeFrame(frames))),
      modules: this.#groupBy((frames) => moduleName(nativeFrame(frames))),
      stacks: this.#stacks(),
    }
  }

  #stacks(): readonly MappedStack[] {
    const keys = new StackKeys()
    const stacks = new Map<string, MappedStack>()
    for (const { frames, figures } of this.#named) {
      const key = keys.keyOf(frames)
      stacks.set(key, { frames, ...add(stacks.get(key) ?? nothing, figures) })
    }
    return [...stacks.values()].sort(byResidentBytes)
  }

  #groupBy(nameOf: (frames: readonly TrackedFrame[]) => string): readonly MappedPlace[] {
    const groups = new Map<string, MappedFigures>()
    for (const { frames, figures } of this.#named) {
      const name = nameOf(frames)
      groups.set(name, add(groups.get(name) ?? nothing, figures))
    }
    return [...groups].map(([name, figures]) => ({ name, ...figures })).sort(byResidentBytes)
  }
}
