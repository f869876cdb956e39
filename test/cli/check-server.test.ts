import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { ReleaseCheck } from '../../lib/release/index.js'
import { allocscope, plainEnvironment, program } from './run-cli.js'

type Printed = ReleaseCheck & { readonly subject: string }

const server = program('checked-server.js')

/** Below the ports from which the system gives one to whoever asks for any: what is free there stays so until the server takes it. */
let nextPort = 10_000 + (process.pid % 20) * 1000

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = (nextPort += 1)
    const held = createServer().listen(port, '127.0.0.1')
    const isFree = await new Promise<boolean>((resolve) => {
      held.once('listening', () =>
        held.close(() => {
          resolve(true)
        }),
      )
      held.once('error', () => {
        resolve(false)
      })
    })
    if (isFree) return port
  }
}

/** With a budget that ends no check, however little time the machine has for it: too few calls are no all-clear. */
async function checkServer(mode: string, ...options: readonly string[]): ReturnType<typeof allocscope> {
  const port = await freePort()
  return allocscope(['check', '--url', `http://127.0.0.1:${port}/`, '--budget', '60000', ...options, server, '--', String(port), mode])
}

test('a server that keeps 2 KiB of each request: a leak, by call, which is a batch', async () => {
  const { code, stdout, stderr } = await checkServer('leaks', '--connections', '10', '--json')
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  const { verdict, live, subject } = JSON.parse(stdout) as Printed
  expect(verdict).toBe('still-live')
  const external = live.find(({ where }) => where === 'array-buffers')
  expect(external?.grows).toBe(true)
  // 100 requests keep a Buffer of 2,048 bytes each. Those of sockets come and go.
  expect(Math.abs((external?.bytesPerCall ?? 0) / 204_800 - 1)).toBeLessThan(0.1)
  expect(subject).toMatch(/checked-server\.js, GET http:\/\/127\.0\.0\.1:\d+\/ over 10 connections, a call is 100 requests$/)
})

test('as many requests as asked for make a call', async () => {
  const { code, stdout } = await checkServer('leaks', '--connections', '4', '--requests', '40', '--runs', '24', '--json')
  expect(code).toBe(1)
  const { live, calls, subject } = JSON.parse(stdout) as Printed
  expect(calls).toBe(25)
  expect(Math.abs((live.find(({ where }) => where === 'array-buffers')?.bytesPerCall ?? 0) / (40 * 2048) - 1)).toBeLessThan(0.15)
  expect(subject).toContain('over 4 connections, a call is 40 requests')
})

test('a server that keeps nothing passes, and runs as without allocscope', async () => {
  const { code, stdout, stderr } = await checkServer('says')
  expect(`${code}, ${stderr}\n${stdout}`).toMatch(/^0, \n/)
  expect(JSON.parse(stdout.split('\n')[0] as string)).toEqual({ main: true, execArgv: [], variable: null })
  expect(stdout).toMatch(/\n {2}returned\n/)
})

test('answers other than 2xx are said', async () => {
  const { stdout } = await checkServer('refuses', '--runs', '2')
  // Two calls and the warm-up, and up to ten before the baseline.
  const [, count] = /a call is 100 requests, ([\d,]+) of which were not answered with 2xx/.exec(stdout) ?? []
  const requests = Number(count?.replaceAll(',', ''))
  expect(requests % 100).toBe(0)
  expect(requests).toBeGreaterThanOrEqual(400)
  expect(requests).toBeLessThanOrEqual(1300)
})

test.each([
  ['dies', /checked-server\.js ended with exit code 5 before it could be checked \[ERR_ALLOCSCOPE_CHECK_CUT_SHORT\]/],
  ['ends', /checked-server\.js ended with exit code 0 before it could be checked/],
  ['drops', /a request to http:\/\/127\.0\.0\.1:\d+\/ failed: .*\[ERR_ALLOCSCOPE_CHECK_CUT_SHORT\]/],
])('a server that %s', async (mode, message) => {
  const { code, stdout, stderr } = await checkServer(mode)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(message)
})

test('another program that answers there is not taken for the server', async () => {
  const other = createServer((_request, response) => response.end('other')).listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  try {
    const { code, stderr } = await allocscope(['check', '--url', `http://127.0.0.1:${port}/`, server, '--', String(port), 'clean'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/another program answers at http/)
  } finally {
    other.close()
    other.closeAllConnections()
  }
})

test('Ctrl-C ends the calls, and the verdict on what was done is printed', async () => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/`
  let isSent = false
  const { code, stdout } = await allocscope(
    ['check', '--url', url, '--budget', '60000', '--runs', '100000', server, '--', String(port), 'counts'],
    {
      onOutput: (child, printed) => {
        // 4,000 requests were made: the calls have begun.
        if (!isSent && printed.includes('4000\n')) isSent = child.kill('SIGINT')
      },
    },
  )
  expect(`${code}\n${stdout}`).toMatch(/^0\n/)
  expect(stdout).toMatch(/ a call is 100 requests; \d+ calls, /)
})

test('without autocannon: what to install, before anything runs', () => {
  // Another place of the package, from where none of the checkout's modules are found but those that it depends on.
  const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
  try {
    cpSync('dist', path.join(folder, 'dist'), { recursive: true })
    cpSync('package.json', path.join(folder, 'package.json'))
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly dependencies: Readonly<Record<string, string>> }
    for (const name of Object.keys(dependencies)) {
      cpSync(path.join('node_modules', name), path.join(folder, 'node_modules', name), { recursive: true })
    }
    const args = [path.join(folder, 'dist', 'cli', 'main.js'), 'check', '--url', 'http://127.0.0.1:9/', server]
    const { status, stderr, stdout } = spawnSync(process.execPath, args, { cwd: folder, env: plainEnvironment(), encoding: 'utf8' })
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/isn't installed: npm install --save-dev autocannon \[ERR_ALLOCSCOPE_MISSING_PEER\]\n$/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
