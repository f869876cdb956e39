import { probeNames } from '../probe-names.js'

/** The variable for the frame that `enter` returned. Each instrumented function has its own. */
export const frameVariable = '__allocscopeFrame'

/** A source mustn't contain this: its names could be mistaken for the profiler's. */
export const reservedPrefix = '__allocscope'

/** A probe. Its ids are known only when the whole source was read. */
export interface Probe {
  readonly kind: 'enter' | 'line' | 'back'
  readonly functionIndex: number
  readonly slotIndex: number
  readonly before: string
  readonly after: string
}

/**
 * Arguments that no probe uses. V8's interpreter puts them where the statement before kept its temporary values, such as an array whose method was
 * called. Otherwise those would stay alive until the function ends.
 */
const overwriting = ',0'.repeat(8)

/** Texts to be inserted into a source. At the same position they stand in the order in which they were added. */
export class Insertions {
  constructor(private readonly overwritesTemporaries = false) {}

  readonly #added: { readonly position: number; readonly text: string | Probe }[] = []

  get isEmpty(): boolean {
    return this.#added.length === 0
  }

  add(position: number, text: string | Probe): void {
    this.#added.push({ position, text })
  }

  /** The positions and lengths of what {@link Insertions.apply} inserts, in the order of the source. */
  measure(firstFunctionId: number, firstLineId: number): readonly InsertedText[] {
    return this.#added.map(({ position, text }) => ({
      position,
      length: (typeof text === 'string' ? text : this.#writeProbe(text, firstFunctionId, firstLineId)).length,
    }))
  }

  apply(source: string, firstFunctionId: number, firstLineId: number): string {
    const parts: string[] = []
    let copied = 0
    // Sorting is stable.
    for (const { position, text } of this.#added.sort((a, b) => a.position - b.position)) {
      if (position > copied) parts.push(source.slice(copied, position))
      copied = position
      parts.push(typeof text === 'string' ? text : this.#writeProbe(text, firstFunctionId, firstLineId))
    }
    parts.push(source.slice(copied))
    return parts.join('')
  }

  #writeProbe({ kind, functionIndex, slotIndex, before, after }: Probe, firstFunctionId: number, firstLineId: number): string {
    const subject = kind === 'enter' ? String(firstFunctionId + functionIndex) : frameVariable
    const more = this.overwritesTemporaries ? overwriting : ''
    return `${before}${probeNames[kind]}(${subject},${firstLineId + slotIndex}${more})${after}`
  }
}

/** The position and length of a text that was inserted into a source. */
export interface InsertedText {
  readonly position: number
  readonly length: number
}

export const suspendOpening = ` ${probeNames.suspend}(${frameVariable},(`
export const suspendNothing = ` ${probeNames.suspend}(${frameVariable})`
export const resumeOpening = `${probeNames.resume}(${frameVariable},(`
export const resumeNothing = `${probeNames.resume}(${frameVariable})`
/** Closes {@link suspendOpening} or {@link resumeOpening}. These have two parentheses, as the value may be a comma expression without its own. */
export const valueClosing = '))'
export const frameOpening = `const ${frameVariable}=`
export const bodyOpening = ';try{'
export const bodyClosing = `}finally{${probeNames.leave}(${frameVariable});}`
