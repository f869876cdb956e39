import { watch } from 'node:fs'
import { hidePreload, takeVariable } from '../program/preload.js'
import { quietly } from '../program/quietly.js'
import { LivingWorkers } from './living-workers.js'
import { recordAll, recordReleased, recordWork } from './record-work.js'
import { compareVariable, connectRecord, requestName } from './work-record.js'
import type { RecordWriter } from './work-record.js'

/** Connections that the driver has closed are seen by the program's event loop a little later. */
const afterDriverMs = 100

/** Records once, at the exit of the program or when its driver has ended. */
class Recorder {
  private stage: 'working' | 'settling' | 'recorded' = 'working'

  private readonly workers = new LivingWorkers()

  constructor(private readonly writer: RecordWriter) {}

  /** Within an `exit` event: there is no time but that of this call. */
  readonly atExit = quietly(() => {
    const { stage } = this
    this.stage = 'recorded'
    if (stage === 'working') recordAll(this.writer, this.workers.count)
    if (stage === 'settling') recordReleased(this.writer, this.workers.count)
  })

  /** The program serves on, idle, so that its event loop turns while its memory settles. */
  readonly afterDriver = quietly(() => {
    if (this.stage !== 'working') return
    this.stage = 'settling'
    recordWork(this.writer)
    setTimeout(this.afterSettling, this.writer.settleMs).unref()
  })

  private readonly afterSettling = quietly(() => {
    if (this.stage !== 'settling') return
    this.stage = 'recorded'
    recordReleased(this.writer, this.workers.count)
  })
}

function startRecording(address: string): void {
  const writer = connectRecord(address)
  const recorder = new Recorder(writer)
  process.on('exit', recorder.atExit)
  // A program that serves doesn't end by itself: a file in the folder says that its driver has ended. Neither keeps the program alive.
  const requests = watch(writer.folder, { persistent: false }, (_event, name) => {
    if (name !== requestName) return
    requests.close()
    setTimeout(recorder.afterDriver, afterDriverMs).unref()
  })
  requests.on('error', () => undefined)
}

/** Begins within the program, which must run as if it weren't there, whatever happens. `preload` is the file that node was told to load. */
export function recordInside(preload: string): void {
  try {
    hidePreload((name) => name === preload)
    const address = takeVariable(compareVariable)
    if (address !== undefined) startRecording(address)
  } catch {
    // A program that may not read files runs on unrecorded. The reader finds an empty record and says so.
  }
}
