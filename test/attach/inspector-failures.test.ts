import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { askProcess } from '../../lib/attach/index.js'
import { findTarget, maskedFrame } from '../../lib/attach/inspector-client.js'
import { checkSignal } from '../../lib/attach/signal-inspector.js'
import { listenersOf } from '../../lib/process/tcp-listeners.js'
import { allocscope, cli, plainEnvironment } from '../cli/run-cli.js'
import { missingCommand, skipWhere } from '../installed/test-where.js'
import { anyPort, way } from './inspector-way.js'
import { withTarget } from './target.js'
import { lacking, notRoot } from './where-attachable.js'

const stats = { request: 'stats', detail: 'usage' } as const

async function expectRefusal(pid: number, reason: RegExp, code = 'ERR_ALLOCSCOPE_ATTACH'): Promise<void> {
  const { invite, uses } = way()
  const message = expect.stringMatching(reason) as string
  await expect(askProcess(pid, stats, undefined, invite)).rejects.toMatchObject({ code, message })
  expect(uses).toEqual([])
}

/** Of what is refused before anything is done: the program goes on, silent. */
async function expectUntouched(execArgv: readonly string[], reason: RegExp): Promise<void> {
  await withTarget(
    process.execPath,
    async ({ pid, tell, output }) => {
      await expectRefusal(pid, reason)
      expect(listenersOf(pid)).toEqual([])
      expect(await tell({ do: 'ping' })).toEqual({ pong: true })
      expect(output()).toBe('')
    },
    { execArgv },
  )
}

test('a program that has another handler for SIGUSR1, or none, and one that is no Node', async () => {
  const child = spawn('sleep', ['60'])
  await once(child, 'spawn')
  await expectRefusal(child.pid as number, /isn't named node/)
  // As it would end by the signal.
  expect(() => {
    checkSignal(child.pid as number)
  }).toThrow(/has no handler for SIGUSR1, which would end it/)
  expect(child.exitCode).toBeNull()
  child.kill('SIGKILL')
  await once(child, 'exit')
  await expectRefusal(child.pid as number, /there is no process/)
})

test('what would open it to other machines, and what would not tell where it is', async () => {
  await expectUntouched(['--inspect-port=0.0.0.0:0'], /inspector at 0\.0\.0\.0 \(--inspect-port\), which other machines reach/)
  await expectUntouched(['--inspect-publish-uid=stderr'], /tells nobody where/)
})

test('a port that another process has is found taken, and that process is asked nothing', async () => {
  const asked: string[] = []
  const other = net.createServer((socket) => socket.on('data', (data) => asked.push(String(data)))).listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  await expectUntouched([`--inspect-port=${port}`], new RegExp(`can't open its inspector: another process.*port ${port}`))
  expect(asked).toEqual([])
  other.close()
})

test('a process that is stopped, and goes on', async () => {
  await withTarget(
    process.execPath,
    async ({ pid, child, tell, output }) => {
      child.kill('SIGSTOP')
      while (!/^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'))) await sleep(5)
      await expectRefusal(pid, /is stopped/)
      child.kill('SIGCONT')
      expect(await tell({ do: 'ping' })).toEqual({ pong: true })
      expect(output()).toBe('')
    },
    anyPort,
  )
})

test('a program that handles the signal itself gets it, and goes on', async () => {
  const script = "process.on('SIGUSR1', () => console.log('USR1')); setInterval(() => undefined, 1000); console.log('ready')"
  const child = spawn(process.execPath, ['--inspect-port=0', '-e', script], { env: plainEnvironment() })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  await once(child.stdout, 'data')
  await expectRefusal(child.pid as number, /or the program handles that signal itself/)
  expect(said).toBe('ready\nUSR1\n')
  expect(listenersOf(child.pid as number)).toEqual([])
  child.kill('SIGKILL')
})

test('a process that ends meanwhile', async () => {
  for (const waitMs of [0, 15, 30, 45, 60]) {
    await withTarget(
      process.execPath,
      async ({ pid, child }) => {
        const outcome = askProcess(pid, stats, undefined, way().invite).catch((error: unknown) => error)
        await sleep(waitMs)
        child.kill('SIGKILL')
        const answer = await outcome
        expect(answer).toMatchObject(answer instanceof Error ? { code: 'ERR_ALLOCSCOPE_ATTACH' } : { heap: {} })
      },
      anyPort,
    ).catch((error: unknown) => {
      expect(String(error)).toMatch(/the target ended: SIGKILL/)
    })
  }
})

test('a debugger that is attached stays so', async () => {
  await withTarget(
    process.execPath,
    async ({ pid }) => {
      const target = await findTarget(listenersOf(pid)[0] as { address: string; port: number })
      const { address, port, path: at } = target as NonNullable<typeof target>
      const socket = net.connect(port, address)
      const key = Buffer.alloc(16, 1).toString('base64')
      socket.write(
        `GET ${at} HTTP/1.1\r\nHost: ${address}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
      )
      await once(socket, 'data')
      const { invite, uses } = way()
      expect(await askProcess(pid, stats, undefined, invite)).toMatchObject({ heap: {} })
      expect(uses).toMatchObject([{ wasOpen: true, isOpen: true }])
      const answer = once(socket, 'data')
      socket.write(maskedFrame(1, '{"id":7,"method":"Runtime.evaluate","params":{"expression":"6*7"}}'))
      expect(String((await answer)[0])).toMatch(/"id":7.*"value":42/)
      socket.destroy()
    },
    { execArgv: ['--inspect=0'] },
  )
})

test('a program with the agent is asked there', async () => {
  const execArgv = [...anyPort.execArgv, '--require', path.resolve('dist/agent/agent.js')]
  await withTarget(
    process.execPath,
    async ({ pid, output }) => {
      const { invite, uses } = way()
      expect(await askProcess(pid, stats, undefined, invite)).toMatchObject({ heap: {} })
      expect(uses).toEqual([])
      expect(output()).toBe('')
    },
    { execArgv },
  )
})

test('what fails within the program is told, and the inspector is closed', async () => {
  await withTarget(
    process.execPath,
    async ({ pid, tell, output }) => {
      const { invite, uses } = way()
      await expect(askProcess(pid, stats, undefined, invite)).rejects.toMatchObject({
        code: 'ERR_ALLOCSCOPE_ATTACH',
        message: expect.stringMatching(/opened no socket: .*ENOENT/) as string,
      })
      expect(uses).toMatchObject([{ isOpen: false }])
      expect(listenersOf(pid)).toEqual([])
      expect(output().match(/\n/g)).toHaveLength(3)
      expect(await tell({ do: 'ping' })).toEqual({ pong: true })
    },
    { ...anyPort, env: { XDG_RUNTIME_DIR: '/nonexistent/folder' } },
  )
})

test('nothing native is asked: no ptrace', async () => {
  await withTarget(
    process.execPath,
    async ({ pid }) => {
      const asks = `
        process.dlopen = () => { throw new Error('the addon was asked for') };
        const { askProcess } = require(${JSON.stringify(path.resolve('dist/attach/index.js'))});
        const { inviteByInspector } = require(${JSON.stringify(path.resolve('dist/attach/invite-by-inspector.js'))});
        askProcess(${pid}, { request: 'explain' }, undefined, (pid) => inviteByInspector(pid, { close: false, onUsed: () => undefined }))
          .then(({ pid }) => console.log('explained', pid), console.log)`
      const child = spawn(process.execPath, ['-e', asks], { env: plainEnvironment() })
      let said = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
      await once(child, 'close')
      expect(said).toBe(`explained ${pid}\n`)
    },
    anyPort,
  )
})

skipWhere(notRoot)("another user's process is forbidden", async () => {
  await withTarget(process.execPath, async ({ pid, output }) => {
    const asks = `
      const { inviteByInspector } = require(${JSON.stringify(path.resolve('dist/attach/invite-by-inspector.js'))})
      require(${JSON.stringify(path.resolve('dist/binding/index.js'))});
      process.setgid(65534); process.setuid(65534);
      inviteByInspector(${pid}, { close: false, onUsed: () => console.log('used') }).then(console.log, (error) => console.log(error.code, error.message))`
    const child = spawn(process.execPath, ['-e', asks], { env: plainEnvironment() })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    await once(child, 'close')
    expect(said).toMatch(/^ERR_ALLOCSCOPE_ATTACH_FORBIDDEN .*belongs to user 0/)
    expect(output()).toBe('')
  })
})

skipWhere(notRoot ?? missingCommand('unshare') ?? lacking('CAP_SYS_ADMIN'))('a process in a network of its own', async () => {
  const script = "setInterval(() => {}, 1000); console.log('ready')"
  const child = spawn('unshare', ['-n', process.execPath, '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await once(child.stdout, 'data')
    await expectRefusal(child.pid as number, /in a network of its own/)
    expect(child.exitCode).toBeNull()
  } finally {
    child.kill('SIGKILL')
  }
})

test('the command says what it did, but where it prints JSON', async () => {
  await withTarget(
    process.execPath,
    async ({ pid }) => {
      const text = await allocscope(['attach', String(pid), '--inspector'])
      expect(text.code).toBe(0)
      expect(text.stdout).toMatch(/^allocscope .*, attached to pid \d+\n/)
      expect(text.stderr).toMatch(
        /^allocscope: the inspector of process \d+ listened on 127\.0\.0\.1:\d+, open to every user of this machine, and was closed \d+ ms after SIGUSR1; it printed three lines on its standard error\n$/,
      )
      const json = await allocscope(['attach', String(pid), 'explain', '--inspector', '--json'])
      expect([json.code, json.stderr]).toEqual([0, ''])
      expect(JSON.parse(json.stdout)).toMatchObject({ ledger: { pid } })
      const wrong = await allocscope(['attach', String(pid), '--close-inspector'])
      expect([wrong.code, wrong.stdout]).toEqual([2, ''])
    },
    anyPort,
  )
})

test('Ctrl-C at any moment leaves no port', async () => {
  await withTarget(
    process.execPath,
    async ({ pid, tell }) => {
      for (let round = 0; round < 8; round++) {
        const child = spawn(process.execPath, [cli, 'attach', String(pid), '--inspector'], { stdio: 'ignore', env: plainEnvironment() })
        const ended = once(child, 'exit')
        // From where it has sent the signal.
        for (const end = Date.now() + 5000; listenersOf(pid).length === 0 && Date.now() < end && child.exitCode === null;) await sleep(1)
        await sleep(round * 3)
        child.kill('SIGINT')
        await ended
        expect(listenersOf(pid)).toEqual([])
      }
      expect(await tell({ do: 'ping' })).toEqual({ pong: true })
    },
    anyPort,
  )
})
