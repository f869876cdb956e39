import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'

import { InsertedTexts } from './inserted-texts.js'
import type { FileInsertions } from './inserted-texts.js'

/** What is inserted into the files of this thread. Some of it is told by the thread of the loader hooks, before the module runs. */
export class ToldInsertions {
  readonly #texts = new InsertedTexts()
  #port: MessagePort | undefined

  add(insertions: FileInsertions | undefined): void {
    if (insertions !== undefined) this.#texts.add(insertions)
  }

  /** The port to tell by. That this end is open keeps no program running. */
  openPort(): MessagePort {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    return port2
  }

  get(): InsertedTexts {
    for (;;) {
      const received = this.#port && (receiveMessageOnPort(this.#port) as { readonly message: FileInsertions } | undefined)
      if (received === undefined) return this.#texts
      this.#texts.add(received.message)
    }
  }
}
