import type { AllocatorDetail } from '../allocator/index.js'

/** What an agent is asked: a line of JSON. */
export type AgentRequest =
  | { readonly request: 'stats'; readonly detail: AllocatorDetail }
  | { readonly request: 'explain' | 'release' }
  /** Lasts until whoever asked ends the connection's sending side, or is gone. */
  | { readonly request: 'track'; readonly intervalBytes: number; readonly exactFunctions: boolean }

/** What it answers: a line of JSON. */
export type AgentAnswer = { readonly version: number; readonly pid: number } & (
  { readonly result: unknown } | { readonly error: { readonly code: string; readonly message: string } }
)

/** Of the form of requests and answers. */
export const agentVersion = 1
