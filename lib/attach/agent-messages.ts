import type { AllocatorDetail } from '../allocator/index.js'

/** How often an agent tells of moments: those of lib/track. */
interface MomentPace {
  readonly periodMs: number
  readonly longestMs: number
}

/** Beside an agent's socket: what a visitor is told of before it ends its visit. */
export function momentsFileOf(socket: string): string {
  return `${socket}.moments`
}

/** What an agent is asked: a line of JSON. */
export type AgentRequest =
  | { readonly request: 'stats'; readonly detail: AllocatorDetail }
  | { readonly request: 'explain' | 'release' }
  /** Ends by itself after some `forMs`, or earlier as `track` does: then no further round begins. */
  | { readonly request: 'check-release'; readonly forMs?: number | undefined }
  /** The same, after `forMs`. */
  | { readonly request: 'profile'; readonly name: string; readonly intervalBytes: number; readonly forMs?: number | undefined }
  /** Answers with a descriptor of the process's at once, and lasts as long as `track`. */
  | { readonly request: 'watch' | 'record'; readonly intervalMs: number }
  /**
   * Lasts until whoever asked ends the connection's sending side, or is gone. With `moments` it tells of them meanwhile through the file {@link momentsFileOf} the
   * socket.
   */
  | { readonly request: 'track'; readonly intervalBytes: number; readonly exactFunctions: boolean; readonly moments?: MomentPace }

/** What it answers: a line of JSON. */
export type AgentAnswer = { readonly version: number; readonly pid: number } & (
  { readonly result: unknown } | { readonly error: { readonly code: string; readonly message: string } }
)

/** A process that brings an agent in, by its number and when it started, ticks since boot: the number alone may be another's later. */
export interface Inviter {
  readonly pid: number
  readonly startTime: string
}

/** Of the form of requests and answers. */
export const agentVersion = 1
