import path from 'node:path'

import { AllocscopeError } from '../errors/index.js'
import type { AttachedProcess } from './attached-process.js'
import { isSameFile } from './library-there.js'

/** Long enough for an event loop that is busy, and for the modules to be read. */
const patienceMs = 5000

/** Built: it runs in another process, under whichever Node that has. */
const agentFile = path.join(__dirname, '..', '..', 'dist', 'agent', 'index.js')

/** Loads the package's agent in the program's main thread, from where it lies, in a turn of its own. */
function invitation(file: string): string {
  return `(() => {
    const load = process.getBuiltinModule ?? process.mainModule?.require.bind(process.mainModule)
    return load('node:module').createRequire(${JSON.stringify(file)})(${JSON.stringify(file)}).startAgent({ guest: true })
  })()`
}

/**
 * Has the process open an agent's socket for one visit, and answers with its path as this process reaches it. Throws `ERR_ALLOCSCOPE_ATTACH` where its event
 * loop is blocked, and where it doesn't see this package's files.
 */
export async function inviteAgent(attached: AttachedProcess): Promise<string> {
  const { pid } = attached
  if (!isSameFile(agentFile, `/proc/${pid}/root${agentFile}`)) {
    const message = `process ${pid} doesn't see ${agentFile}: only stats works there, or start the program with node --import allocscope/agent`
    throw new AllocscopeError('ERR_ALLOCSCOPE_ATTACH', message)
  }
  const evaluated = await attached.evaluate(invitation(agentFile), patienceMs)
  if ('reason' in evaluated) throw new AllocscopeError('ERR_ALLOCSCOPE_ATTACH', `process ${pid} opened no socket: ${evaluated.reason}`)
  return `/proc/${pid}/root${evaluated.value}`
}
