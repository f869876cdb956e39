import type { Readable } from 'node:stream'

/** So much of the end of an output is kept, to say why a run failed. */
const keptCharacters = 4000

/** Reads an output to its end, so that its writer never waits, and keeps the last of it. */
export class OutputTail {
  private text = ''
  private readonly listeners = new Set<() => void>()

  constructor(streams: readonly (Readable | null)[]) {
    for (const stream of streams) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        this.text = (this.text + chunk).slice(-keptCharacters)
        this.listeners.forEach((listener) => {
          listener()
        })
      })
    }
  }

  /** The line that says most about a failure: an error's message, otherwise the last one. */
  get lastWords(): string {
    const lines = this.text.split('\n').filter((line) => line.trim() !== '')
    return (lines.findLast((line) => /^(?:\w*Error\b|Uncaught\b)/.test(line)) ?? lines.at(-1) ?? '').trim()
  }

  /** Calls `found` once when a line contains `words`. */
  whenPrinted(words: string, found: () => void): void {
    const look = (): void => {
      if (!this.text.includes(words)) return
      this.listeners.delete(look)
      found()
    }
    this.listeners.add(look)
    look()
  }
}
