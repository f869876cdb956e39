import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

import { askProcess, visitProcess } from '../../lib/attach/index.js'
import type { AgentRequest, Invite } from '../../lib/attach/index.js'
import { agentFolders } from '../../lib/attach/agent-place.js'
import { openInspector } from '../../lib/attach/signal-inspector.js'
import { listenersOf } from '../../lib/process/tcp-listeners.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { anyPort, way } from './inspector-way.js'
import { tracesOf, whileBlocked, withTarget } from './target.js'

const printed = /^Debugger listening on ws:\/\/127\.0\.0\.1:\d+\/[\w-]+\nFor help, see: https:\/\/nodejs\.org\/\S+\nDebugger attached\.\n$/

function ask(pid: number, request: AgentRequest, invite: Invite): Promise<unknown> {
  return askProcess(pid, request, { until: sleep(300) }, invite)
}

const stats = { request: 'stats', detail: 'usage' } as const

/** Sockets of guests of this process that are there. */
function guestsOf(pid: number): readonly string[] {
  const [folder = ''] = agentFolders(process.getuid?.() ?? 0, process.env['XDG_RUNTIME_DIR'])
  return readdirSync(folder).filter((name) => name.startsWith(`${pid}-`))
}

async function untilNothingListens(pid: number): Promise<void> {
  for (const end = Date.now() + 8000; listenersOf(pid).length > 0 && Date.now() < end;) await sleep(20)
  expect(listenersOf(pid)).toEqual([])
}

testOnEachNode('figures come through the inspector, which is closed, and three lines are all that is printed', async (node) => {
  await withTarget(
    node,
    async ({ pid, tell, output }) => {
      const before = tracesOf(pid)
      const { invite, uses } = way()
      const { limitBytes } = await tell({ do: 'heap' })
      expect(await ask(pid, stats, invite)).toMatchObject({ allocator: { missing: [] }, heap: { limitBytes } })
      expect(uses).toEqual([
        {
          address: '127.0.0.1',
          port: expect.any(Number) as number,
          wasOpen: false,
          isOpen: false,
          durationMs: expect.any(Number) as number,
        },
      ])
      // Unless its end of the connection is answered, the main thread waits there until the command gives up after 5 s.
      expect(uses[0]?.durationMs).toBeLessThan(4000)
      expect(listenersOf(pid)).toEqual([])
      expect(output()).toMatch(printed)
      // Closed by the process a turn after its answer.
      for (const end = Date.now() + 2000; guestsOf(pid).length > 0 && Date.now() < end;) await sleep(10)
      expect(guestsOf(pid)).toEqual([])
      const after = tracesOf(pid)
      expect(after.threads).toBe(before.threads)
      const added = after.descriptors.filter((descriptor) => !before.descriptors.includes(descriptor))
      // Kept open by the addon, as the documents say.
      expect(added).toEqual([expect.stringMatching(/^\d+ \/proc\/\d+\/statm$/)])
      expect(after.files.filter((file) => !before.files.includes(file))).toEqual([expect.stringMatching(/allocscope\..*node$/)])
      // It can be opened again.
      expect(await ask(pid, stats, invite)).toMatchObject({ heap: { limitBytes } })
      expect(listenersOf(pid)).toEqual([])
      expect(await tell({ do: 'ping' })).toEqual({ pong: true })
    },
    anyPort,
  )
})

testOnEachNode('each verb works, beside a worker', async (node) => {
  await withTarget(
    node,
    async ({ pid, tell, child }) => {
      const online = new Promise((resolve) => child.once('message', () => child.once('message', resolve)))
      await tell({ do: 'startWorker' })
      await online
      const { invite, uses } = way()
      expect(await ask(pid, { request: 'explain' }, invite)).toMatchObject({ pid })
      expect(await ask(pid, { request: 'release' }, invite)).toMatchObject({ steps: expect.any(Array) as unknown[] })
      expect(await ask(pid, { request: 'check-release', forMs: 100 }, invite)).toMatchObject({ rounds: expect.any(Array) as unknown[] })
      const profile = { request: 'profile', name: 'handle', intervalBytes: 65_536, forMs: 100 } as const
      expect(await ask(pid, profile, invite)).toMatchObject({ functions: [] })
      expect(await ask(pid, { request: 'track', intervalBytes: 65_536, exactFunctions: false }, invite)).toBeDefined()
      for (const request of ['watch', 'record'] as const) {
        const { end, over } = await visitProcess(pid, { request, intervalMs: 20 }, invite)
        expect(listenersOf(pid)).toEqual([])
        await end(5000)
        await over
      }
      expect(uses.map(({ wasOpen, isOpen }) => [wasOpen, isOpen])).toEqual(Array(7).fill([false, false]))
    },
    anyPort,
  )
})

testOnEachNode('an inspector that listens is used and left as it was, or closed if asked for', async (node) => {
  await withTarget(
    node,
    async ({ pid, tell }) => {
      const before = listenersOf(pid)
      expect(before).toHaveLength(1)
      const staying = way()
      expect(await ask(pid, stats, staying.invite)).toMatchObject({ heap: {} })
      expect(staying.uses).toMatchObject([{ wasOpen: true, isOpen: true, port: before[0]?.port }])
      expect(listenersOf(pid)).toEqual(before)
      const closing = way(true)
      expect(await ask(pid, stats, closing.invite)).toMatchObject({ heap: {} })
      expect(closing.uses).toMatchObject([{ wasOpen: true, isOpen: false }])
      expect(listenersOf(pid)).toEqual([])
      expect(await tell({ do: 'ping' })).toEqual({ pong: true })
    },
    { execArgv: ['--inspect=0'] },
  )
})

testOnEachNode('NODE_OPTIONS say the port, and a program of another port is no matter', async (node) => {
  const other = net.createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  await withTarget(
    node,
    async ({ pid }) => {
      const { invite, uses } = way()
      expect(await ask(pid, stats, invite)).toMatchObject({ heap: {} })
      expect(uses).toMatchObject([{ address: '::1', isOpen: false }])
    },
    { env: { NODE_OPTIONS: '--inspect-port=[::1]:0' } },
  )
  other.close()
})

testOnEachNode(
  'without a handler no signal is sent',
  async (node) => {
    await withTarget(
      node,
      async ({ pid, tell, output }) => {
        await expect(ask(pid, stats, way().invite)).rejects.toMatchObject({
          code: 'ERR_ALLOCSCOPE_ATTACH',
          message: expect.stringMatching(/--disable-sigusr1/) as string,
        })
        expect(await tell({ do: 'ping' })).toEqual({ pong: true })
        expect(output()).toBe('')
      },
      { execArgv: ['--disable-sigusr1'] },
    )
  },
  [22, 24, 26],
)

testOnEachNode('a process that has just started answers or has a reason, and lives', async (node) => {
  for (let round = 0; round < 5; round++) {
    await withTarget(
      node,
      async ({ pid }) => {
        await sleep(round * 8)
        const outcome = await ask(pid, stats, way().invite).catch((error: unknown) => error)
        expect(outcome).toMatchObject(outcome instanceof Error ? { code: 'ERR_ALLOCSCOPE_ATTACH' } : { heap: {} })
      },
      { ...anyPort, early: true },
    )
  }
})

testOnEachNode('in a loop of JavaScript without end the inspector is opened and closed', async (node) => {
  await withTarget(
    node,
    async ({ pid, tell, child }) => {
      expect(await tell({ do: 'spin', ms: 600_000 })).toEqual({ began: 'spin' })
      const { invite, uses } = way()
      expect(await invite(pid)).toMatch(new RegExp(`^/proc/${pid}/root/.*/${pid}-guest-\\w+\\.sock$`))
      expect(uses).toMatchObject([{ isOpen: false }])
      child.kill('SIGKILL')
    },
    anyPort,
  )
})

testOnEachNode('an event loop that is blocked is a reason, and the inspector is closed when it is free', async (node) => {
  await withTarget(
    node,
    async (target) => {
      const { pid, tell } = target
      // Its thread listens, as it would where the event loop is blocked a moment after it was opened.
      await openInspector(pid, 5000)
      await whileBlocked(target, async (free) => {
        const { invite, uses } = way(true)
        await expect(ask(pid, stats, invite)).rejects.toMatchObject({
          code: 'ERR_ALLOCSCOPE_ATTACH',
          message: expect.stringMatching(/event loop is blocked.*explain --pid.*is closed then/) as string,
        })
        expect(uses).toMatchObject([{ isOpen: true }])
        await free()
      })
      await untilNothingListens(pid)
      expect(guestsOf(pid)).toEqual([])
      expect(await tell({ do: 'ping' })).toEqual({ pong: true })
    },
    anyPort,
  )
})

test('where the signal finds a blocked event loop, what remains is said, and --close-inspector closes it', async () => {
  await withTarget(
    process.execPath,
    async (target) => {
      const { pid } = target
      await whileBlocked(target, async (free) => {
        await expect(ask(pid, stats, way().invite)).rejects.toMatchObject({
          code: 'ERR_ALLOCSCOPE_ATTACH',
          message: expect.stringMatching(/no inspector within 5 s of SIGUSR1.*--close-inspector/) as string,
        })
        await free()
      })
      while (listenersOf(pid).length === 0) await sleep(20)
      const { invite } = way(true)
      expect(await ask(pid, stats, invite)).toMatchObject({ heap: {} })
      expect(listenersOf(pid)).toEqual([])
    },
    anyPort,
  )
})
