import { lstatSync, renameSync } from 'node:fs'
import path from 'node:path'

import { AllocscopeError, isAllocscopeError, whyNotWritable } from '../errors/index.js'
import { lazily } from '../loading/index.js'
import { blockHeaderBytes, blockKinds, encodeBlock } from '../record/format/block.js'
import { encodeEvent } from '../record/format/file-events.js'
import type { FileEvent } from '../record/format/file-events.js'
import { encodeFileHeader, fileHeaderBytes } from '../record/format/file-header.js'
import type { FlightSettings } from './flight-options.js'

const record = lazily(() => require('../record/index.js') as typeof import('../record/index.js'))

/** A row has room for some thirty arenas. */
export const slotBytes = 512
/** The last one is that of V8's last collection of the whole heap. */
export const eventSlots = 512

const pageBytes = 4096

/** The remedy where a file can't be written. */
export function elsewhere({ fileOption }: FlightSettings): string {
  return `name a file elsewhere (${fileOption})`
}

/** The header and the blocks that stay, and how many bytes the file has for them: whole pages, so that no slot lies across two. */
export function encodeHead(pinned: readonly FileEvent[], rowSlots: number): { readonly head: Buffer; readonly headBytes: number } {
  const blocks = Buffer.concat(
    pinned.map((event, sequence) => encodeBlock({ kind: blockKinds.event, sequence, payload: encodeEvent(event) })),
  )
  const headBytes = Math.ceil((fileHeaderBytes + blocks.length) / pageBytes) * pageBytes
  const header = encodeFileHeader({ kind: 'flight', pinnedBytes: headBytes - fileHeaderBytes, slotBytes, rowSlots, eventSlots })
  return { head: Buffer.concat([header, blocks]), headBytes }
}

/** The event as a slot holds it: a name that is too long is cut. */
export function encodeForSlot(event: FileEvent): Uint8Array {
  const payload = encodeEvent(event)
  const surplus = payload.length - (slotBytes - blockHeaderBytes)
  if (surplus <= 0 || !('name' in event) || event.name.length <= 1) return payload
  const kept = Array.from(event.name)
  // As if its characters took the same bytes each, with three for the sign of the cut; what is still too long is cut again.
  const share = 1 - (surplus + 3) / Buffer.byteLength(JSON.stringify(event.name))
  const length = Math.max(0, Math.min(kept.length - 2, Math.floor(kept.length * share)))
  return encodeForSlot({ ...event, name: `${kept.slice(0, length).join('')}…` })
}

/** The error for what the file system, or node's permission model, refuses. */
function refused(settings: FlightSettings, cause: unknown): AllocscopeError {
  const { file } = settings
  const { syscall } = cause as NodeJS.ErrnoException
  const why = whyNotWritable(cause, path.dirname(file), elsewhere(settings))
  return new AllocscopeError('ERR_ALLOCSCOPE_RECORDING', `${file}: ${why}`, { cause, syscall })
}

/**
 * Renames the recording of an earlier process: it may be the evidence of a crash, and in a container every first process has the same id. Throws
 * `ERR_ALLOCSCOPE_RECORDING`.
 */
export function setAside(settings: FlightSettings): void {
  try {
    renameEarlier(settings.file)
  } catch (error) {
    throw isAllocscopeError(error) ? error : refused(settings, error)
  }
}

function renameEarlier(file: string): void {
  const found = lstatSync(file, { throwIfNoEntry: false })
  if (found === undefined) return
  const refuse = (why: string): AllocscopeError => new AllocscopeError('ERR_ALLOCSCOPE_RECORDING', `${file}: ${why}`)
  // In a folder that others write to: a link isn't followed, a pipe isn't waited for, and what is theirs isn't read.
  if (!found.isFile()) throw refuse('there is something of that name already, which is no file')
  if (found.uid !== process.geteuid?.()) throw refuse('the file of that name belongs to another user')
  const { readRecording, isRecording } = record()
  const { kind, start } = readRecording(file)
  if (kind !== 'flight') throw refuse('there is a recording of that name already, which is no flight recording')
  if (isRecording(start.pid, file) === true) throw refuse(`process ${start.pid} is recording into it`)
  renameSync(file, `${file}.previous`)
}
