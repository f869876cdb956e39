import { lazily } from '../loading/index.js'

const inspector = lazily(() => require('node:inspector') as typeof import('node:inspector'))

/** What takes a snapshot's text. */
interface TextReader<Result> {
  feed(text: string): void
  end(): Result
}

/** Node may be built without the inspector. */
export function hasInspector(): boolean {
  return process.features.inspector
}

/** V8's inspector of the calling thread. Its answers come before a call returns. */
export class InspectorSession {
  readonly #session: import('node:inspector').Session

  constructor() {
    this.#session = new (inspector().Session)()
    this.#session.connect()
  }

  /** Answers with the method's result. Throws what the inspector says against it. For methods that V8 runs at once. */
  ask(method: string, parameters: object = {}): unknown {
    const answers: { readonly error: Error | null; readonly result: unknown }[] = []
    this.#session.post(method, parameters, (error, result) => void answers.push({ error, result }))
    const [answer] = answers
    if (answer === undefined) throw new Error(`${method}: no answer`)
    if (answer.error !== null) throw new Error(`${method}: ${answer.error.message}`)
    return answer.result
  }

  /** Has `reader` read the snapshot that `method` takes, at once or in a task of V8's own. The text is never kept as a whole. */
  async takeSnapshot<Result>(method: string, reader: TextReader<Result>): Promise<Result> {
    const failures: unknown[] = []
    const feed = ({ params }: { readonly params: { readonly chunk: string } }): void => {
      if (failures.length > 0) return
      try {
        reader.feed(params.chunk)
      } catch (error) {
        // Thrown here it would be an uncaught one.
        failures.push(error)
      }
    }
    this.#session.on('HeapProfiler.addHeapSnapshotChunk', feed)
    try {
      await new Promise<void>((resolve, reject) => {
        this.#session.post(method, { reportProgress: false }, (error) => {
          if (error === null) resolve()
          else reject(new Error(`${method}: ${error.message}`))
        })
      })
    } finally {
      this.#session.off('HeapProfiler.addHeapSnapshotChunk', feed)
    }
    if (failures.length > 0) throw failures[0]
    return reader.end()
  }

  /** Ends what was begun: tracking, sampling, and the objects' ids. */
  close(): void {
    this.#session.post('HeapProfiler.disable')
    this.#session.disconnect()
  }
}
