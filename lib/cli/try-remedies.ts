import { isAllocscopeError } from '../errors/index.js'
import { judgeRemedy, remediesFor, untriedRemedy } from '../release/remedies.js'
import type { Remedy, RemedyRun, TriedRemedies, TriedRemedy } from '../release/remedies.js'
import type { ReleaseCheck } from '../release/index.js'
import type { CheckAnswer } from './check-request.js'
import type { CheckSurroundings } from './run-check.js'

/** Checks under each setting, the first one as it is included. */
const runsOfEach = 2

type CheckUnder = (surroundings: CheckSurroundings) => Promise<CheckAnswer>

/** One check of many. */
export interface RemedyProgress {
  readonly name: string
  readonly done: number
  readonly total: number
}

/** Between the settings of a variable that holds several. A jemalloc within a library has its own prefix: `DUCKDB_JE_MALLOC_CONF`. */
function separatorOf(variable: string): string | undefined {
  if (variable === 'GLIBC_TUNABLES') return ':'
  return variable.endsWith('MALLOC_CONF') ? ',' : undefined
}

/** What was set before stands beside what is tried, where a variable holds several settings. Of two values for one setting the later one counts. */
function joined(remedy: Remedy): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(remedy.variables).map(([name, value]) => {
      const before = process.env[name]
      const separator = separatorOf(name)
      return [name, before === undefined || separator === undefined ? value : `${before}${separator}${value}`]
    }),
  )
}

/** Checks again under each remedy that could apply, in fresh processes, until all are tried or somebody ends it. */
export class RemedyTrial {
  readonly #checkUnder: CheckUnder
  readonly #surroundings: CheckSurroundings
  readonly #show: (progress: RemedyProgress) => void
  #done = 0
  #total = 0
  readonly #stopping = new AbortController()

  constructor(checkUnder: CheckUnder, surroundings: CheckSurroundings, show: (progress: RemedyProgress) => void) {
    this.#checkUnder = checkUnder
    this.#surroundings = surroundings
    this.#show = show
  }

  /** No further check is begun. */
  stop(): void {
    this.#stopping.abort()
  }

  #mayGoOn(): boolean {
    return !this.#stopping.signal.aborted
  }

  async try(first: ReleaseCheck): Promise<TriedRemedies> {
    const remedies = remediesFor(first)
    this.#total = remedies.length === 0 ? 0 : (remedies.length + 1) * runsOfEach - 1
    const again = remedies.length === 0 ? [] : await this.#run('as it is', this.#surroundings, runsOfEach - 1)
    const asItIs = [{ verdict: first.verdict, stayedBytes: first.bytes.stayedBytes }, ...again]
    const tried: TriedRemedy[] = []
    for (const remedy of remedies) if (this.#mayGoOn()) tried.push(await this.#tryOne(remedy, asItIs))
    const sorted = tried.toSorted((one, other) => (other.gainedBytes ?? -Infinity) - (one.gainedBytes ?? -Infinity))
    return { asItIs, remedies: sorted, isCutShort: !this.#mayGoOn() }
  }

  async #tryOne(remedy: Remedy, asItIs: readonly RemedyRun[]): Promise<TriedRemedy> {
    const { allocator, nodeFlags, variables } = this.#surroundings
    const surroundings = {
      allocator: remedy.allocator ?? allocator,
      nodeFlags: [...nodeFlags, ...remedy.nodeFlags],
      variables: { ...variables, ...joined(remedy) },
    }
    try {
      const runs = await this.#run(remedy.name, surroundings, runsOfEach)
      return runs.length === 0 ? untriedRemedy(remedy, 'it was ended before') : judgeRemedy(remedy, runs, asItIs)
    } catch (error) {
      // An allocator that isn't installed, a flag that this Node doesn't have, a program that doesn't bear it.
      if (!isAllocscopeError(error)) throw error
      return untriedRemedy(remedy, error.message)
    }
  }

  async #run(name: string, surroundings: CheckSurroundings, times: number): Promise<readonly RemedyRun[]> {
    const runs: RemedyRun[] = []
    for (let time = 0; time < times && this.#mayGoOn(); time += 1) {
      this.#show({ name, done: this.#done, total: this.#total })
      const answer = await this.#checkUnder(surroundings)
      this.#done += 1
      // What Ctrl-C cut short says nothing.
      if ('check' in answer && this.#mayGoOn()) runs.push({ verdict: answer.check.verdict, stayedBytes: answer.check.bytes.stayedBytes })
    }
    return runs
  }
}
