import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { askProcess, AttachedProcess, readAttached } from '../../lib/attach/index.js'
import { allocscope, cli, plainEnvironment } from '../cli/run-cli.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { missingCommand, skipWhere, testWhere } from '../installed/test-where.js'
import { tracesOf, whileBlocked, withTarget } from './target.js'
import { lacking, notAttachable, notAttachableByOthers, notRoot } from './where-attachable.js'

const declare = testWhere(notAttachable)

/** The code and the message with which attaching to `pid` fails. */
async function failureOf(pid: number): Promise<{ readonly code: string; readonly message: string }> {
  try {
    const attached = new AttachedProcess(pid)
    await readAttached(attached, 'usage').finally(() => {
      attached.close()
    })
  } catch (error) {
    return error as { code: string; message: string }
  }
  throw new Error('nothing failed')
}

async function expectWholeReading(pid: number): Promise<void> {
  const attached = new AttachedProcess(pid)
  const reading = await readAttached(attached, 'usage')
  attached.close()
  expect(reading.allocator.missing).toEqual([])
  expect(reading.heap?.usedBytes).toBeGreaterThan(0)
}

async function withProcess(command: string, args: readonly string[], use: (pid: number) => Promise<void>): Promise<void> {
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] })
  await once(child, 'spawn')
  try {
    await use(child.pid as number)
    expect(child.exitCode).toBeNull()
  } finally {
    child.kill('SIGKILL')
  }
}

declare('a process that has ended', async () => {
  const child = spawn(process.execPath, ['-e', '0'])
  await once(child, 'exit')
  expect(await failureOf(child.pid as number)).toMatchObject({
    code: 'ERR_ALLOCSCOPE_ATTACH',
    message: expect.stringMatching(/there is no process \d+/) as string,
  })
})

declare('an event loop that is blocked, for what only JavaScript can do: what tells something all the same', async () => {
  await withTarget(process.execPath, async (target) => {
    await whileBlocked(target, async (free) => {
      await expect(askProcess(target.pid, { request: 'explain' })).rejects.toMatchObject({
        code: 'ERR_ALLOCSCOPE_ATTACH',
        message: expect.stringMatching(/event loop is blocked: .*: explain --pid and record --pid tell what can be seen/) as string,
      })
      await free()
    })
  })
})

declare('a process that is no Node program', async () => {
  await withProcess('sleep', ['60'], async (pid) => {
    expect(await failureOf(pid)).toMatchObject({
      code: 'ERR_ALLOCSCOPE_ATTACH',
      message: expect.stringMatching(/isn't a Node program/) as string,
    })
  })
})

testWhere(notAttachable ?? missingCommand('cc'))('a static binary', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
  const waits = path.join(folder, 'waits')
  const source = '#include <unistd.h>\nint main(void) { return pause(); }\n'
  expect(spawnSync('cc', ['-static', '-x', 'c', '-o', waits, '-'], { input: source, encoding: 'utf8' })).toMatchObject({ status: 0 })
  await withProcess(waits, [], async (pid) => {
    expect(await failureOf(pid)).toMatchObject({
      code: 'ERR_ALLOCSCOPE_ATTACH',
      message: expect.stringMatching(/isn't a Node program/) as string,
    })
  })
  rmSync(folder, { recursive: true })
})

declare('a process that is stopped, and goes on', async () => {
  await withTarget(process.execPath, async ({ pid, child, tell }) => {
    child.kill('SIGSTOP')
    // The signal is on its way until the thread has a processor.
    while (!/^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'))) await sleep(5)
    expect(await failureOf(pid)).toMatchObject({ code: 'ERR_ALLOCSCOPE_ATTACH', message: expect.stringMatching(/is stopped/) as string })
    child.kill('SIGCONT')
    expect(await tell({ do: 'ping' })).toEqual({ pong: true })
  })
})

if (notAttachable === undefined) {
  testOnEachNode('a process that has just started answers or has a reason, and lives', async (node) => {
    for (let round = 0; round < 8; round++) {
      await withTarget(
        node,
        async ({ pid }) => {
          // At another moment of its start each time.
          await new Promise((resolve) => setTimeout(resolve, round * 6))
          const attached = new AttachedProcess(pid)
          const outcome = await readAttached(attached, 'usage').catch((error: unknown) => error)
          expect(outcome instanceof Error ? outcome : {}).toMatchObject(outcome instanceof Error ? { code: 'ERR_ALLOCSCOPE_ATTACH' } : {})
        },
        { early: true },
      )
    }
  })
}

testWhere(notAttachableByOthers)('a command that is killed at any moment leaves a program that runs on', async () => {
  await withTarget(process.execPath, async ({ pid, tell }) => {
    const before = tracesOf(pid)
    for (let round = 0; round < 30; round++) {
      const child = spawn(process.execPath, [cli, 'attach', String(pid), '--detail', 'arenas'], {
        stdio: 'ignore',
        env: plainEnvironment(),
      })
      const ended = once(child, 'exit')
      // The command loads for some 150 ms, and attaches for as many.
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 100 + round * 10))])
      child.kill('SIGKILL')
      await ended
      expect(await tell({ do: 'ping' })).toEqual({ pong: true })
    }
    const { code, stderr } = await allocscope(['attach', String(pid)])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const after = tracesOf(pid)
    expect([after.threads, after.descriptors]).toEqual([before.threads, before.descriptors])
  })
})

skipWhere(notRoot ?? notAttachable)("another user's process is forbidden, with what to do", async () => {
  await withTarget(process.execPath, async ({ pid }) => {
    // The package isn't where every user may read it: what asks has the addon of this process.
    const become = `process.setgid(65534); process.setuid(65534);`
    const asks = `
      const { AttachedProcess, readAttached } = require(${JSON.stringify(path.resolve('dist/attach/index.js'))})
      require(${JSON.stringify(path.resolve('dist/binding/index.js'))}).requireBinding();
      require(${JSON.stringify(path.resolve('dist/allocator/index.js'))});
      ${become}
      try { readAttached(new AttachedProcess(${pid}), 'usage').then(() => console.log('read'), (error) => console.log(error.code, error.message)) }
      catch (error) { console.log(error.code, error.message) }`
    const child = spawn(process.execPath, ['-e', asks], { env: plainEnvironment() })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    await once(child, 'close')
    expect(said).toMatch(/^ERR_ALLOCSCOPE_ATTACH_FORBIDDEN .*belongs to user 0: attach as that user or as root.*allocscope\/agent/)
  })
})

skipWhere(notRoot ?? notAttachable ?? lacking('CAP_SYS_PTRACE'))("root attaches to another user's process", async () => {
  const script = "setInterval(() => {}, 1000); console.log('ready')"
  const child = spawn(process.execPath, ['-e', script], { uid: 65534, gid: 65534, cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await once(child.stdout, 'data')
    await expectWholeReading(child.pid as number)
  } finally {
    child.kill('SIGKILL')
  }
})

skipWhere(notRoot ?? notAttachable ?? missingCommand('unshare') ?? lacking('CAP_SYS_ADMIN'))(
  'a process with files of its own, as in a container, gets a copy that is removed',
  async () => {
    const hidden = path.resolve('prebuilds')
    const script = `mount -t tmpfs none ${hidden} && mount -t tmpfs none /tmp && exec "$0" -e "setInterval(() => {}, 1000); console.log('ready')"`
    const child = spawn('unshare', ['-m', 'sh', '-c', script, process.execPath], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      await once(child.stdout, 'data')
      await expectWholeReading(child.pid as number)
      expect(readdirSync(`/proc/${child.pid}/root/tmp`)).toEqual([])
    } finally {
      child.kill('SIGKILL')
    }
  },
)
