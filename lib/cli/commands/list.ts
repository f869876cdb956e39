import type { Command } from 'commander'

import { durationOf, findPeaks } from '../../record/analysis/index.js'
import { findRecordings, mayBeGrowing, readRecording } from '../../record/index.js'
import type { FoundRecording, Recording } from '../../record/index.js'
import { renderJson } from '../../report/index.js'
import { renderRecordingList } from '../../report/recording/index.js'
import type { ListedRecording } from '../../report/recording/index.js'
import { styleFor } from '../terminal.js'

interface ListOptions {
  readonly json?: true
}

function stateOf(recording: Recording): ListedRecording['state'] {
  if (recording.end !== undefined) return 'ended'
  if (mayBeGrowing(recording)) return 'recording'
  return recording.damage === undefined ? 'no-end' : 'damaged'
}

function describe(found: FoundRecording, index: number): ListedRecording {
  try {
    const recording = readRecording(found.file)
    return {
      index,
      ...found,
      durationMs: durationOf(recording),
      peakRssBytes: findPeaks(recording).together?.rssBytes,
      processes: recording.processes.length,
      command: recording.start.command,
      state: stateOf(recording),
      problem: recording.damage?.reason,
    }
  } catch (error) {
    const unknown = { durationMs: undefined, peakRssBytes: undefined, processes: undefined }
    return { index, ...found, ...unknown, command: [], state: 'unreadable', problem: (error as Error).message }
  }
}

function printList(folder = '.', { json }: ListOptions): void {
  const recordings = findRecordings(folder).map(describe)
  const model = { version: 1, folder, recordings }
  process.stdout.write(json ? renderJson(model) : renderRecordingList(folder, recordings, styleFor(process.stdout)))
}

const examples = `
Examples:
  $ allocscope list
  $ allocscope list /var/tmp --json

The numbers are those by which the other commands find a recording of the current folder: 0 the oldest, or -1 the newest. What a recording is, its
first bytes tell, whatever it is called. The peak is that of all its processes together.
JSON: { "version": 1, "folder": …, "recordings": [{ "index", "file", "startMs", "bytes", "durationMs", "peakRssBytes", "state", … }] }`

/** `allocscope list`: the recordings of a folder. */
export function registerList(program: Command): void {
  program
    .command('list')
    .summary('the recordings of a folder')
    .description('The recordings of a folder, the oldest first.')
    .argument('[folder]', 'the current one by default')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(printList)
}
