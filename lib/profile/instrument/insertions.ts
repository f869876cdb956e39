import { closingMark, openingMark } from '../probe-marks.js'
import { probeNames } from '../probe-names.js'

/** The variable for the frame that `enter` returned. Each instrumented function has its own. */
export const frameVariable = '__allocscopeFrame'

/** A source mustn't have names that begin like this: they could be mistaken for the profiler's. */
export const reservedPrefix = '__allocscope'

/** A line of a function, before its id is known. */
export interface Slot {
  readonly index: number
  /** Whether something of it may free memory, as far as can be seen until now. */
  mayFree: boolean
}

/** A probe. Its ids are known only when the whole source was read. */
export interface Probe {
  readonly kind: 'enter' | 'line' | 'back'
  readonly functionIndex: number
  readonly slot: Slot
  readonly before: string
  readonly after: string
}

/**
 * Arguments that no probe uses. V8's interpreter puts them where the statement before kept its temporary values, such as an array whose method was
 * called. Otherwise those would stay alive until the function ends.
 */
const overwriting = ',0'.repeat(8)

/**
 * Texts to be inserted into a source. At the same position they stand in the order in which they were added, all of them between two marks.
 *
 * They need no semicolons, but for those that end a statement of the source. Node shows a failed `assert` by its line, as far as a semicolon.
 */
export class Insertions {
  constructor(private readonly settles = false) {}

  readonly #added: { readonly position: number; readonly text: string | Probe }[] = []

  get isEmpty(): boolean {
    return this.#added.length === 0
  }

  add(position: number, text: string | Probe): void {
    this.#added.push({ position, text })
  }

  /** The source with the texts in it, and where they are, in the order of the source. */
  apply(
    source: string,
    firstFunctionId: number,
    firstLineId: number,
  ): { readonly code: string; readonly insertions: readonly InsertedText[] } {
    const parts: string[] = []
    const insertions: InsertedText[] = []
    let copied = 0
    for (const [position, texts] of this.#byPosition()) {
      const written = texts.map((text) => (typeof text === 'string' ? text : this.#writeProbe(text, firstFunctionId, firstLineId)))
      const inserted = `${openingMark}${written.join('')}${closingMark}`
      parts.push(source.slice(copied, position), inserted)
      insertions.push({ position, length: inserted.length })
      copied = position
    }
    parts.push(source.slice(copied))
    return { code: parts.join(''), insertions }
  }

  #byPosition(): [number, (string | Probe)[]][] {
    const groups: [number, (string | Probe)[]][] = []
    // Sorting is stable.
    for (const { position, text } of this.#added.toSorted((a, b) => a.position - b.position)) {
      const last = groups.at(-1)
      if (last?.[0] === position) last[1].push(text)
      else groups.push([position, [text]])
    }
    return groups
  }

  #writeProbe({ kind, functionIndex, slot, before, after }: Probe, firstFunctionId: number, firstLineId: number): string {
    const subject = kind === 'enter' ? String(firstFunctionId + functionIndex) : frameVariable
    const keepsAll = this.settles && !slot.mayFree ? '-' : ''
    const more = this.settles ? overwriting : ''
    return `${before}${probeNames[kind]}(${subject},${keepsAll}${firstLineId + slot.index}${more})${after}`
  }
}

/** The position and length of a text that was inserted into a source. */
export interface InsertedText {
  readonly position: number
  readonly length: number
}

export const suspendOpening = `${probeNames.suspend}(${frameVariable},(`
export const suspendNothing = `${probeNames.suspend}(${frameVariable})`
export const resumeOpening = `${probeNames.resume}(${frameVariable},(`
export const resumeNothing = `${probeNames.resume}(${frameVariable})`
/** Closes {@link suspendOpening} or {@link resumeOpening}. These have two parentheses, as the value may be a comma expression without its own. */
export const valueClosing = '))'
/** A declaration in a block needs no semicolon behind it. `var` makes it one of the whole function. */
export const frameOpening = `{var ${frameVariable}=`
export const bodyOpening = '}try{'
export const bodyClosing = `}finally{${probeNames.leave}(${frameVariable})}`
