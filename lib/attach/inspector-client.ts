import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

import type { TcpAddress } from '../process/tcp-listeners.js'

/** Where a program's inspector answers. */
export interface InspectorTarget extends TcpAddress {
  /** Of the main thread's socket. */
  readonly path: string
}

/** Longer than any answer to what is asked here: what another process says isn't trusted. */
const mostBytes = 64 * 1024

/** Its inspector answers from a thread of its own, whatever JavaScript does. */
const listMs = 2000

/** How long the end of the inspector is waited for where the script failed, which then closes it a turn later. */
const closeMs = 2000

/** What is bound to all addresses is reached through loopback. */
function hostOf(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1'
  return address === '::' ? '::1' : address
}

function textFrom({ address, port }: TcpAddress, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const signal = AbortSignal.timeout(listMs)
    const request = http.get({ host: hostOf(address), port, path, agent: false, signal }, (response) => {
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
        if (text.length > mostBytes) request.destroy(new Error('the answer is longer than any can be'))
      })
      response.on('end', () => {
        resolve(text)
      })
      response.on('error', reject)
    })
    request.on('error', reject)
  })
}

/** The inspector that listens there; undefined where something else does, or nothing. */
export async function findTarget(listener: TcpAddress): Promise<InspectorTarget | undefined> {
  const { address, port } = listener
  try {
    const targets = JSON.parse(await textFrom(listener, '/json/list')) as unknown
    for (const target of Array.isArray(targets) ? (targets as readonly unknown[]) : []) {
      const { type, id, webSocketDebuggerUrl } = (target ?? {}) as Readonly<Record<string, unknown>>
      if (type === 'node' && typeof id === 'string' && /^[\w-]+$/.test(id) && typeof webSocketDebuggerUrl === 'string') {
        return { address, port, path: `/${id}` }
      }
    }
  } catch {
    // Not JSON, or it closed the connection.
  }
  return undefined
}

/** Kinds of a WebSocket's frames. */
const opcodes = { text: 1, close: 8 } as const

/** A message as a WebSocket's client has to send it: one frame, masked. */
export function maskedFrame(opcode: number, text: string): Buffer {
  const data = Buffer.from(text)
  const mask = randomBytes(4)
  const head = Buffer.alloc(data.length < 126 ? 2 : 4)
  head[0] = 0x80 | opcode
  head[1] = 0x80 | Math.min(data.length, 126)
  if (head.length === 4) head.writeUInt16BE(data.length, 2)
  return Buffer.concat([head, mask, data.map((byte, place) => byte ^ (mask[place % 4] as number))])
}

interface Frame {
  readonly opcode: number
  readonly text: string
  /** What follows it. */
  readonly rest: Buffer
}

/** The first frame of what came. Undefined while it isn't whole. Servers don't mask. */
export function takeFrame(data: Buffer): Frame | undefined {
  const short = (data[1] ?? 0) & 0x7f
  const start = short < 126 ? 2 : short === 126 ? 4 : 10
  if (data.length < start) return undefined
  const length = short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2))
  if (data.length < start + length) return undefined
  const opcode = (data[0] as number) & 0x0f
  return { opcode, text: data.toString('utf8', start, start + length), rest: data.subarray(start + length) }
}

/** What came of a script. */
export type Inspected =
  | { readonly outcome: 'answered'; readonly value: string }
  /** Its inspector was closed, or the process ended. */
  | { readonly outcome: 'closed' }
  | { readonly outcome: 'late' }

function openSocket({ address, port, path }: InspectorTarget): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
      'Sec-WebSocket-Version': '13',
    }
    const request = http.get({ host: hostOf(address), port, path, headers, agent: false, signal: AbortSignal.timeout(listMs) })
    request.on('error', reject)
    request.on('response', (response) => {
      response.destroy()
      reject(new Error(`it answered ${response.statusCode ?? 0}`))
    })
    request.on('upgrade', (_response, socket: net.Socket, head) => {
      if (head.length > 0) socket.unshift(head)
      resolve(socket)
    })
  })
}

/** The text of an answer to our one question; undefined for what else is told. */
function valueOf(text: string): string | undefined {
  try {
    const { id, result } = JSON.parse(text) as {
      readonly id?: unknown
      readonly result?: { readonly result?: { readonly value?: unknown } }
    }
    return id === 1 ? String(result?.result?.value) : undefined
  } catch {
    return undefined
  }
}

/** Reads frames until the answer. */
function answerOn(socket: net.Socket, patienceMs: number): Promise<Inspected> {
  return new Promise((resolve) => {
    let data = Buffer.alloc(0)
    const timer = setTimeout(() => {
      resolve({ outcome: 'late' })
    }, patienceMs)
    const settle = (inspected: Inspected): void => {
      clearTimeout(timer)
      resolve(inspected)
    }
    // A connection that is reset is one that is closed.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      settle({ outcome: 'closed' })
    })
    socket.on('data', (chunk: Buffer) => {
      data = Buffer.concat([data, chunk])
      for (let frame = takeFrame(data); frame !== undefined; frame = takeFrame(data)) {
        data = Buffer.from(frame.rest)
        // Until it is answered, the main thread waits in `inspector.close()`.
        if (frame.opcode === opcodes.close) socket.end(maskedFrame(opcodes.close, ''))
        const value = frame.opcode === opcodes.text ? valueOf(frame.text) : undefined
        if (value !== undefined) settle({ outcome: 'answered', value })
      }
      if (data.length > mostBytes) socket.destroy()
    })
  })
}

/**
 * Has the main thread run `expression`, in a loop of JavaScript, too. Where it `closes` the inspector, the connection's end is left to the process, which says
 * more on its standard error where a debugger leaves. Throws what the socket throws.
 */
export async function inspect(target: InspectorTarget, expression: string, patienceMs: number, closes: boolean): Promise<Inspected> {
  const socket = await openSocket(target)
  try {
    const answer = answerOn(socket, patienceMs)
    const params = { expression, returnByValue: true, silent: true }
    socket.write(maskedFrame(opcodes.text, JSON.stringify({ id: 1, method: 'Runtime.evaluate', params })))
    const inspected = await answer
    const isLeft = closes && inspected.outcome === 'answered' && !socket.closed
    if (isLeft) await Promise.race([once(socket, 'close'), sleep(closeMs, undefined, { ref: false })])
    return inspected
  } finally {
    socket.destroy()
  }
}
