import { visitProcess } from '../attach/index.js'
import type { Invite } from '../attach/index.js'
import { newRecordingFile, recordAttached } from '../record/index.js'
import type { RecordOptions, RecordReport } from '../record/index.js'
import { renderRecordEnd, renderRecordEndJson } from '../report/index.js'
import { styleFor } from './terminal.js'

/** How long what the process tells at the end is waited for, where its event loop is blocked. */
const endPatienceMs = 5000

/** Milliseconds between samples, unless otherwise asked for. */
export const usualIntervalMs = 10

/** The file that was named, or a new name in this folder. */
export function fileFor(output: string | undefined): string {
  return output ?? newRecordingFile(new Date())
}

export function warnOfFailure(error: Error): void {
  process.stderr.write(`allocscope: the recording ends here, and the program goes on: ${error.message}\n`)
}

/** Records process `pid` from outside and inside until it ends, its time is over, or a signal. Throws what attaching and recording throw. */
export async function recordRunning(pid: number, options: RecordOptions, invite?: Invite): Promise<RecordReport> {
  const host = async (): ReturnType<Parameters<typeof recordAttached>[1]> => {
    const { answer, end } = await visitProcess(pid, { request: 'record', intervalMs: options.intervalMs }, invite)
    return { answer, end: () => end(endPatienceMs) }
  }
  return await recordAttached(pid, host, options)
}

/** Says on standard error what was recorded. */
export function tellRecorded(report: RecordReport, json: boolean): void {
  process.stderr.write(json ? renderRecordEndJson(report) : renderRecordEnd(report, styleFor(process.stderr)))
}
