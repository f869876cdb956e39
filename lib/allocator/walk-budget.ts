/**
 * The slowest walk of glibc's free lists for each byte of its arenas, and half as much again for a slower machine. It was four million free fast chunks
 * of 32 bytes, freed in a random order: 3.2 ns for each byte. `bench/allocator-cost.mjs` measures it.
 */
const worstMicrosPerByte = 0.005

/**
 * Estimates the time of a walk of free lists from the last walk: arenas of twice the size are expected to take twice as long. Before the first walk it
 * is the worst case for arenas of that size.
 */
export class WalkBudget {
  #lastMicros: number | undefined
  #lastBytes = 0

  estimateMicros(arenaBytes: number): number {
    if (this.#lastMicros === undefined) return arenaBytes * worstMicrosPerByte
    return this.#lastMicros * Math.max(1, arenaBytes / Math.max(1, this.#lastBytes))
  }

  record(micros: number, arenaBytes: number): void {
    this.#lastMicros = micros
    this.#lastBytes = arenaBytes
  }

  /** Why a walk of `estimateMicros` exceeds `budgetMs`; undefined when it doesn't. */
  refusal(estimateMicros: number, budgetMs: number): string | undefined {
    if (estimateMicros <= budgetMs * 1000) return undefined
    const basis = this.#lastMicros === undefined ? 'the worst case for arenas of this size, as none was walked yet' : 'the last walk'
    const estimate = `${(estimateMicros / 1000).toPrecision(3)} ms`
    return `walking the free lists was estimated at ${estimate} (from ${basis}), over the budget of ${budgetMs} ms`
  }
}
