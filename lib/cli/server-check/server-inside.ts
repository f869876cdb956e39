import { Socket } from 'node:net'

import { lazily } from '../../loading/index.js'
import { hidePreload, takeVariable } from '../../program/index.js'
import { answerDescriptor, checkVariable } from '../check-request.js'
import type { CheckRequest } from '../check-request.js'
import { endCheckProgress, showCheckProgress } from '../check-progress.js'
import { encodeMessage, onMessage } from './server-channel.js'
import type { FromServer, ToServer } from './server-channel.js'

const release = lazily(() => require('../../release/index.js') as typeof import('../../release/index.js'))

const mostPreparingCalls = 10
const longestPreparationMs = 1000

/** The check within the server: it asks for the requests of a call, and looks at the memory of its process. */
class ServerCheck {
  readonly #channel = new Socket({ fd: answerDescriptor })
  readonly #request: CheckRequest
  #settleCall: () => void = () => undefined

  constructor(request: CheckRequest) {
    this.#request = request
    // It must not keep the program from ending.
    this.#channel.unref()
    // Without the command nobody makes requests, nor reads the answer.
    this.#channel.on('error', () => process.exit(1)).on('close', () => process.exit(1))
    onMessage(this.#channel, (message) => {
      if ((message as ToServer).kind === 'called') this.#settleCall()
      else void this.#check()
    })
  }

  #send(message: FromServer): void {
    this.#channel.write(encodeMessage(message))
  }

  #call(): Promise<void> {
    return new Promise((resolve) => {
      this.#settleCall = resolve
      this.#send({ kind: 'call' })
    })
  }

  /** Calls before the baseline: a server that has answered nothing yet has its code still to compile, and its caches to fill. */
  async #prepare(): Promise<void> {
    const end = performance.now() + longestPreparationMs
    for (let calls = 0; calls < mostPreparingCalls && (calls === 0 || performance.now() < end); calls += 1) await this.#call()
  }

  async #check(): Promise<void> {
    const { options, progress } = this.#request
    const stopping = new AbortController()
    process.once('SIGINT', () => {
      stopping.abort()
    })
    try {
      const setup = (): Promise<void> => this.#prepare()
      const asked = { ...options, setup, signal: stopping.signal, ...(progress && { onProgress: showCheckProgress }) }
      const check = await release().checkRelease(() => this.#call(), asked)
      this.#end({ kind: 'answer', answer: { check, subject: '' } })
    } catch (error) {
      this.#end({ kind: 'failed', message: String(error) })
    }
  }

  #end(message: FromServer): void {
    if (this.#request.progress) endCheckProgress()
    this.#channel.removeAllListeners('close')
    this.#channel.end(encodeMessage(message), () => process.exit())
  }
}

/** Has this process, a server that hasn't begun, checked by the command that started it. `preload` is the file that calls. */
export function serveCheck(preload: string): void {
  hidePreload((name) => name === preload)
  const text = takeVariable(checkVariable)
  if (text !== undefined) new ServerCheck(JSON.parse(text) as CheckRequest)
}
