import { spawn } from 'node:child_process'
import path from 'node:path'

import type { ProfiledRun } from '../profile/index.js'
import type { ReportSettings } from './report-settings.js'

/** For the process that prints the profile of a killed program. */
export interface CrashReportRequest {
  readonly run: ProfiledRun
  readonly report: ReportSettings
  readonly title: string
  /** The folder that the report's files are relative to. */
  readonly directory: string
}

/**
 * Starts a small shell that waits at a pipe until this process is gone. If the record is still there then, this process was killed before it could
 * print its profile: the shell execs a node that prints it. The shell has a session of its own, as a Ctrl-C is for the program. Neither the shell nor
 * the pipe keeps this process alive.
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
