import type { NativeTracker } from '../binding/index.js'
import { CodeLog } from './code-log.js'
import { parseCodeName } from './code-name.js'
import { NativeNames } from './native-names.js'
import type { KnownSymbols } from './native-names.js'
import type { RawStack } from './raw-stacks.js'
import { SourceLines } from './source-lines.js'
import type { ReadText, SourcePosition } from './source-lines.js'
import type { TrackRecord } from './track-record.js'
import type { TrackedFrame } from './tracking-report.js'

/** What is the same in all processes of a program: read once. */
export interface SharedNames {
  readonly symbols: KnownSymbols
  readonly lines: SourceLines
  /** Every frame once, so that equal ones are the same object. */
  readonly frames: Map<string, TrackedFrame>
}

/** `readText` gives the texts of scripts: by default as their files are now. */
export function shareNames(readText?: ReadText): SharedNames {
  return { symbols: new Map(), lines: new SourceLines(readText), frames: new Map() }
}

/** What a record has to name stacks by. */
type NamedRecord = Pick<TrackRecord, 'code' | 'objects'>

/** Makes names of the addresses of a record's stacks. */
export class StackNamer {
  readonly #code: CodeLog
  readonly #native: NativeNames
  readonly #lines: SourceLines
  readonly #frames: Map<string, TrackedFrame>
  /** Of a frame with the line that ran, the one with the line on which its function begins. */
  readonly #beginnings = new Map<TrackedFrame, TrackedFrame>()

  /** Reads the symbols of every object that native frames are in. */
  constructor(
    { code, objects, execPath }: NamedRecord & Pick<TrackRecord, 'execPath'>,
    stacks: Iterable<RawStack>,
    tracker: NativeTracker,
    { symbols, lines, frames }: SharedNames = shareNames(),
  ) {
    this.#code = new CodeLog(new ArrayBuffer(0))
    this.#lines = lines
    this.#frames = frames
    this.#native = new NativeNames(execPath, tracker, symbols)
    this.add({ code, objects }, stacks)
  }

  /** Of the same process, later: what V8 told of its code since, and stacks that are new. */
  add({ code, objects }: NamedRecord, stacks: Iterable<RawStack>): void {
    this.#code.add(code)
    const addresses = new Set<number>()
    for (const { native } of stacks) for (const address of native) addresses.add(address)
    this.#native.add(addresses, objects)
  }

  /** The frames of `stack`, innermost first, as of the number of a code event: native code as far as JavaScript's, then that. */
  frames({ isolate, script, native }: RawStack, sequence: number): readonly TrackedFrame[] {
    const scriptFrames = script.flatMap((address) => this.#scriptFrame(isolate, address, sequence) ?? [])
    return [...this.#nativeFrames(native, scriptFrames.length > 0), ...scriptFrames]
  }

  /** The same function by the line on which it begins: as it is named once V8 has compiled it. */
  beginning(frame: TrackedFrame): TrackedFrame {
    return this.#beginnings.get(frame) ?? frame
  }

  #same(frame: TrackedFrame): TrackedFrame {
    const key = `${frame.kind} ${frame.line ?? ''} ${frame.isExactLine} ${frame.functionName}\0${frame.file}`
    const known = this.#frames.get(key)
    if (known === undefined) this.#frames.set(key, frame)
    return known ?? frame
  }

  #scriptFrame(isolate: number, address: number, sequence: number): TrackedFrame | undefined {
    const found = this.#code.find(isolate, address, sequence)
    if (found === undefined) {
      return this.#same({ kind: 'javascript', functionName: '(unknown)', file: '', line: undefined, isExactLine: false })
    }
    const named = parseCodeName(found.name)
    // Builtins stand between functions of the program, which say enough.
    if (named === undefined) return undefined
    const exact = found.sourceOffset === undefined ? undefined : this.#lines.positionAt(named.file, found.sourceOffset)
    const isTopLevel = named.functionName === '' && named.line === 1 && named.column === 1
    const frameAt = (position: SourcePosition, isExactLine: boolean): TrackedFrame => {
      const functionName = isTopLevel ? '(top level)' : named.functionName
      return this.#same({ kind: 'javascript', functionName, ...this.#lines.originalOf(named.file, position), isExactLine })
    }
    const frame = frameAt(exact ?? named, exact !== undefined)
    if (exact !== undefined) this.#beginnings.set(frame, frameAt(named, false))
    return frame
  }

  /** Up to the code that V8 generated, of which the script frames tell, where there are such. */
  #nativeFrames(addresses: readonly number[], isUnderScript: boolean): readonly TrackedFrame[] {
    const frames: TrackedFrame[] = []
    for (const address of addresses) {
      const place = this.#native.at(address)
      const isGenerated = place === undefined || place.functionName.startsWith('Builtins_')
      if (isGenerated && isUnderScript) break
      if (!isGenerated) frames.push(this.#same({ kind: 'native', ...place, line: undefined, isExactLine: false }))
    }
    return frames
  }
}
