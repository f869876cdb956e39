import path from 'node:path'

import { requireBinding } from '../binding/index.js'
import { startTimeOf } from '../process/start-time.js'
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
 * The pipe ends with the process, and before it where the program closes every descriptor or execs another: so the shell looks whether the process with
 * this pid and start time is still there. The start time is the 20th field after the name, which may contain anything; a zombie has ended.
 */
const script = `
unset NODE_OPTIONS
while read -r _; do :; done
lives() {
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  started=$2
  set -f -- \${line##*) }
  case $1 in Z | X) return 1 ;; esac
  shift 19
  [ "$1" = "$started" ]
}
looks=0
while [ -d "$1" ] && lives "$2" "$3"; do
  looks=$((looks + 1))
  if [ $looks -gt 40 ]; then sleep 1; else sleep 0.05 2>/dev/null || sleep 1; fi || break
done
[ -d "$1" ] || exit 0
shift 3
exec "$@"`

/**
 * Starts a small shell that waits at a pipe until this process is gone. If the record is still there then, this process was killed before it could
 * print its profile: the shell execs a node that prints it. The shell has a session of its own, as a Ctrl-C is for the program. Neither the shell nor
 * the pipe keeps this process alive. Without a shell the program runs all the same; only a killed program's profile is lost.
 *
 * @throws AllocscopeError when the addon can't be loaded.
 */
export function watchForCrash(request: CrashReportRequest): void {
  const reporter = [process.execPath, path.join(__dirname, 'report-crash.js'), JSON.stringify(request)]
  const own = [String(process.pid), startTimeOf('self') ?? '']
  requireBinding().startPipeReader(['/bin/sh', '-c', script, 'allocscope', request.run.folder, ...own, ...reporter])
}
