import { constants } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { requireTracker } from '../binding/load-tracker.js'
import { isAllocscopeError } from '../errors/index.js'
import { takePrivateFile } from '../program/private-file.js'
import { lazily } from '../loading/index.js'
import { hidePreload, quietly, takeVariable } from '../program/index.js'
import { TrackingSession } from './tracking-session.js'
import { TrackWriter, trackVariable } from './track-channel.js'
import type { TrackRequest } from './track-channel.js'
import { encodeRecord, recordIdentity } from './track-record.js'

const treeFiles = lazily(() => require('./tree-files.js') as typeof import('./tree-files.js'))

/** Those that end a program which doesn't handle them, and that terminals, shells and supervisors send. */
const endingSignals: ReadonlyMap<string | symbol, number> = new Map(
  (['SIGHUP', 'SIGINT', 'SIGTERM'] as const).map((name) => [name, constants.signals[name]]),
)

/**
 * Where a signal ends the program, native code writes the record in the signal's handler: so it makes no difference whether the event loop is blocked, and
 * the program has no listener that it didn't make. A listener of its own takes the handler's place, until it is removed.
 */
function watchSignals({ tracker }: TrackingSession, writer: TrackWriter): void {
  tracker.prepareEndingRecord(writer.descriptor, recordIdentity())
  const watch = (name: string | symbol): void => {
    const number = endingSignals.get(name)
    if (number !== undefined && process.listenerCount(name) === 0) tracker.watchSignal(number)
  }
  for (const name of endingSignals.keys()) watch(name)
  process.on('removeListener', watch)
}

/** Has the Node programs that this one starts load the preload, too, and find their request. */
function handOn(text: string, preload: string): void {
  const flag = `--require "${preload.replace(/["\\]/g, '\\$&')}"`
  const options = process.env['NODE_OPTIONS'] ?? ''
  process.env[trackVariable] = text
  if (!options.includes(flag)) process.env['NODE_OPTIONS'] = `${options} ${flag}`.trimStart()
}

function begin(request: TrackRequest): void {
  const { file, folder } = request
  const writer = new TrackWriter(folder === undefined ? takePrivateFile(file) : treeFiles().beginInFolder(folder))
  try {
    // Otherwise V8 keeps no line of a function before something asks for it, and then compiles the function again.
    setFlagsFromString('--no-enable-lazy-source-positions')
    for (const flag of request.v8Flags) setFlagsFromString(flag)
    const session = new TrackingSession(requireTracker(), request.intervalBytes)
    watchSignals(session, writer)
    process.on(
      'exit',
      quietly(() => {
        session.tracker.leaveSignals()
        writer.write(encodeRecord(session.end()))
      }),
    )
    const { moments } = request
    // Where it can't, there are none, which the report says.
    if (moments === undefined) return
    quietly(() => {
      session.tellMoments(folder === undefined ? takePrivateFile(moments.file) : treeFiles().makeMomentsFile(folder), moments)
    })()
  } catch (error) {
    if (isAllocscopeError(error)) writer.refuse(error)
  }
}

/** Begins within the program, which must run as if it weren't there, whatever happens. `preload` is the file that node was told to load. */
export function trackInside(preload: string): void {
  try {
    hidePreload((name) => name === preload)
    const text = takeVariable(trackVariable)
    const request = text === undefined ? undefined : (JSON.parse(text) as TrackRequest)
    if (request?.folder !== undefined && text !== undefined) handOn(text, preload)
    if (request !== undefined) begin(request)
  } catch {
    // A program that may not read files or load addons runs on, unobserved. The reader finds an empty file and says so.
  }
}
