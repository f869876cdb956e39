import type { Session } from 'node:inspector'
import { fileURLToPath } from 'node:url'

import { lazily } from '../loading/index.js'
import { readFileText } from './source-lines.js'
import type { ReadText } from './source-lines.js'

const inspector = lazily(() => require('node:inspector') as typeof import('node:inspector'))

/** Any builtin of V8's that programs don't replace. */
const someBuiltin = 'Reflect.ownKeys'

interface ScriptParsed {
  readonly params: { readonly scriptId: string; readonly url: string }
}

/**
 * Has V8 drop all code that it compiled from bytecode, and the inlining in it, so that each function has a frame of its own until it is hot again. That is what V8 does
 * for a breakpoint on a builtin, as one may be inlined anywhere; the breakpoint is gone again before anything runs. Without an inspector nothing happens.
 */
export function dropOptimizedCode(): void {
  withSession((session) => {
    session.post('Debugger.enable')
    session.post('Runtime.evaluate', { expression: someBuiltin }, (failure, found) => {
      const objectId = failure === null ? found.result.objectId : undefined
      if (objectId === undefined) return
      session.post('Debugger.setBreakpointOnFunctionCall', { objectId }, (error, set) => {
        if (error === null) session.post('Debugger.removeBreakpoint', set as { breakpointId: string })
      })
      session.post('Runtime.releaseObject', { objectId })
    })
  })
}

/** What `read` makes of the texts of this thread's scripts as V8 runs them: test runners and transpilers run others than the files'. The files' where V8 doesn't tell. */
export function withRunningTexts<Result>(read: (readText: ReadText) => Result): Result {
  const scripts = new Map<string, string>()
  const found = withSession((session) => {
    // The last script of a file is what was compiled last from it.
    session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }: ScriptParsed) => scripts.set(pathOf(url), scriptId))
    session.post('Debugger.enable')
    return { result: read((file) => textOf(session, scripts.get(file)) ?? readFileText(file)) }
  })
  return found === undefined ? read(readFileText) : found.result
}

/** Undefined where node was built without the inspector. What was enabled ends with the session. */
function withSession<Result>(use: (session: Session) => Result): Result | undefined {
  if (!process.features.inspector) return undefined
  const session = new (inspector().Session)()
  session.connect()
  try {
    return use(session)
  } finally {
    session.disconnect()
  }
}

function pathOf(url: string): string {
  if (!url.startsWith('file://')) return url
  try {
    return fileURLToPath(url)
  } catch {
    return url
  }
}

function textOf(session: Session, scriptId: string | undefined): string | undefined {
  if (scriptId === undefined) return undefined
  let text: string | undefined
  session.post('Debugger.getScriptSource', { scriptId }, (error, answer) => {
    if (error === null) text = answer.scriptSource
  })
  return text
}
