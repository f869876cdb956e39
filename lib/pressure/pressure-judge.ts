import { LimitForecaster } from './limit-forecast.js'
import { PressureEdge } from './pressure-edge.js'
import type { Side } from './pressure-edge.js'
import type { PressureFigures, PressureKind } from './pressure-event.js'
import type { Thresholds } from './pressure-options.js'
import { workingSetOf } from './pressure-reading.js'
import type { GroupReading, PressureReading } from './pressure-reading.js'

/** What a look found: the figures, and the thresholds that it crossed. */
export interface Judgement {
  readonly figures: PressureFigures
  readonly crossed: readonly PressureKind[]
}

const mebibyte = 2 ** 20

/** Sides of each threshold. Clear of it is what leaves a quarter more room than it asks for, a fifth less for what is per cent. */
const sides: Readonly<Record<PressureKind, (figures: PressureFigures, threshold: number) => Side>> = {
  headroomBytes: ({ headroomBytes }, threshold) => {
    if (headroomBytes === undefined) return 'between'
    if (headroomBytes <= threshold) return 'over'
    return headroomBytes > threshold + Math.max(threshold / 4, mebibyte) ? 'clear' : 'between'
  },
  headroomSeconds: ({ secondsToLimit = Infinity, headroomBytes }, threshold) => {
    if (headroomBytes === undefined) return 'between'
    if (secondsToLimit <= threshold) return 'over'
    return secondsToLimit > threshold * 1.25 ? 'clear' : 'between'
  },
  psi: ({ psi }, threshold) => {
    if (psi === undefined) return 'between'
    if (psi.someAvg10 >= threshold) return 'over'
    return psi.someAvg10 < threshold * 0.8 ? 'clear' : 'between'
  },
}

function headroomOf(group: GroupReading): number {
  return Math.max(0, group.limitBytes - workingSetOf(group))
}

/** The group with the least room. Undefined where a figure of any isn't known: it could be that one. */
function tightest(groups: readonly GroupReading[]): GroupReading | undefined {
  if (groups.some((group) => Number.isNaN(headroomOf(group)))) return undefined
  return groups
    .filter(({ limitBytes }) => limitBytes !== Infinity)
    .reduce<GroupReading | undefined>(
      (least, group) => (least === undefined || headroomOf(group) < headroomOf(least) ? group : least),
      undefined,
    )
}

/** Decides by the thresholds, look by look. */
export class PressureJudge {
  readonly #edges: readonly { readonly kind: PressureKind; readonly threshold: number; readonly edge: PressureEdge }[]
  readonly #forecaster: LimitForecaster

  constructor(thresholds: Thresholds, noiseBytes: number) {
    this.#edges = (Object.keys(thresholds) as PressureKind[]).map((kind) => ({
      kind,
      threshold: thresholds[kind] as number,
      edge: new PressureEdge(),
    }))
    this.#forecaster = new LimitForecaster(noiseBytes)
  }

  /** Whether a threshold is crossed and wasn't left yet. */
  get isPressed(): boolean {
    return this.#edges.some(({ edge }) => edge.isOver)
  }

  add({ timeMs, groups, psi, events }: PressureReading): Judgement {
    const least = tightest(groups)
    const forecast = this.#forecaster.add(timeMs, groups)
    const figures: PressureFigures = {
      group: least?.group,
      limitBytes: least?.limitBytes,
      usageBytes: least?.usageBytes,
      workingSetBytes: least && workingSetOf(least),
      headroomBytes: least && headroomOf(least),
      bytesPerSecond: forecast?.bytesPerSecond,
      secondsToLimit: forecast?.secondsToLimit,
      psi,
      events,
    }
    const crossed = this.#edges.filter(({ kind, threshold, edge }) => edge.see(sides[kind](figures, threshold), timeMs))
    return { figures, crossed: crossed.map(({ kind }) => kind) }
  }
}
