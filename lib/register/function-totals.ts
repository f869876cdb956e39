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

/** More functions than these have their totals in one row together: what is kept doesn't grow with the time that a program runs. */
const mostMeters = 4096

/** The part of a function's source that tells it from others of its name. All closures made at one place have the same source. */
const tellingLength = 512

const meters = new Map<string, TotalsMeter>()
const furtherFunctions = '(further functions)'
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

/** A text of its own: a part of a text keeps all of it in memory. */
function keyOf(name: string, callable: (...given: never[]) => unknown): string {
  const source = Function.prototype.toString.call(callable)
  return Buffer.from(`${name}\n${source.length}\n${source.slice(0, tellingLength)}`, 'utf16le').toString('utf16le')
}

/**
 * The meter of a function that is called for the first time, whose totals are printed when the thread ends. Functions of the same name and source share
 * one, so that wrapping a closure again and again keeps nothing.
 */
export function meterFor(name: string, callable: (...given: never[]) => unknown): TotalsMeter {
  if (!isOpened) {
    isOpened = true
    counter = openCounter()
  }
  const key = keyOf(name, callable)
  const known = meters.get(key)
  if (known !== undefined) return known
  const isFull = meters.size >= mostMeters
  const place = isFull ? furtherFunctions : key
  const meter = meters.get(place) ?? new TotalsMeter(isFull ? furtherFunctions : name, counter)
  meters.set(place, meter)
  return meter
}

/** The totals of the functions that were called. */
export function readTotals(): readonly FunctionTotals[] {
  return Array.from(meters.values(), ({ totals }) => totals)
}
