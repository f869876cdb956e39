import type { NativeTracker } from '../binding/index.js'
import { CodeLog } from './code-log.js'
import { parseCodeName } from './code-name.js'
import { NativeNames } from './native-names.js'
import type { RawStack } from './raw-stacks.js'
import { SourceLines } from './source-lines.js'
import type { ReadText } from './source-lines.js'
import type { TrackRecord } from './track-record.js'
import type { TrackedFrame } from './tracking-report.js'

/** Makes names of the addresses of a record's stacks. */
export class StackNamer {
  readonly #code: CodeLog
  readonly #native: NativeNames
  readonly #lines: SourceLines
  /** Every frame once, so that equal ones are the same object. */
  readonly #frames = new Map<string, TrackedFrame>()

  /** Reads the symbols of every object that native frames are in. `readText` gives the texts of scripts: by default as their files are now. */
  constructor({ code, objects, execPath }: TrackRecord, stacks: Iterable<RawStack>, tracker: NativeTracker, readText?: ReadText) {
    this.#code = new CodeLog(code)
    this.#lines = new SourceLines(readText)
    const addresses = new Set<number>()
    for (const { native } of stacks) for (const address of native) addresses.add(address)
    this.#native = new NativeNames(addresses, objects, execPath, tracker)
  }

  /** The frames of `stack`, innermost first, as of the number of a code event: native code as far as JavaScript's, then that. */
  frames({ isolate, script, native }: RawStack, sequence: number): readonly TrackedFrame[] {
    const scriptFrames = script.flatMap((address) => this.#scriptFrame(isolate, address, sequence) ?? [])
    return [...this.#nativeFrames(native, scriptFrames.length > 0), ...scriptFrames]
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
    return this.#same({
      kind: 'javascript',
      functionName: isTopLevel ? '(top level)' : named.functionName,
      ...this.#lines.originalOf(named.file, exact ?? named),
      isExactLine: exact !== undefined,
    })
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
