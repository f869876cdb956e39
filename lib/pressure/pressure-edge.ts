/** Where a figure is: beyond its threshold, clear of it by a margin, or neither. What isn't known is neither. */
export type Side = 'over' | 'between' | 'clear'

/** A threshold counts as left when the figure was clear of it for as long as this without a break, milliseconds. */
export const clearMs = 5000

/** One threshold with hysteresis. */
export class PressureEdge {
  #isOver = false
  #clearSinceMs: number | undefined

  get isOver(): boolean {
    return this.#isOver
  }

  /** Whether the threshold was crossed by this look. */
  see(side: Side, timeMs: number): boolean {
    if (side !== 'clear') this.#clearSinceMs = undefined
    if (side === 'over') {
      const isNew = !this.#isOver
      this.#isOver = true
      return isNew
    }
    if (side === 'clear' && timeMs - (this.#clearSinceMs ??= timeMs) >= clearMs) this.#isOver = false
    return false
  }
}
