import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'

import type { CheckAnswer } from '../check-request.js'

/** What the command says to the server that checks itself: that it answers and may begin, and that the requests of a call were made. */
export type ToServer = { readonly kind: 'begin' } | { readonly kind: 'called' }

/** What the server says: that a call's requests are to be made, what the check found, or that it failed. */
export type FromServer =
  | { readonly kind: 'call' }
  | { readonly kind: 'answer'; readonly answer: CheckAnswer }
  | { readonly kind: 'failed'; readonly message: string }

/** A message as a line of the pipe between both. */
export function encodeMessage(message: ToServer | FromServer): string {
  return `${JSON.stringify(message)}\n`
}

/** Calls `listener` with every message that comes. Both ends are of one installation, so that each knows what the other says. */
export function onMessage(channel: Duplex, listener: (message: unknown) => void): void {
  createInterface({ input: channel, crlfDelay: Infinity }).on('line', (line) => {
    listener(JSON.parse(line))
  })
}
