import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

import type { LineProfile, ProfileEnd, ProfileMode } from '../line-profile.js'
import { readDescriptions } from './descriptions.js'
import type { ProcessDescription } from './descriptions.js'
import { SourceLines, describeFunctions } from './function-profiles.js'
import { filesOf, parseFiguresName, startTimeOf } from './record-files.js'
import { figure, limitation, maxFrames } from './state-layout.js'
import { readThreadRecord } from './thread-record.js'
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
    limitations === limitation.pageEnds && 'Unused ends of V8’s pages could not be told from objects, and count as allocated.',
    inexact > 0 && `${inexact} times V8's heap could not be followed from one page to the next: a line may lack some allocated bytes.`,
    lost > 0 && `${lost} calls were only counted: ${maxFrames - 1} were under way at once.`,
    hits > 0 && `Increments are of live memory for the first ${hits} executions of each line, and count garbage from then on.`,
  ].filter((note) => note !== false)
}

function describeSources({ missing }: SourceLines): string[] {
  return [...missing].map((file) => `${file} can't be read: its lines are shown without their text.`)
}

function readThread(folder: string, name: string, descriptions: Map<string, ProcessDescription>): LineProfile | undefined {
  const parsed = parseFiguresName(name)
  if (parsed === undefined) return undefined
  const files = filesOf(folder, parsed.processName)
  const figures = path.join(folder, name)
  const record = existsSync(files.descriptions) ? readThreadRecord(figures, figures.replace(/figures$/, 'rows')) : undefined
  if (record === undefined) return undefined
  const description = descriptions.get(parsed.processName) ?? readDescriptions(files.descriptions)
  descriptions.set(parsed.processName, description)
  const sources = new SourceLines(description.sources)
  const functions = describeFunctions(description, record, sources)
  const until = record.figure(figure.stoppedMs) || record.figure(figure.timeMs)
  return {
    mode: modes[record.figure(figure.mode)] ?? 'hybrid',
    pid: parsed.pid,
    threadId: record.figure(figure.threadId),
    nodeVersion: description.nodeVersion,
    durationMs: Math.max(0, until - record.figure(figure.startedMs)),
    end: endOf(record, parsed.pid, parsed.startTime),
    functions,
    uninstrumented: description.uninstrumented,
    notes: [...description.notes, ...describeLimitations(record), ...describeSources(sources)],
  }
}

/**
 * The profiles in a record folder, one for each thread, with processes in the order of their start. The program may still run or have been killed: then
 * an open line's figures end at the last probe.
 */
export function readProfiles(folder: string): LineProfile[] {
  const descriptions = new Map<string, ProcessDescription>()
  const threads = readdirSync(folder).flatMap((name) => {
    const profile = readThread(folder, name, descriptions)
    return profile === undefined
      ? []
      : [{ profile, startedMs: descriptions.get(parseFiguresName(name)?.processName ?? '')?.startedMs ?? 0 }]
  })
  return threads
    .sort((a, b) => a.startedMs - b.startedMs || a.profile.pid - b.profile.pid || a.profile.threadId - b.profile.threadId)
    .map(({ profile }) => profile)
}
