import type { TrackedFrame } from './tracking-report.js'

/** Tells stacks apart by their names: what was the same function at two addresses is one. Equal frames are the same object. */
export class StackKeys {
  readonly #numbers = new Map<TrackedFrame, number>()

  keyOf(frames: readonly TrackedFrame[]): string {
    return frames.map((frame) => this.#numberOf(frame)).join()
  }

  #numberOf(frame: TrackedFrame): number {
    const number = this.#numbers.get(frame) ?? this.#numbers.size
    this.#numbers.set(frame, number)
    return number
  }
}
