import { isFailure, requireBinding, toError } from '../binding/index.js'
import type { FailureRecord, NativeBinding } from '../binding/index.js'
import { AllocscopeError } from '../errors/index.js'
import { isOnMainThread } from '../loading/main-thread.js'
import { nodeVersion } from '../loading/runtime.js'
import { readContainerLimit } from '../process/container/container-limit.js'
import { monotonicMs } from '../process/monotonic-clock.js'
import { packageVersion } from '../program/package-version.js'
import { quietly } from '../program/quietly.js'
import type { FileEvent } from '../record/format/file-events.js'
import { receiveMarks } from '../record/marks.js'
import type { RecordingEnd } from '../record/recording.js'
import { rowFigures } from '../sampling/row-figures.js'
import { elsewhere, encodeForSlot, encodeHead, eventSlots, setAside, slotBytes } from './flight-file.js'
import type { FlightSettings } from './flight-options.js'
import { readHeapLimits } from './heap-limits.js'
import { followProgram } from './program-events.js'
import { FlightPublisher, flightFigures } from './published-figures.js'

/** A flight recorder that runs. */
export interface FlightRecorder {
  /** The file, an absolute path. */
  readonly file: string
  /** Writes a last sample and how it ended, and stops. The file stays. Does nothing the second time. */
  stop(): void
}

/** The share of a core that sampling may use. Where reading the allocator costs more, the interval grows. */
const maxCpuShare = 0.003

/** How often the event loop publishes, milliseconds. Collections publish as well, and what is allocated between two of them is new and little. */
const publishEveryMs = 1000

/** The same where collections don't. */
const publishAloneEveryMs = 100

/** Where drainSampler has its counts: drainPlace of lib/sampling. */
const drained = { words: 4096, missed: 2, lost: 3 } as const

/** The error that names the file, where that is what the system refuses. */
function refusedBySystem(answer: FailureRecord, settings: FlightSettings): AllocscopeError {
  const { code, message } = answer.failure
  const why = `${settings.file}: ${message}: ${elsewhere(settings)}`
  return toError(code === 'RECORDING' ? { failure: { ...answer.failure, message: why } } : answer)
}

/** There is one recorder at a time, and it may have been started by another copy of the package: the preload is one. */
const place = Symbol.for('allocscope.flightRecorder')

function pinnedEvents(
  binding: NativeBinding,
  { intervalMs }: FlightSettings,
  containerBytes: number | undefined,
  clockOffsetMs: number,
): readonly FileEvent[] {
  const { pid, argv } = process
  const { allocator, figures } = rowFigures(binding)
  const limits = { containerBytes, ...readHeapLimits(binding) }
  const start = { timeMs: Date.now(), allocscopeVersion: packageVersion, command: argv, pid, intervalMs, children: false }
  return [
    { kind: 'start', ...start },
    { kind: 'process', process: 0, pid, command: argv.join(' '), startMs: 0 },
    { kind: 'node', process: 0, nodeVersion, allocator, limits },
    { kind: 'rows', process: 0, allocator, figures, published: flightFigures, clockOffsetMs },
  ]
}

class RunningRecorder implements FlightRecorder {
  readonly file: string
  readonly #binding: NativeBinding
  readonly #sampler: number
  readonly #startMs = monotonicMs()
  readonly #timer: NodeJS.Timeout
  readonly #unfollow: () => void
  /** How far it has come to its end: then others' events come too late. */
  #state: 'running' | 'ending' | 'ended' = 'running'

  constructor(settings: FlightSettings) {
    this.file = settings.file
    this.#binding = requireBinding()
    this.#sampler = this.#startSampler(settings)
    const publisher = new FlightPublisher(this.#binding, () => this.#timeMs())
    const everyMs = publisher.watchCollections() ? publishEveryMs : publishAloneEveryMs
    publisher.publish()
    const publish = quietly(() => {
      publisher.publish()
    })
    this.#timer = setInterval(publish, Math.max(everyMs, settings.intervalMs)).unref()
    const unfollow = followProgram({
      mark: (name) => {
        this.#mark(name)
      },
      workers: (count) => {
        publisher.workers = count
      },
      exit: (exitCode) => {
        publisher.publish()
        this.#end('program-ended', exitCode)
      },
    })
    const unreceive = this.#receiveMarks()
    this.#unfollow = () => {
      unfollow()
      unreceive()
    }
  }

  stop(): void {
    this.#end('stopped', undefined)
  }

  #startSampler(settings: FlightSettings): number {
    const { limitBytes, usageFile = '' } = readContainerLimit() ?? {}
    const { head, headBytes } = encodeHead(pinnedEvents(this.#binding, settings, limitBytes, -this.#startMs), settings.rows)
    const numbers = Float64Array.of(headBytes, slotBytes, settings.rows, eventSlots, settings.intervalMs, maxCpuShare, this.#startMs)
    setAside(settings)
    const answer = this.#binding.startFlight(numbers, settings.file, head, usageFile)
    if (typeof answer !== 'number') throw refusedBySystem(answer, settings)
    return answer
  }

  /** What the program names itself. Its times are of the clock that this recording's are counted on. */
  #receiveMarks(): () => void {
    return receiveMarks({
      mark: (name, timeMs) => {
        this.#write({ kind: 'mark', process: 0, timeMs: timeMs - this.#startMs, name, by: 'program' })
      },
      span: ({ startMs, endMs, ...span }) => {
        this.#write({ kind: 'span', process: 0, startMs: startMs - this.#startMs, endMs: endMs - this.#startMs, ...span })
      },
    })
  }

  #timeMs(): number {
    return monotonicMs() - this.#startMs
  }

  #write(event: FileEvent): void {
    if (this.#state === 'ended') return
    this.#binding.writeFlightEvent(encodeForSlot(event))
  }

  #mark(name: string): void {
    this.#write({ kind: 'mark', process: 0, timeMs: this.#timeMs(), name, by: 'recorder' })
  }

  #end(reason: RecordingEnd['reason'], exitCode: number | undefined): void {
    if (this.#state !== 'running') return
    this.#state = 'ending'
    clearInterval(this.#timer)
    this.#unfollow()
    this.#binding.stopSampler(this.#sampler)
    const counts = new Float64Array(drained.words)
    const isKnown = !isFailure(this.#binding.drainSampler(counts, this.#sampler))
    const [missedSamples, lostSamples] = isKnown ? [counts[drained.missed] as number, counts[drained.lost] as number] : [0, 0]
    this.#write({ kind: 'end', timeMs: this.#timeMs(), reason, exitCode, signal: undefined, lostSamples, missedSamples })
    this.#state = 'ended'
    this.#binding.endFlight()
    this.#binding.closeSampler(this.#sampler)
    Reflect.deleteProperty(globalThis, place)
  }
}

/** Starts the recorder of this process. Throws a typed error where there can be none. */
export function startRecorder(settings: FlightSettings): FlightRecorder {
  if (!isOnMainThread()) {
    throw new AllocscopeError('ERR_ALLOCSCOPE_UNSUPPORTED', 'a flight recorder runs in the main thread, where it records the whole process')
  }
  if (Object.hasOwn(globalThis, place))
    throw new AllocscopeError('ERR_ALLOCSCOPE_FLIGHT_RUNNING', 'this process has a flight recorder already')
  const recorder = new RunningRecorder(settings)
  Object.defineProperty(globalThis, place, { value: true, configurable: true })
  return recorder
}
