import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

import { isCi } from '../../scripts/testing/ci.cjs'
import { AttachedProcess, readAttached } from '../../lib/attach/index.js'
import { findNode, nodeMajors } from '../heap/node-versions.js'
import { tracesOf } from './target.js'
import { notAttachable } from './where-attachable.js'
import { notInstalled, testWhere } from '../installed/test-where.js'

/** Over all versions of Node. */
const attaches = isCi ? 20 : 200
const rounds = attaches / nodeMajors.length
const programs = path.join(__dirname, 'programs')

async function messageOf<Message>(from: ReturnType<typeof fork>): Promise<Message> {
  const [message] = (await once(from, 'message')) as [Message]
  return message
}

// One after the other: each takes what there is of processors.
for (const major of nodeMajors) {
  const node = findNode(major)
  const missing = notAttachable ?? (node === undefined ? notInstalled(`.cache/node/${major}`) : undefined)
  const title = `a server under load answers every request while it is attached to again and again, Node ${major}`
  const body = async (): Promise<void> => {
    const server = fork(path.join(programs, 'server.cjs'), { execPath: node as string, execArgv: [] })
    const { port } = await messageOf<{ readonly port: number }>(server)
    const load = fork(path.join(programs, 'load.cjs'), [`http://127.0.0.1:${port}/`], { execArgv: [] })
    try {
      await messageOf(load)
      const pid = server.pid as number
      const threads = tracesOf(pid).threads
      for (let round = 0; round < rounds; round++) {
        const attached = new AttachedProcess(pid)
        const { allocator } = await readAttached(attached, 'usage')
        attached.close()
        expect(allocator.missing).toEqual([])
      }
      expect(tracesOf(pid).threads).toBe(threads)
      load.send('stop')
      const { answered, errors } = await messageOf<{ readonly answered: number; readonly errors: number }>(load)
      expect(errors).toBe(0)
      expect(answered).toBeGreaterThan(0)
    } finally {
      load.kill('SIGKILL')
      server.kill('SIGKILL')
    }
  }
  testWhere(missing)(title, body, 120_000)
}
