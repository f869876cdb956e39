import { chmodSync, rmSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { isMainThread, threadId } from 'node:worker_threads'

import type { Inviter } from '../attach/agent-messages.js'
import { makeAgentFolder, socketName } from '../attach/agent-place.js'
import { AllocscopeError } from '../errors/allocscope-error.js'
import { lazily } from '../loading/index.js'

// All that reads memory is loaded by the first request.
const answering = lazily(() => require('./answer-request.js') as typeof import('./answer-request.js'))
// A program that prepares itself was brought in by nobody.
const inviting = lazily(() => require('./inviter.js') as typeof import('./inviter.js'))

/** No request is longer. */
const mostRequestBytes = 4096

/** How long an agent that was brought in by attaching waits for whoever did so, milliseconds. */
const guestPatienceMs = 10_000

/** How often it looks meanwhile whether that one lives, milliseconds. */
const inviterPollMs = 100

/** A visitor who ends its side is still answered. `file` is the socket's path. Its side ends when it is killed, too. */
function serve(socket: net.Socket, file: string): void {
  const visit = new AbortController()
  let line = ''
  let unanswered = 0
  const end = (): void => {
    visit.abort()
    if (unanswered === 0) socket.end()
  }
  socket.unref()
  socket.setEncoding('utf8')
  // Whoever asked may be gone.
  socket.on('error', () => undefined)
  socket.on('end', end)
  socket.on('close', end)
  socket.on('data', (chunk: string) => {
    line += chunk
    if (line.length > mostRequestBytes) socket.destroy()
    if (!line.endsWith('\n')) return
    const request = line
    line = ''
    unanswered += 1
    void answering()
      .answerRequest(request, visit.signal, file)
      .then((answer) => {
        unanswered -= 1
        socket.write(`${JSON.stringify(answer)}\n`)
        if (visit.signal.aborted) end()
      })
  })
}

/**
 * Closes the agent when it has served its one visitor, when none comes, or when the visitor has ended before it came: then no other can, as nobody else knows
 * the socket.
 */
function leaveAfterVisit(server: net.Server, inviter: Inviter | undefined, close: () => void): void {
  const timers = [setTimeout(leave, guestPatienceMs)]
  const leaveWhenGone = (): void => {
    if (inviter !== undefined && inviting().isGone(inviter)) leave()
  }
  if (inviter !== undefined) timers.push(setInterval(leaveWhenGone, inviterPollMs))
  for (const timer of timers) timer.unref()
  const stop = (): void => {
    timers.forEach(clearTimeout)
  }
  function leave(): void {
    stop()
    close()
  }
  server.once('connection', (socket: net.Socket) => {
    stop()
    socket.once('close', close)
  })
}

/**
 * Opens this thread's socket, mode 0600, in a folder that only its user can enter, and answers there. Doesn't keep the program alive. Answers with the
 * socket's path. As a `guest` of that name it serves one connection, of its `inviter` where that one's number is known here. Throws `ERR_ALLOCSCOPE_ATTACH`, and
 * what the file system throws.
 */
export function startAgent({ guest, inviter }: { readonly guest?: string; readonly inviter?: Inviter | undefined } = {}): string {
  if (inviter !== undefined && inviting().isGone(inviter)) {
    throw new AllocscopeError('ERR_ALLOCSCOPE_ATTACH', `process ${inviter.pid}, which brought an agent in, has ended`)
  }
  const folder = makeAgentFolder()
  const name = socketName(process.pid, guest ?? (isMainThread ? undefined : threadId))
  const file = path.join(folder, name)
  // Of a process that had the same number and was killed.
  rmSync(file, { force: true })
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    serve(socket, file)
  })
  server.on('error', () => undefined)
  const remove = (): void => {
    rmSync(file, { force: true })
  }
  process.once('exit', remove)
  const close = (): void => {
    process.off('exit', remove)
    server.close()
    remove()
  }
  if (guest !== undefined) leaveAfterVisit(server, inviter, close)
  // Not the primary's socket, in a worker of a cluster.
  server.listen({ path: file, exclusive: true })
  chmodSync(file, 0o600)
  server.unref()
  return file
}
