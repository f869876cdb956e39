/** How many spans of time are kept: more than a screen has columns. */
const keptSpans = 240

/** The highest value of one figure in each span of time. */
export class Course {
  readonly #spanMs: number
  readonly #highest: (number | undefined)[] = []
  #span = 0

  constructor(spanMs: number) {
    this.#spanMs = spanMs
  }

  add(timeMs: number, bytes: number): void {
    const span = Math.floor(timeMs / this.#spanMs)
    const highest = this.#highest
    if (highest.length > 0 && span <= this.#span) {
      highest[highest.length - 1] = Math.max(highest.at(-1) ?? 0, bytes)
      return
    }
    const skipped = highest.length === 0 ? 0 : Math.min(span - this.#span - 1, keptSpans)
    for (let i = 0; i < skipped; i++) highest.push(undefined)
    highest.push(bytes)
    this.#span = span
    if (highest.length > keptSpans) highest.splice(0, highest.length - keptSpans)
  }

  /** The spans up to `untilMs`, the latest last. Undefined for a span without a value. */
  until(untilMs: number): readonly (number | undefined)[] {
    const missing = Math.floor(untilMs / this.#spanMs) - this.#span
    return missing > 0 ? [...this.#highest, ...Array.from({ length: Math.min(missing, keptSpans) }, () => undefined)] : this.#highest
  }
}
