import { spawn } from 'node:child_process'
import path from 'node:path'

import type { ProfiledRun } from '../profile/index.js'
import type { ReportSettings } from './report-settings.js'

/** What the process that prints a killed program's profile is told. */
export interface CrashReportRequest {
  readonly run: ProfiledRun
  readonly report: ReportSettings
  readonly title: string
  /** The folder that the report's files are relative to. */
  readonly directory: string
}

/**
 * Waits, in a shell of a few hundred kilobytes, until this process is gone, whose end of a pipe then closes; if the record is still there, it was
 * killed before it could print, and a node takes the shell's place to do so. In a session of its own: a Ctrl-C is for the program. Neither
 * the shell nor the pipe keeps this process alive.
 */
export function watchForCrash(request: CrashReportRequest): void {
  const script = 'while read -r _; do :; done; [ -d "$1" ] || exit 0; shift; exec "$@"'
  const reporter = [process.execPath, path.join(__dirname, 'report-crash.js'), JSON.stringify(request)]
  const { NODE_OPTIONS: _options, ...environment } = process.env
  const shell = spawn('/bin/sh', ['-c', script, 'allocscope', request.run.folder, ...reporter], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
    env: environment,
  })
  shell.on('error', () => undefined)
  shell.stdin.on('error', () => undefined)
  shell.unref()
  ;(shell.stdin as unknown as { unref(): void }).unref()
}
