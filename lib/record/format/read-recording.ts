import { readFileSync } from 'node:fs'

import { AllocscopeError } from '../../errors/index.js'
import type { Recording, RecordingDamage } from '../recording.js'
import { blockKinds, decodeBlock } from './block.js'
import type { Block } from './block.js'
import { decodeEvent } from './file-events.js'
import { decodeFileHeader, fileHeaderBytes } from './file-header.js'
import { readFlight } from './read-flight.js'
import { RecordingBuilder } from './recording-builder.js'

/** Adds what a block holds. Throws where it is malformed. */
function addBlock({ kind, payload }: Block, builder: RecordingBuilder): void {
  if (kind === blockKinds.event) {
    const event = decodeEvent(payload)
    if (event !== undefined) builder.addEvent(event)
  } else if (kind === blockKinds.samples) {
    builder.addSamples(payload)
  }
}

function readBlocks(bytes: Buffer, builder: RecordingBuilder): RecordingDamage | undefined {
  let at = fileHeaderBytes
  let next = 0
  const damaged = (reason: string): RecordingDamage => ({ atByte: at, lostBytes: bytes.length - at, reason })
  while (at < bytes.length) {
    const decoded = decodeBlock(bytes, at)
    if ('wrong' in decoded) return damaged(decoded.wrong)
    // Samples are differences from those before them.
    if (decoded.block.sequence !== next++) return damaged('a block is missing')
    try {
      addBlock(decoded.block, builder)
    } catch (error) {
      return damaged((error as Error).message)
    }
    at = decoded.end
  }
  return undefined
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new AllocscopeError('ERR_ALLOCSCOPE_RECORDING', `${file} can't be read: ${(error as Error).message}`, { cause: error })
  }
}

/**
 * Reads a recording's file. What follows damage isn't read: {@link Recording.damage} tells where it is, and all before it is good. Of a flight
 * recording, slots that aren't whole are passed over, as one was being written when the process was killed.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_RECORDING` when it can't be read, isn't a recording, was written by a newer version, or is damaged before it
 *   tells how it began.
 */
export function readRecording(file: string): Recording {
  const bytes = readBytes(file)
  const layout = decodeFileHeader(bytes, file)
  const builder = new RecordingBuilder()
  const damage = layout.kind === 'flight' ? readFlight(bytes, layout, builder) : readBlocks(bytes, builder)
  const recording = builder.build({ file, kind: layout.kind, damage })
  if (recording !== undefined) return recording
  throw new AllocscopeError(
    'ERR_ALLOCSCOPE_RECORDING',
    `${file}: it is damaged before its first samples (${damage?.reason ?? 'the file is too short'})`,
  )
}
