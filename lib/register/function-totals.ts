import { lazily } from '../loading/index.js'
import type { CountedBytes, TotalsCounter } from '../profile/index.js'

const measuring = lazily(() => require('../profile/measure/index.js') as typeof import('../profile/measure/index.js'))

/** The sum of all calls of one wrapped function. */
export interface FunctionTotals {
  readonly name: string
  calls: number
  allocatedBytes: number
  incrementBytes: number
  /** Undefined when it can't be measured, as on another platform. */
  peakRssBytes: number | undefined
}

/** Measures while at least one call of a function is under way. So recursive and overlapping calls count once. */
export class TotalsMeter {
  readonly totals: FunctionTotals
  #openCalls = 0
  #before: CountedBytes | undefined

  constructor(
    name: string,
    private readonly counter: TotalsCounter | undefined,
  ) {
    this.totals = { name, calls: 0, allocatedBytes: 0, incrementBytes: 0, peakRssBytes: undefined }
  }

  countCall(): void {
    this.totals.calls += 1
  }

  begin(): void {
    this.#openCalls += 1
    if (this.#openCalls === 1) this.#before = this.counter?.read()
  }

  end(): void {
    this.#openCalls -= 1
    if (this.#openCalls > 0 || this.#before === undefined || this.counter === undefined) return
    const { totals } = this
    const before = this.#before
    const after = this.counter.read()
    totals.allocatedBytes += after.allocatedBytes - before.allocatedBytes
    totals.incrementBytes += after.usedBytes - before.usedBytes
    totals.peakRssBytes = Math.max(totals.peakRssBytes ?? 0, before.rssBytes, after.rssBytes)
  }
}

const meters: TotalsMeter[] = []
let counter: TotalsCounter | undefined
let isOpened = false

/** Undefined when memory can't be measured: the program must run nevertheless. */
function openCounter(): TotalsCounter | undefined {
  try {
    return measuring().openTotalsCounter()
  } catch {
    return undefined
  }
}

/** A meter for the function `name`, whose totals are printed when the thread ends. */
export function createMeter(name: string): TotalsMeter {
  if (!isOpened) {
    isOpened = true
    counter = openCounter()
  }
  const meter = new TotalsMeter(name, counter)
  meters.push(meter)
  return meter
}

/** The totals of the functions that were called. */
export function readTotals(): readonly FunctionTotals[] {
  return meters.map(({ totals }) => totals).filter(({ calls }) => calls > 0)
}
