import { renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { askProcess } from '../attach/index.js'
import { isAllocscopeError, whyNotWritable } from '../errors/index.js'
import { metricsOfProcess } from '../metrics/attached-metrics.js'
import type { ReadProcess } from '../metrics/attached-metrics.js'
import { renderExposition } from '../metrics/exposition.js'
import type { ProcessReading } from '../metrics/exposition.js'
import { commandOf, findNodeProcesses, programOf } from '../process/node-processes.js'
import type { NodeProcess } from '../process/node-processes.js'

/** Which processes are read. */
export interface WantedProcesses {
  readonly pids: readonly number[]
  /** Part of the command line. */
  readonly match: string | undefined
}

/** Labels stay short, whatever a program is called. */
const longestLabel = 100

function find({ pids, match }: WantedProcesses): readonly NodeProcess[] {
  const named = pids.map((pid) => ({ pid, command: commandOf(pid) ?? [] }))
  const matching = match === undefined ? [] : findNodeProcesses().filter(({ command }) => command.join(' ').includes(match))
  const isNamed = new Set(pids)
  return [...named, ...matching.filter(({ pid }) => !isNamed.has(pid))]
}

/** Reads some processes again and again, and keeps a file of their metrics, which is whole at any moment. */
export class Textfile {
  readonly file: string
  readonly #wanted: WantedProcesses
  readonly #complain: (line: string) => void
  /** Which couldn't be read the last time: why is said once, until they can be or are gone. */
  #unread: ReadonlySet<number> = new Set()

  constructor(folder: string, wanted: WantedProcesses, complain: (line: string) => void) {
    this.file = path.join(folder, 'allocscope.prom')
    this.#wanted = wanted
    this.#complain = complain
  }

  /** Throws what the file system says against it, with its code. */
  async write(): Promise<void> {
    const readings: ProcessReading[] = []
    const unread = new Set<number>()
    // One after the other: each takes a thread of its process for some milliseconds.
    for (const found of find(this.#wanted)) {
      const reading = await this.#read(found)
      if (reading.reading === undefined) unread.add(found.pid)
      readings.push(reading)
    }
    this.#unread = unread
    // The collector reads what ends in .prom alone, so that it never sees half a file.
    const written = `${this.file}.${process.pid}`
    try {
      writeFileSync(written, renderExposition(readings), { mode: 0o644 })
      renameSync(written, this.file)
    } catch (error) {
      rmSync(written, { force: true })
      const why = whyNotWritable(error, path.dirname(path.resolve(this.file)), 'name a folder elsewhere (--textfile)')
      const { code } = error as NodeJS.ErrnoException
      throw Object.assign(new Error(`${this.file} can't be written: ${why}`, { cause: error }), { code })
    }
  }

  /** The figures would be told as present ones for ever. */
  remove(): void {
    rmSync(this.file, { force: true })
  }

  async #read({ pid, command }: NodeProcess): Promise<ProcessReading> {
    const labels = { pid: String(pid), program: programOf(command).slice(0, longestLabel) }
    try {
      const answer = await askProcess(pid, { request: 'stats', detail: 'footprint' })
      return { labels, reading: metricsOfProcess(pid, answer as ReadProcess) }
    } catch (error) {
      if (!isAllocscopeError(error)) throw error
      if (!this.#unread.has(pid)) this.#complain(`process ${pid} isn't read: ${error.message} [${error.code}]`)
      return { labels, reading: undefined }
    }
  }
}
