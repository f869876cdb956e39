import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { agentFolders } from '../../lib/attach/agent-place.js'
import { plainEnvironment } from '../cli/run-cli.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { testWhere } from '../installed/test-where.js'
import { tracesOf, whileBlocked, withTarget } from './target.js'
import { notAttachableByOthers } from './where-attachable.js'

const programs = path.join(__dirname, 'programs')

/** Long before a test is given up. */
const patienceMs = 4000

function guestsOf(pid: number): readonly string[] {
  const [folder = ''] = agentFolders(process.getuid?.() ?? 0, process.env['XDG_RUNTIME_DIR'])
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(`${pid}-`)) : []
}

/** Begins to bring an agent into `pid`. */
async function invite(pid: number): Promise<{ readonly child: ChildProcess; readonly kill: () => Promise<void> }> {
  const child = fork(path.join(programs, 'inviter.cjs'), [String(pid)], { env: plainEnvironment(), execArgv: [] })
  await once(child, 'message')
  const kill = async (): Promise<void> => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  return { child, kill }
}

if (notAttachableByOthers !== undefined) testWhere(notAttachableByOthers)('an agent whose inviter was killed', () => undefined)
else {
  testOnEachNode('an agent whose inviter was killed before it came closes its socket', async (node) => {
    const execArgv = ['--require', path.join(programs, 'patient.cjs')]
    await withTarget(
      node,
      async ({ pid, tell }) => {
        const { child, kill } = await invite(pid)
        const [{ socket }] = (await once(child, 'message')) as [{ readonly socket: string }]
        expect(existsSync(socket)).toBe(true)
        const listening = tracesOf(pid).descriptors
        await kill()
        // Nothing else would close it.
        for (const end = Date.now() + patienceMs; existsSync(socket) && Date.now() < end;) await sleep(10)
        expect(existsSync(socket)).toBe(false)
        expect(await tell({ do: 'ping' })).toEqual({ pong: true })
        expect(tracesOf(pid).descriptors.length).toBeLessThan(listening.length)
      },
      { execArgv },
    )
  })

  testOnEachNode('an agent whose inviter is gone when the event loop comes round opens none', async (node) => {
    await withTarget(node, async (target) => {
      const { pid, tell } = target
      await whileBlocked(target, async (free) => {
        const { kill } = await invite(pid)
        // The addon is mapped when the script has been handed over, or is about to be.
        const isLoaded = (): boolean => tracesOf(pid).files.some((file) => file.includes('allocscope'))
        for (const end = Date.now() + patienceMs; !isLoaded() && Date.now() < end;) await sleep(10)
        await sleep(100)
        await kill()
        await free()
      })
      for (let turn = 0; turn < 3; turn++) expect(await tell({ do: 'ping' })).toEqual({ pong: true })
      expect(guestsOf(pid)).toEqual([])
    })
  })
}
