import type { Insertions, Probe, Slot } from './insertions.js'

/** A statement that `break` or `continue` can go to. */
export interface JumpTarget {
  readonly labels: readonly string[]
  readonly kind: 'loop' | 'switch' | 'block'
  /** For loops without an expression in their header to put a probe into: the header's offset. `continue` goes back there. */
  readonly header: number | undefined
  readonly awaits: boolean
}

/** A profiled function while its probes are written: its line slots, and the line that is known to be current at each point. */
export class Frame {
  readonly jumps: JumpTarget[] = []
  /** Whether a `using` declaration was met: the end of its block calls what it names. */
  disposes = false
  /** The current line here; undefined when it depends on the way by which this point was reached. */
  current: number | undefined
  readonly #slots = new Map<number, Slot>()
  /** The last probes in the text that are all of one line. */
  #run: { readonly line: number; readonly since: number }
  #emitted = 0

  constructor(
    readonly functionIndex: number,
    readonly isAsyncGenerator: boolean,
    private readonly insertions: Insertions,
    private readonly takeSlot: () => Slot,
    private readonly lineAt: (offset: number) => number | undefined,
    firstLine: number,
  ) {
    this.current = firstLine
    this.#run = { line: firstLine, since: 0 }
  }

  get slots(): ReadonlyMap<number, Slot> {
    return this.#slots
  }

  enter(position: number, before: string, after: string): void {
    this.#emit(position, this.#run.line, 'enter', before, after)
  }

  /** Whether the line of the code at `offset`, which runs next, isn't the current one already. */
  needsProbe(offset: number): boolean {
    const line = this.lineAt(offset)
    return this.current !== this.#run.line || (line !== undefined && line !== this.current)
  }

  /**
   * The code at `offset` runs next. Puts a probe at `position`, unless its line is already the current one. `keepsAll` is whether that code surely frees
   * nothing.
   */
  reach(position: number, offset: number, before: string, after: string, keepsAll = false): void {
    const line = this.lineAt(offset)
    if (this.needsProbe(offset)) this.#emit(position, line ?? this.#run.line, line === undefined ? 'back' : 'line', before, after)
    if (!keepsAll) this.#mayFree(line)
  }

  /** Enters the line of `offset` once more, even when it is the current one. */
  reenter(position: number, offset: number, before: string, after: string): void {
    const line = this.lineAt(offset)
    this.#emit(position, line ?? this.#run.line, 'line', before, after)
    this.#mayFree(line)
  }

  /** For {@link join}: called before a statement with several ways through it. */
  fork(): { readonly entry: number | undefined; readonly emitted: number } {
    return { entry: this.current, emitted: this.#emitted }
  }

  /** Called where the ways meet again. The current line is known if all of them ended on the same one. */
  join({ entry, emitted }: { readonly entry: number | undefined; readonly emitted: number }): void {
    const uniform = this.#emitted === emitted || (this.#run.line === entry && this.#run.since <= emitted)
    this.current = uniform ? entry : undefined
  }

  #emit(position: number, line: number, kind: Probe['kind'], before: string, after: string): void {
    if (line !== this.#run.line) this.#run = { line, since: this.#emitted }
    this.#emitted++
    this.insertions.add(position, { kind, functionIndex: this.functionIndex, slot: this.#slotOf(line), before, after })
    this.current = line
  }

  #mayFree(line: number | undefined): void {
    this.#slotOf(line ?? this.#run.line).mayFree = true
  }

  #slotOf(line: number): Slot {
    const known = this.#slots.get(line)
    if (known !== undefined) return known
    const slot = this.takeSlot()
    this.#slots.set(line, slot)
    return slot
  }
}
