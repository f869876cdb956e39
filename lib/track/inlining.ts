import type { Session } from 'node:inspector'
import { setFlagsFromString } from 'node:v8'

import { AllocscopeError } from '../errors/index.js'
import { lazily } from '../loading/index.js'

const inspector = lazily(() => require('node:inspector') as typeof import('node:inspector'))

/** V8's flags by which its compilers inline functions into others. */
export const inliningFlags = ['turbo-inlining', 'maglev-inlining'] as const

/** Those that nobody has set for this process: what its user set stays. */
function ownFlags(): readonly string[] {
  const given = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ').replaceAll('_', '-')
  return inliningFlags.filter((name) => !given.includes(name))
}

function unsupported(reason: string, cause?: unknown): AllocscopeError {
  return new AllocscopeError('ERR_ALLOCSCOPE_UNSUPPORTED', `functions can't be told apart exactly in this process: ${reason}`, { cause })
}

/** A session with V8's own inspector, within this thread: no port is opened. */
function connect(): Session {
  try {
    const session = new (inspector().Session)()
    session.connect()
    return session
  } catch (cause) {
    throw unsupported('this node has no inspector', cause)
  }
}

/** V8 drops all optimised code of this thread when its coverage is to be taken, as that code doesn't count. Takes some 10 to 25 ms. */
function dropOptimisedCode(session: Session): void {
  session.post('Profiler.enable')
  session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: false })
  session.post('Profiler.stopPreciseCoverage')
  session.post('Profiler.disable')
}

/**
 * Runs `use` while V8 inlines no function into another, so that each has a frame of its own on the stack; also not in code that was compiled before.
 * Afterwards V8 compiles anew, as before.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_UNSUPPORTED` where node has no inspector, or takes coverage, which this would end.
 */
export async function withoutInlining<Result>(use: () => Promise<Result>): Promise<Result> {
  if (process.env['NODE_V8_COVERAGE'] !== undefined) throw unsupported('its coverage is taken (NODE_V8_COVERAGE), which that would end')
  const flags = ownFlags()
  const session = connect()
  try {
    for (const flag of flags) setFlagsFromString(`--no-${flag}`)
    dropOptimisedCode(session)
    return await use()
  } finally {
    for (const flag of flags) setFlagsFromString(`--${flag}`)
    dropOptimisedCode(session)
    session.disconnect()
  }
}
