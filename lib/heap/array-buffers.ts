import { getHeapStatistics } from 'node:v8'
import vm from 'node:vm'

import { lazily } from '../loading/index.js'

/** Loaded at its first use: few processes need it, and it takes a megabyte. */
const inspector = lazily(() => require('node:inspector') as typeof import('node:inspector'))

/** Where the inspector, which knows no other values of this code's, finds the function that takes the list. */
const receiver = 'allocscope.array-buffers'

type Send = (method: string, parameters: object) => unknown

function sender(session: {
  post: (method: string, parameters: object, done: (error: Error | null, result: unknown) => void) => void
}): Send {
  return (method, parameters) => {
    let answer: { readonly error: Error | null; readonly result: unknown } | undefined
    // Node's session of this thread answers before the call returns. Nothing may be thrown at one that answers later.
    session.post(method, parameters, (error, result) => {
      answer = { error, result }
    })
    if (answer?.error !== null) throw new Error(`the inspector refused ${method}`, { cause: answer?.error })
    return answer.result
  }
}

function queryBuffers(send: Send, constructor: string): void {
  const objectGroup = receiver
  const prototype = send('Runtime.evaluate', { expression: `${constructor}.prototype`, objectGroup }) as {
    readonly result: { readonly objectId: string }
  }
  const found = send('Runtime.queryObjects', { prototypeObjectId: prototype.result.objectId, objectGroup }) as {
    readonly objects: { readonly objectId: string }
  }
  const functionDeclaration = `function () { globalThis[Symbol.for('${receiver}')](this) }`
  send('Runtime.callFunctionOn', { objectId: found.objects.objectId, functionDeclaration })
  send('Runtime.releaseObjectGroup', { objectGroup })
}

/** V8's figure of what it has from malloc for handles of native code: the blocks, whether they are in use or not. */
function handleBytes(): number {
  return getHeapStatistics().total_global_handles_size
}

let leftBytes = 0

/**
 * Bytes that lists of buffers have left in malloc's memory, in the calling thread. V8 makes a handle for each object that it lists, 32 bytes in all
 * versions from Node 20 to 26, and keeps the memory for the next handles.
 */
export function getListedHandleBytes(): number {
  return leftBytes
}

function listInstances(constructor: string): readonly unknown[] | undefined {
  // The inspector evaluates in the main context. Under Jest this code runs in another.
  const mainGlobal = vm.runInThisContext('globalThis') as Record<symbol, unknown>
  const key = Symbol.for(receiver)
  let list: readonly unknown[] | undefined
  const handlesBefore = handleBytes()
  try {
    const session = new (inspector().Session)()
    session.connect()
    mainGlobal[key] = (found: readonly unknown[]): void => {
      list = found
    }
    queryBuffers(sender(session), constructor)
    session.disconnect()
  } catch {
    return undefined
  } finally {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- put there a moment ago
    delete mainGlobal[key]
    leftBytes += handleBytes() - handlesBefore
  }
  return list
}

/**
 * Every ArrayBuffer of the calling thread's main context that is still reachable, those under Buffers included; undefined where Node has no inspector, or
 * it refuses. Collects garbage, and looks at each object of the heap: about 2 µs each, this thread is blocked meanwhile.
 */
export function listArrayBuffers(): readonly ArrayBuffer[] | undefined {
  return listInstances('ArrayBuffer') as readonly ArrayBuffer[] | undefined
}

/** The same of SharedArrayBuffers: at the same cost. */
export function listSharedArrayBuffers(): readonly SharedArrayBuffer[] | undefined {
  return listInstances('SharedArrayBuffer') as readonly SharedArrayBuffer[] | undefined
}
