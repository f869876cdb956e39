import type { FiguresInTotal, FunctionProfile, FunctionTotals, LineProfile, ProfileTotals, ThreadTotals } from '../../profile/index.js'

function sumOf<One>(all: readonly One[], figure: (one: One) => number): number {
  return all.reduce((sum, one) => sum + figure(one), 0)
}

/** The highest of the known ones. */
function highestOf(all: readonly (number | undefined)[]): number | undefined {
  return all.reduce((highest, one) => (one === undefined || (highest !== undefined && highest >= one) ? highest : one), undefined)
}

/** Lines contain what recursive calls allocated a second time, and only the function's bytes in all are without it. */
function externalOf({ allocatedBytes, lines }: FunctionProfile): number | undefined {
  const external = sumOf(lines, (line) => line.externalBytes)
  return external === 0 || sumOf(lines, (line) => line.allocatedBytes) === allocatedBytes ? external : undefined
}

function totalsOfThread({ pid, threadId, functions }: LineProfile): ThreadTotals {
  const external = functions.map(externalOf)
  return {
    pid,
    threadId,
    functions: functions.length,
    calls: sumOf(functions, ({ calls }) => calls),
    occurrences: sumOf(functions, ({ lines }) => sumOf(lines, ({ occurrences }) => occurrences)),
    allocatedBytes: sumOf(functions, ({ allocatedBytes }) => allocatedBytes),
    externalBytes: external.includes(undefined) ? undefined : sumOf(external, (bytes) => bytes ?? 0),
    incrementBytes: sumOf(functions, ({ incrementBytes }) => incrementBytes),
    peakRssBytes: highestOf(functions.map(({ peakRssBytes }) => peakRssBytes)),
  }
}

/** A function that runs in several threads counts once. */
function sumOfThreads(threads: readonly ThreadTotals[], functions: number): FiguresInTotal {
  return {
    functions,
    calls: sumOf(threads, ({ calls }) => calls),
    occurrences: sumOf(threads, ({ occurrences }) => occurrences),
    allocatedBytes: sumOf(threads, ({ allocatedBytes }) => allocatedBytes),
    externalBytes: threads.some(({ externalBytes }) => externalBytes === undefined)
      ? undefined
      : sumOf(threads, ({ externalBytes }) => externalBytes ?? 0),
    incrementBytes: sumOf(threads, ({ incrementBytes }) => incrementBytes),
    peakRssBytes: highestOf(threads.map(({ peakRssBytes }) => peakRssBytes)),
  }
}

/** Sums over the profiles of a run, which are added one after the other. Keeps a row for each thread and each function, and no lines. */
export class ProfileSums {
  readonly #threads: ThreadTotals[] = []
  readonly #functions = new Map<string, FunctionTotals>()

  add(profile: LineProfile): void {
    this.#threads.push(totalsOfThread(profile))
    const inThisThread = new Set<string>()
    for (const one of profile.functions) {
      const key = `${one.line}:${one.endLine}:${one.name}:${one.file}`
      this.#addFunction(key, one, !inThisThread.has(key))
      inThisThread.add(key)
    }
  }

  totals(): ProfileTotals {
    return {
      threads: this.#threads,
      sum: sumOfThreads(this.#threads, this.#functions.size),
      functions: [...this.#functions.values()].filter(({ threads }) => threads > 1),
    }
  }

  #addFunction(key: string, one: FunctionProfile, isNewThread: boolean): void {
    const { name, file, line, calls, allocatedBytes, incrementBytes, peakRssBytes } = one
    const sum = this.#functions.get(key)
    this.#functions.set(key, {
      name,
      file,
      line,
      threads: (sum?.threads ?? 0) + (isNewThread ? 1 : 0),
      calls: (sum?.calls ?? 0) + calls,
      allocatedBytes: (sum?.allocatedBytes ?? 0) + allocatedBytes,
      incrementBytes: (sum?.incrementBytes ?? 0) + incrementBytes,
      peakRssBytes: highestOf([sum?.peakRssBytes, peakRssBytes]),
    })
  }
}
