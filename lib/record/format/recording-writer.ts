import { closeSync, existsSync, openSync, writeSync } from 'node:fs'
import path from 'node:path'

import { AllocscopeError, whyNotWritable } from '../../errors/index.js'
import { blockKinds, encodeBlock } from './block.js'
import { encodeEvent } from './file-events.js'
import type { FileEvent, TrackEvent } from './file-events.js'
import { encodeFileHeader } from './file-header.js'
import { SampleEncoder } from './samples.js'

function refusal(file: string, why: string, cause?: unknown): AllocscopeError {
  return new AllocscopeError('ERR_ALLOCSCOPE_RECORDING', `${file} can't be written: ${why}`, { cause })
}

const isThere = 'there is a file of this name'
const remedy = 'name a file elsewhere (--output)'

/** Throws `ERR_ALLOCSCOPE_RECORDING` where a file is there that isn't to be replaced: for who has more to do before it is made. */
export function refuseExisting(file: string, replace: boolean): void {
  if (!replace && existsSync(file)) throw refusal(file, isThere)
}

/** Appends a recording to a file. Samples wait until {@link RecordingWriter.flush}; events are written with it, in order. */
export class RecordingWriter {
  readonly #descriptor: number
  readonly #tracks: SampleEncoder[] = []
  #blocks: Buffer[] = []
  #sequence = 0
  /** Samples that were encoded and haven't been handed to the kernel. */
  #unwrittenSamples = 0
  #failure: Error | undefined

  /** @throws AllocscopeError `ERR_ALLOCSCOPE_RECORDING` when the file can't be made. A file that is there is replaced only with `replace`. */
  constructor(file: string, { replace = false }: { readonly replace?: boolean } = {}) {
    try {
      this.#descriptor = openSync(file, replace ? 'w' : 'wx', 0o600)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      throw refusal(file, code === 'EEXIST' ? isThere : whyNotWritable(error, path.dirname(path.resolve(file)), remedy), error)
    }
    this.#blocks.push(encodeFileHeader())
  }

  /** Samples that could not be written. Of the write that failed, all: how many of them are in the file isn't known. */
  get lostSamples(): number {
    return this.#failure === undefined ? 0 : this.#unwrittenSamples
  }

  /** Why nothing is written any more, as when the disk is full. What was written before stays good. */
  get failure(): Error | undefined {
    return this.#failure
  }

  event(event: FileEvent): void {
    this.#sealRows()
    this.#push(blockKinds.event, encodeEvent(event))
  }

  /** Begins a track, and answers with its number. */
  track(event: Omit<TrackEvent, 'kind' | 'track'>): number {
    const track = this.#tracks.length
    this.#tracks.push(new SampleEncoder(track, event.columns))
    this.event({ kind: 'track', track, ...event })
    return track
  }

  /** A row: its time, then a figure a column. It isn't kept. */
  sample(track: number, row: ArrayLike<number>): void {
    ;(this.#tracks[track] as SampleEncoder).add(row)
  }

  /** Hands everything to the kernel: from then on it survives this process. */
  flush(): void {
    this.#sealRows()
    const bytes = Buffer.concat(this.#blocks)
    this.#blocks = []
    if (bytes.length === 0 || this.#failure !== undefined) return
    try {
      for (let written = 0; written < bytes.length;) written += writeSync(this.#descriptor, bytes, written)
      this.#unwrittenSamples = 0
    } catch (error) {
      this.#failure = error as Error
    }
  }

  close(): void {
    this.flush()
    closeSync(this.#descriptor)
  }

  #sealRows(): void {
    for (const encoder of this.#tracks) {
      if (encoder.rows === 0) continue
      this.#unwrittenSamples += encoder.rows
      this.#push(blockKinds.samples, encoder.take())
    }
  }

  #push(kind: number, payload: Uint8Array): void {
    if (this.#failure === undefined) this.#blocks.push(encodeBlock({ kind, sequence: this.#sequence++, payload }))
  }
}
