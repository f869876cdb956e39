import { fstatSync, readFileSync } from 'node:fs'

import { appendLinesTo, encodeLine, encodeStamp, parseStampedLines, undefinedForNull } from '../program/index.js'
import { makePrivateFile, takePrivateFile } from '../program/private-file.js'
import type { LineStamp } from '../program/index.js'
import type { LedgerFigures } from './rss-ledger.js'

/** The environment variable that tells the preload its file and what is asked for. The preload deletes it at once. */
export const explainVariable = 'ALLOCSCOPE_EXPLAIN'

/** When a ledger was taken: at the program's exit, at its highest RSS, on SIGUSR2, or at an interval. */
export type ExplainMoment = 'exit' | 'peak' | 'signal' | 'interval'

/** A ledger of a program, and when it was taken. */
export interface TakenLedger {
  readonly moment: ExplainMoment
  /** Milliseconds since the program's start. */
  readonly elapsedMs: number
  readonly ledger: LedgerFigures
}

/** What the preload is to do. */
export interface ExplainRequest {
  readonly file: string
  readonly at: 'exit' | 'peak'
  /** Milliseconds between ledgers; 0 for none. */
  readonly everyMs: number
}

const stamp: LineStamp = { allocscope: 'ledgers', version: 1 }

/** The reading end, in the command. */
export interface LedgerReader {
  readonly file: string
  /** Ledgers that came since the last call. */
  readNew(): readonly TakenLedger[]
  close(): void
}

/** Makes the file for the preload to append to. */
export function openLedgers(): LedgerReader {
  const { file, descriptor, close } = makePrivateFile('ledgers.ndjson')
  let seen = 0
  let size = 0
  return {
    file,
    readNew: () => {
      const now = fstatSync(descriptor).size
      if (now === size) return []
      size = now
      // By this name the file is read from its beginning each time.
      const { values } = parseStampedLines(readFileSync(`/proc/self/fd/${descriptor}`, 'utf8'), stamp)
      const fresh = values.slice(seen)
      seen = values.length
      return fresh.map((value) => undefinedForNull(value) as TakenLedger)
    },
    close,
  }
}

/** The writing end, in the program. Answers false once the file can't be written any more. Throws what the file system throws. */
export function connectLedgers(file: string): (taken: TakenLedger) => boolean {
  const append = appendLinesTo(takePrivateFile(file))
  append(encodeStamp(stamp))
  return (taken) => append(encodeLine(taken))
}
