import { noArgumentsName, probeNames } from '../../../lib/profile/probe-names.js'
import type { InstrumentedFunction } from '../../../lib/profile/instrument/index.js'

interface Frame {
  readonly name: string
  state: 'running' | 'suspended' | 'left'
}

/**
 * Probes that write down what they are told, and hold instrumented code to what a collector may rely on. An event is `+f` and `-f` for a call,
 * `f3` for line 3 of f, `f~` and `f^` for its suspension and resumption, `f<3` for line 3 again.
 */
export class ProbeRecorder {
  readonly events: string[] = []
  readonly violations: string[] = []
  readonly frames: Frame[] = []
  readonly #functions = new Map<number, string>()
  readonly #lines = new Map<number, number>()

  register(functions: readonly InstrumentedFunction[]): void {
    for (const { id, name, lines } of functions) {
      this.#functions.set(id, name)
      for (const each of lines) this.#lines.set(each.id, each.line)
    }
  }

  get unfinished(): number {
    return this.frames.filter(({ state }) => state !== 'left').length
  }

  /** What to put on the global object of the code. */
  probes(): Record<string, unknown> {
    return {
      [noArgumentsName]: [],
      [probeNames.enter]: this.#enter,
      [probeNames.leave]: (frame: Frame) => {
        this.#expect(frame, 'leave')
        frame.state = 'left'
        this.events.push(`-${frame.name}`)
      },
      [probeNames.line]: (frame: Frame, id: number) => {
        this.#reach(frame, id, '')
      },
      [probeNames.back]: (frame: Frame, id: number) => {
        this.#reach(frame, id, '<')
      },
      [probeNames.suspend]: (frame: Frame, value: unknown) => {
        this.#expect(frame, 'suspend')
        frame.state = 'suspended'
        this.events.push(`${frame.name}~`)
        return value
      },
      [probeNames.resume]: (frame: Frame, value: unknown) => {
        this.#expect(frame, 'resume')
        frame.state = 'running'
        this.events.push(`${frame.name}^`)
        return value
      },
    }
  }

  readonly #enter = (functionId: number, lineId: number): Frame => {
    const name = this.#functions.get(functionId)
    if (name === undefined || !this.#lines.has(lineId)) this.violations.push(`enter(${functionId}, ${lineId}) of no function`)
    const frame: Frame = { name: name ?? '?', state: 'running' }
    this.frames.push(frame)
    this.events.push(`+${frame.name}`)
    return frame
  }

  #reach(frame: Frame, id: number, how: string): void {
    this.#expect(frame, 'line')
    frame.state = 'running'
    const line = this.#lines.get(id)
    if (line === undefined) this.violations.push(`line ${id} of no function`)
    this.events.push(`${frame.name}${how}${line ?? '?'}`)
  }

  #expect(frame: Frame, probe: string): void {
    if (frame.state === 'left') this.violations.push(`${probe} of ${frame.name} after it was left`)
  }
}
