import { once } from 'node:events'
import net from 'node:net'

import type { AgentRequest } from './agent-messages.js'
import { parseResult, patienceMs, readLine } from './ask-agent.js'

/** A request that goes on after its answer. */
export interface Visit {
  readonly answer: unknown
  /** Resolves when it is over: ended here, or as the process ended. */
  readonly over: Promise<void>
  /** Ends it. Resolves when the process has done what it does at the end, or after `patienceMs` of a blocked event loop, when it will do so later. */
  readonly end: (patienceMs: number) => Promise<void>
}

/** Makes a request of the agent behind `path` that lasts until it is ended. Throws what {@link askAgent} throws. */
export async function visitAgent(path: string, request: AgentRequest): Promise<Visit> {
  const socket = net.connect(path)
  const over = new Promise<void>((resolve) => {
    socket.once('close', () => {
      resolve()
    })
  })
  try {
    const line = readLine(socket)
    socket.setTimeout(patienceMs)
    socket.write(`${JSON.stringify(request)}\n`)
    const answer = parseResult(await line)
    socket.setTimeout(0)
    return {
      answer,
      over,
      end: async (endPatienceMs) => {
        if (socket.closed) return
        socket.setTimeout(endPatienceMs, () => socket.destroy())
        socket.end()
        await once(socket, 'close')
      },
    }
  } catch (error) {
    socket.destroy()
    throw error
  }
}
