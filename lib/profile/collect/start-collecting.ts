import { threadId } from 'node:worker_threads'

import { isFailure, requireBinding, toError } from '../../binding/index.js'
import type { NativeBinding, NativeProfile } from '../../binding/index.js'
import { AllocscopeError } from '../../errors/index.js'
import { lazily } from '../../loading/index.js'
import { nodeVersion } from '../../loading/runtime.js'
import { noArgumentsName, probeNames } from '../probe-names.js'
import { sweepArrayBuffersInCollections } from '../array-buffer-sweeping.js'
import type { ProfileMode } from '../line-profile.js'
import type { CollectOptions, Collector, Registration } from './collector.js'
import { currentCollector, setCollector } from './current-collector.js'
import { makeDisown, makeIsQuiet, makeQuickLook, makeSynchronise } from './counters.js'
import type { Look } from './counters.js'
import { makeProbes } from './probes.js'
import type { Looking, Probes, Telling } from './probes.js'
import { ProcessRegistry, appendDescriptions } from './registry.js'
import { makeSettling } from './settling.js'
import { makeSlices } from './slices.js'
import { attentionTick, counter, exercisedLine, figure, frame, limitation, noId, recordBytes } from './state-layout.js'
import { rowWord, rowWordStride, word } from './state-layout.js'
import { rowBytesFor, viewRecord, viewRows } from './views.js'
import type { Views } from './views.js'

const collecting = lazily(() => require('../../heap/collect-garbage.js') as typeof import('../../heap/collect-garbage.js'))

/** Numbers of {@link ProfileMode} in a record. */
export const modes: readonly ProfileMode[] = ['hybrid', 'exact', 'settle']

const defaultSettledHits = 3

const idleProbes: Probes = {
  enter: () => 0,
  leave: () => undefined,
  line: () => undefined,
  back: () => undefined,
  suspend: (_at, value) => value,
  resume: (_at, value) => value,
}

class ThreadCollector implements Collector {
  readonly #registry: ProcessRegistry
  readonly #native: NativeProfile
  readonly #binding: NativeBinding
  readonly #options: CollectOptions
  #views: Views
  #synchronise: Look
  #stopped = false
  #probes: Probes = idleProbes
  #gc: (() => void) | undefined
  #rehearse: Telling['rehearse'] | undefined

  constructor(options: CollectOptions) {
    this.#options = options
    this.#binding = requireBinding()
    this.#registry = new ProcessRegistry(options.folder)
    sweepArrayBuffersInCollections()
    const native = this.#binding.startProfile(this.#registry.files.figuresOf(threadId), recordBytes)
    if (isFailure(native)) throw toError(native)
    this.#native = native
    this.#views = viewRecord(native, this.#mapRows(), this.#registry.ids)
    this.#synchronise = makeSynchronise(this.#views, this.#binding.synchroniseProfile)
    this.#describe()
    this.#synchronise()
    this.#install()
    this.outside(() => {
      this.#exercise()
    })
  }

  reserve(kind: 'functions' | 'lines', count: number): number {
    return this.#registry.reserve(kind, count)
  }

  register(registration: Registration): void {
    try {
      this.#registry.register(registration)
    } catch (error) {
      this.#noteUnwritten()
      throw error
    }
  }

  outside<T>(work: () => T): T {
    if (this.#stopped) return work()
    const { figures } = this.#views
    const counters = [counter.heap, counter.net, counter.external, counter.rss]
    this.#synchronise()
    const before = counters.map((each) => figures[figure.synchronised + each] as number)
    try {
      return work()
    } finally {
      this.#synchronise()
      counters.forEach((each, index) => {
        figures[figure.excluded + each] =
          (figures[figure.excluded + each] as number) + (figures[figure.synchronised + each] as number) - (before[index] as number)
      })
      this.#synchronise()
    }
  }

  stop(): void {
    if (this.#stopped) return
    this.#synchronise()
    this.#stopped = true
    this.#views.figures[figure.stoppedMs] = Date.now()
    this.#binding.stopProfile()
    setProbes(idleProbes)
  }

  #noteUnwritten(): void {
    const { figures } = this.#views
    figures[figure.limitations] = (figures[figure.limitations] as number) | limitation.unwritten
  }

  #describe(): void {
    const { figures } = this.#views
    const startedMs = Date.now()
    appendDescriptions(this.#registry.files, [{ process: { nodeVersion, startedMs } }])
    // No version of the counters: what got no frame of its own goes to the full probes.
    this.#views.frames[frame.version] = -1
    figures[figure.pid] = process.pid
    figures[figure.threadId] = threadId
    figures[figure.mode] = modes.indexOf(this.#options.mode)
    figures[figure.settledHits] = this.#settledHits
    figures[figure.limitations] = (this.#hasWords ? 0 : limitation.words) | (this.#native.tellsPageEnds ? 0 : limitation.pageEnds)
    // Written last: a record without a start was never begun.
    figures[figure.startedMs] = startedMs
  }

  get #settledHits(): number {
    return this.#options.mode === 'settle' ? (this.#options.settledHits ?? defaultSettledHits) : 0
  }

  /** Whether all words of V8 that quick probes compare are known. */
  get #hasWords(): boolean {
    const { young, old, external, newLargeObjects, largeObjects } = this.#native
    return [young, old, external, newLargeObjects, largeObjects].every((each) => each !== undefined)
  }

  /** Whether most probes do without native code. */
  get #areQuick(): boolean {
    return this.#options.mode !== 'exact' && this.#hasWords
  }

  #exercise(): void {
    // As a line that was settled often enough, and in settle mode as one that never is.
    exercise(this.#probes, this.#views, exercises * exercises)
    this.#rehearse?.(() => {
      exercise(this.#probes, this.#views, -exercises * exercises)
    })
    // In settle mode what V8 optimises would come and go between the collections around the first lines.
    if (this.#areQuick && this.#rehearse === undefined) exerciseQuick(this.#probes)
  }

  #mapRows(): ArrayBuffer {
    const rows = this.#binding.mapProfileFile(this.#registry.files.rowsOf(threadId), rowBytesFor(Atomics.load(this.#registry.ids, 0)))
    if (isFailure(rows)) throw toError(rows)
    return rows
  }

  /** Maps the files again, in full. The old mapping shows the same memory. */
  #makeRoom(): void {
    const known = Atomics.load(this.#registry.ids, 0)
    if (rowBytesFor(known) > this.#views.rows.byteLength) {
      this.#views = { ...this.#views, ...viewRows(this.#mapRows()) }
      this.#install()
      this.#views.words[word.knownIds] = known
      this.#exercise()
    }
    this.#views.words[word.knownIds] = known
  }

  #install(): void {
    const enterRoomier: Probes['enter'] = (functionId, lineId) => {
      try {
        this.outside(() => {
          this.#makeRoom()
        })
      } catch {
        // The program goes on without a profile. Frames that are open mean nothing to the idle probes.
        this.#noteUnwritten()
        this.stop()
        return 0
      }
      return this.#probes.enter(functionId, lineId)
    }
    const looking = this.#looking()
    this.#rehearse = looking.telling?.rehearse
    this.#probes = makeProbes(this.#views, makeSlices(this.#views), looking, enterRoomier)
    setProbes(this.#probes)
  }

  #looking(): Looking {
    const { mode } = this.#options
    const disown = makeDisown(this.#views, makeSynchronise(this.#views, this.#binding.disownProfile))
    const isQuick = this.#areQuick
    const isQuiet = makeIsQuiet(this.#views)
    const look = isQuick && mode !== 'settle' ? makeQuickLook(this.#views, isQuiet, this.#synchronise) : this.#synchronise
    const quickly = isQuick ? 'charge new space' : this.#hasWords ? 'see no change' : 'nothing'
    const common = { look, quickly, isQuiet, disown } as const
    if (mode !== 'settle') return { ...common, lookAtEnd: look, beforeLine: undefined, telling: undefined }
    const gc = (this.#gc ??= collecting().findGc())
    const collect = () => {
      this.#binding.waitForV8Workers()
      gc()
    }
    return { ...common, ...makeSettling(this.#views, common, collect, this.#settledHits) }
  }
}

/** As many calls as V8 needs to have compiled a function and made its notes on it. */
const exercises = 60

/** As many as it needs to begin to optimise the quick probes. Until it has, they take some fifty times as long. */
const quickExercises = 1000

/**
 * Calls the probes for a line that is none. What V8 takes for a function that is called for the first times isn't the program's. `settled` is how often the
 * line was settled before.
 */
function exercise({ enter, leave, line, back, suspend, resume }: Probes, { words, rowWords }: Views, settled: number): void {
  // The quick probes leave every other call to the full ones.
  const beQuick = (i: number): void => void Atomics.or(words, word.attention, i % 2 === 0 ? 0 : attentionTick)
  rowWords[exercisedLine * rowWordStride + rowWord.settled] = settled
  for (let i = 0; i < exercises; i++) {
    beQuick(i)
    const at = enter(noId, exercisedLine)
    beQuick(i)
    line(at, exercisedLine)
    const allocated = [i]
    line(at, allocated.length * exercisedLine)
    beQuick(i)
    back(at, exercisedLine)
    suspend(at, allocated)
    resume(at, allocated)
    beQuick(i)
    leave(at)
  }
}

/** The same for the quick probes alone, which V8 is to optimise. */
function exerciseQuick({ enter, leave, line, back }: Probes): void {
  for (let i = 0; i < quickExercises; i++) {
    const at = enter(noId, exercisedLine)
    const allocated = [i]
    line(at, allocated.length * exercisedLine)
    line(at, exercisedLine)
    back(at, exercisedLine)
    leave(at)
  }
}

const noArguments: readonly never[] = []

function setProbes({ enter, leave, line, back, suspend, resume }: Probes): void {
  const probes = { enter, leave, line, back, suspend, resume }
  for (const [name, value] of Object.entries(probes)) {
    Object.defineProperty(globalThis, probeNames[name as keyof typeof probes], { value, configurable: true })
  }
  Object.defineProperty(globalThis, noArgumentsName, { value: noArguments, configurable: true })
}

/**
 * Begins to profile the calling thread: puts the probes (probe-names.ts) on the global object. A thread can be profiled once: a second call
 * throws AllocscopeError `ERR_ALLOCSCOPE_PROFILE_RUNNING`.
 *
 * From then on V8 frees array buffers within collections, on this thread (`--no-concurrent-array-buffer-sweeping`).
 */
export function startCollecting(options: CollectOptions): Collector {
  if (currentCollector() !== undefined) {
    throw new AllocscopeError('ERR_ALLOCSCOPE_PROFILE_RUNNING', 'this thread is being profiled, or was')
  }
  const collector = new ThreadCollector(options)
  setCollector(collector)
  return collector
}
