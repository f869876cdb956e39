import type { InspectorUse, Invite } from '../../lib/attach/index.js'
import { inviteByInspector } from '../../lib/attach/invite-by-inspector.js'

/** Where many programs are tested beside each other, each takes a port that is free. */
export const anyPort = { execArgv: ['--inspect-port=0'] }

/** The way through the inspector, and how it was used. */
export function way(close = false): { readonly invite: Invite; readonly uses: readonly InspectorUse[] } {
  const uses: InspectorUse[] = []
  return { uses, invite: (pid) => inviteByInspector(pid, { close, onUsed: (use) => uses.push(use) }) }
}
