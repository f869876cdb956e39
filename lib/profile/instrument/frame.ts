import type { Insertions, Probe } from './insertions.js'

/** Where `break` and `continue` go. */
export interface JumpTarget {
  readonly labels: readonly string[]
  readonly kind: 'loop' | 'switch' | 'block'
  /** The offset of a loop's header which `continue` comes back to and that has no expression to put a probe into. */
  readonly header: number | undefined
  readonly awaits: boolean
}

/** A profiled function that is being written: its line slots, and what is known of the line that runs at each point. */
export class Frame {
  readonly jumps: JumpTarget[] = []
  /** The line that surely is the current one here, however this point was reached; undefined when that depends. */
  current: number | undefined
  readonly #slots = new Map<number, number>()
  /** The last probes in the order of the text that are all of one line. */
  #run: { readonly line: number; readonly since: number }
  #emitted = 0

  constructor(
    readonly functionIndex: number,
    readonly isAsyncGenerator: boolean,
    private readonly insertions: Insertions,
    private readonly takeSlot: () => number,
    private readonly lineAt: (offset: number) => number | undefined,
    firstLine: number,
  ) {
    this.current = firstLine
    this.#run = { line: firstLine, since: 0 }
  }

  get slots(): ReadonlyMap<number, number> {
    return this.#slots
  }

  enter(position: number, before: string, after: string): void {
    this.#emit(position, this.#run.line, 'enter', before, after)
  }

  /** What stands at `offset` comes next: a probe at `position`, unless its line is the current one anyway. */
  reach(position: number, offset: number, after: ';' | ','): void {
    const line = this.lineAt(offset)
    if (this.current === this.#run.line && (line === undefined || line === this.current)) return
    if (line === undefined) this.#emit(position, this.#run.line, 'back', '', after)
    else this.#emit(position, line, 'line', '', after)
  }

  /** The line of `offset` is entered once more, even when it is the current one. */
  reenter(position: number, offset: number, before: string, after: string): void {
    this.#emit(position, this.lineAt(offset) ?? this.#run.line, 'line', before, after)
  }

  /** For {@link join}: here begins a statement within which control may take several ways. */
  fork(): { readonly entry: number | undefined; readonly emitted: number } {
    return { entry: this.current, emitted: this.#emitted }
  }

  /** Ways come together that were forked: the current line is known if all of them were on one. */
  join({ entry, emitted }: { readonly entry: number | undefined; readonly emitted: number }): void {
    const uniform = this.#emitted === emitted || (this.#run.line === entry && this.#run.since <= emitted)
    this.current = uniform ? entry : undefined
  }

  #emit(position: number, line: number, kind: Probe['kind'], before: string, after: string): void {
    if (line !== this.#run.line) this.#run = { line, since: this.#emitted }
    this.#emitted++
    this.insertions.add(position, { kind, functionIndex: this.functionIndex, slotIndex: this.#slotOf(line), before, after })
    this.current = line
  }

  #slotOf(line: number): number {
    const known = this.#slots.get(line)
    if (known !== undefined) return known
    const slot = this.takeSlot()
    this.#slots.set(line, slot)
    return slot
  }
}
