import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

import { startTimeOf } from '../../process/start-time.js'
import type { LineProfile, ProfileEnd, ProfileMode } from '../line-profile.js'
import type { ProfileSeries } from '../profile-series.js'
import { readDescriptions, readStart } from './descriptions.js'
import type { ProcessDescription } from './descriptions.js'
import { SourceLines, describeFunctions } from './function-profiles.js'
import { filesOf, parseFiguresName } from './record-files.js'
import { figure, limitation, maxFrames } from './state-layout.js'
import { isBegun, readThreadRecord } from './thread-record.js'
import type { ThreadRecord } from './thread-record.js'

const modes: readonly ProfileMode[] = ['hybrid', 'exact', 'settle']

function endOf(record: ThreadRecord, pid: number, startTime: string): ProfileEnd {
  if (record.figure(figure.stoppedMs) > 0) return 'exit'
  return startTimeOf(pid) === startTime ? 'running' : 'crash'
}

function describeLimitations(record: ThreadRecord): string[] {
  const limitations = record.figure(figure.limitations)
  const inexact = record.figure(figure.inexact)
  const lost = record.figure(figure.lostCalls)
  const hits = record.figure(figure.settledHits)
  return [
    (limitations & limitation.words) !== 0 &&
      "This V8's own counters could not be proved: lines may be charged with what V8's compilers allocate and with unused ends of pages.",
    (limitations & (limitation.words | limitation.pageEnds)) === limitation.pageEnds &&
      'Unused ends of V8’s pages could not be told from objects, and count as allocated.',
    (limitations & limitation.unwritten) !== 0 &&
      'From some time on the program could not write into the record any more: what it loaded later is missing.',
    inexact > 0 && `${inexact} times V8's heap could not be followed from one page to the next: a line may lack some allocated bytes.`,
    lost > 0 && `${lost} calls were only counted: ${maxFrames - 1} were under way at once.`,
    hits > 0 &&
      `Increments are of live memory for the first ${hits} executions of each line, 2 where the second changed nothing. From then on they count garbage.`,
  ].filter((note) => note !== false)
}

function describeSources({ missing }: SourceLines): string[] {
  return [...missing].map((file) => `${file} can't be read: its lines are shown without their text.`)
}

/** One thread of the record, of which only what its place among the others depends on was read. */
interface RecordedThread {
  readonly processName: string
  readonly pid: number
  readonly startTime: string
  readonly figures: string
  readonly threadId: number
  readonly startedMs: number
}

function findThread(folder: string, name: string): RecordedThread | undefined {
  const parsed = parseFiguresName(name)
  if (parsed === undefined) return undefined
  const { descriptions } = filesOf(folder, parsed.processName)
  const figures = path.join(folder, name)
  if (!existsSync(descriptions) || !isBegun(figures)) return undefined
  return { ...parsed, figures, startedMs: readStart(descriptions) }
}

function readThread(thread: RecordedThread, description: ProcessDescription): LineProfile | undefined {
  const { figures, pid, startTime } = thread
  const record = readThreadRecord(figures, figures.replace(/figures$/, 'rows'))
  if (record === undefined) return undefined
  const sources = new SourceLines(description.sources)
  const functions = describeFunctions(description, record, sources)
  const until = record.figure(figure.stoppedMs) || record.figure(figure.timeMs)
  return {
    mode: modes[record.figure(figure.mode)] ?? 'hybrid',
    pid,
    threadId: record.figure(figure.threadId),
    nodeVersion: description.nodeVersion,
    durationMs: Math.max(0, until - record.figure(figure.startedMs)),
    end: endOf(record, pid, startTime),
    functions,
    uninstrumented: description.uninstrumented,
    notes: [...description.notes, ...describeLimitations(record), ...describeSources(sources)],
  }
}

function* readEach(folder: string, threads: readonly RecordedThread[]): Generator<LineProfile> {
  // The threads of one process stand side by side, and share its description.
  let known: { readonly processName: string; readonly description: ProcessDescription } | undefined
  for (const thread of threads) {
    const { processName } = thread
    if (known?.processName !== processName)
      known = { processName, description: readDescriptions(filesOf(folder, processName).descriptions) }
    const profile = readThread(thread, known.description)
    if (profile !== undefined) yield profile
  }
}

/**
 * The profiles in a record folder, one for each thread, with processes in the order of their start. The program may still run or have been killed: then
 * an open line's figures end at the last probe. Which threads there are is found out at once, and each is read when its turn comes: the folder must
 * be there until then.
 */
export function readProfiles(folder: string): ProfileSeries {
  const threads = readdirSync(folder)
    .map((name) => findThread(folder, name))
    .filter((thread) => thread !== undefined)
    .sort((a, b) => a.startedMs - b.startedMs || a.pid - b.pid || a.threadId - b.threadId)
  return { [Symbol.iterator]: () => readEach(folder, threads) }
}
