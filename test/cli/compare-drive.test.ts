import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { findListeningPort, lookAtProcess } from '../../lib/process/look-at-process.js'
import { parseListeners } from '../../lib/process/tcp-listeners.js'
import { allocscope } from './run-cli.js'
import type { CliResult } from './run-cli.js'

interface Row {
  readonly setting: { readonly label: string }
  readonly runs: readonly { readonly figures: Readonly<Record<string, number | null>>; readonly notes: readonly string[] }[]
  readonly failures: readonly { readonly reason: string }[]
}

const folder = mkdtempSync(path.join(tmpdir(), 'drive-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const server = path.resolve('test/compare/programs/serves.js')
const driver = path.resolve('test/compare/programs/drives.js')
let files = 0

/** Compares two modes of the server, once each. */
async function drive(
  modes: string,
  { script = driver, args = [], env = {} }: { script?: string; args?: readonly string[]; env?: NodeJS.ProcessEnv } = {},
): Promise<CliResult & { readonly rows: readonly Row[]; readonly log: string; readonly driven: string }> {
  const [log, driven] = ['log', 'driven'].map((name) => path.join(folder, `${name}-${(files += 1)}`)) as [string, string]
  const command = ['compare', '--json', server, '--env', `MODE=${modes}`, '--runs', '1', '--drive', script, ...args]
  const result = await allocscope(command, { env: { LOG: log, DRIVEN: driven, ...env } })
  const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '')
  const { settings } = JSON.parse(result.stdout) as { readonly settings: readonly Row[] }
  return { ...result, rows: settings, log: read(log), driven: read(driven) }
}

test('a server is driven once it listens, with its port and pid, whether it handles SIGTERM or not', async () => {
  const { code, rows, log, driven } = await drive('handles,plain')
  expect(code).toBe(0)
  expect(log).toBe('served 20\n')
  expect(driven).toBe('drove true\ndrove true\n')
  for (const { runs, failures } of rows) {
    expect(failures).toEqual([])
    expect(runs[0]?.notes).toEqual([])
    const { peakRssBytes, releasedRssBytes, wallMs, cpuMs, minorFaults } = runs[0]?.figures ?? {}
    expect(peakRssBytes).toBeGreaterThan(20 * 1024 ** 2)
    expect(releasedRssBytes).toBeGreaterThan(20 * 1024 ** 2)
    expect(releasedRssBytes).toBeLessThanOrEqual((peakRssBytes ?? 0) + 4 * 1024 ** 2)
    for (const figure of [wallMs, cpuMs, minorFaults]) expect(figure).toBeGreaterThan(0)
  }
})

test('worker threads that run beside the reading are said, as nobody collects their garbage', async () => {
  const { code, rows } = await drive('threads,plain')
  expect(code).toBe(0)
  expect(rows.map(({ runs }) => runs[0]?.notes)).toEqual([
    ['RSS after release includes the garbage of 2 worker threads: only a thread itself can collect it'],
    [],
  ])
})

test('a driver that is no script of Node, started by the words that the server prints', async () => {
  const script = path.join(folder, 'drive.sh')
  writeFileSync(script, `#!/bin/sh\nexec "${process.execPath}" "${driver}"\n`)
  chmodSync(script, 0o755)
  const { code, driven } = await drive('plain,plain', { script, args: ['--ready', 'ready to serve'] })
  expect(code).toBe(0)
  expect(driven).toBe('drove true\ndrove true\n')
})

test('a driver that fails, and a server that ends before it listens, are failures that say so', async () => {
  const failed = await drive('plain,never', { env: { DRIVE_MODE: 'fails' } })
  expect(failed.code).toBe(1)
  expect(failed.rows.map(({ failures }) => failures.map(({ reason }) => reason))).toEqual([
    ['the driver ended with code 1: RangeError: no way to drive'],
    ['it ended before it listened on a TCP port'],
  ])
})

test('--settle: the server goes on by itself before RSS after release is read', async () => {
  const { code, rows } = await drive('thread,plain', { args: ['--settle', '3'] })
  expect(code).toBe(0)
  const { peakRssBytes, releasedRssBytes } = rows[0]?.runs[0]?.figures ?? {}
  // Its thread, with 64 MiB, has ended by then.
  expect((peakRssBytes ?? 0) - (releasedRssBytes ?? 0)).toBeGreaterThan(48 * 1024 ** 2)
})

test('a server that ignores SIGTERM is killed, and its figures count', async () => {
  const { code, rows, log } = await drive('ignores,plain')
  expect(code).toBe(0)
  expect(log).toBe('ignored\n')
  expect(rows.every(({ runs }) => runs[0]?.figures['releasedRssBytes'] !== null)).toBe(true)
})

describe('a process from outside', () => {
  const listen = (): Promise<Server> =>
    new Promise((resolve) => {
      const listener: Server = createServer().listen(0, '127.0.0.1', () => {
        resolve(listener)
      })
    })

  test('its first listening port, as the socket itself says', async () => {
    const first = await listen()
    const second = await listen()
    const portOf = (listener: Server): number => (listener.address() as AddressInfo).port
    expect(findListeningPort(process.pid)).toBe(portOf(first))
    first.close()
    expect(findListeningPort(process.pid)).toBe(portOf(second))
    second.close()
    expect(findListeningPort(process.pid)).toBeUndefined()
    expect(findListeningPort(2 ** 30)).toBeUndefined()
  })

  test('only listening sockets, with their addresses and ports', () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 5001 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 5002 1 0 20 4 30 10 -1
   2: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 5003 1 0
   3: 00000000000000000000000001000000:240D 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 5004 1 0
   4: B80D0120000000000000000001020304:240D 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 5005 1 0
`
    expect(parseListeners(table)).toEqual([
      { inode: 5001, address: '127.0.0.1', port: 3000 },
      { inode: 5003, address: '::', port: 80 },
      { inode: 5004, address: '::1', port: 9229 },
      { inode: 5005, address: '2001:db8:0:0:0:0:403:201', port: 9229 },
    ])
  })

  test('its memory, time and faults are those that it reads itself', () => {
    const own = process.resourceUsage()
    const rss = process.memoryUsage.rss()
    const look = lookAtProcess(process.pid)
    const rssAfter = process.memoryUsage.rss()
    const after = process.resourceUsage()
    expect(look?.minorFaults).toBeGreaterThanOrEqual(own.minorPageFault)
    expect(look?.minorFaults).toBeLessThanOrEqual(after.minorPageFault)
    expect(look?.majorFaults).toBeGreaterThanOrEqual(own.majorPageFault)
    // The kernel divides CPU time between user and system by estimate; the sum is exact, in steps of 10 ms for each.
    const sum = (look?.userMs ?? 0) + (look?.systemMs ?? 0)
    expect(sum).toBeGreaterThanOrEqual((own.userCPUTime + own.systemCPUTime) / 1000 - 20)
    expect(sum).toBeLessThanOrEqual((after.userCPUTime + after.systemCPUTime) / 1000)
    // The kernel adds up what its processors have counted for themselves, less than 4 MiB, at times of its own.
    expect(look?.rssBytes).toBeGreaterThan(Math.min(rss, rssAfter) - 4 * 1024 ** 2)
    expect(look?.rssBytes).toBeLessThan(Math.max(rss, rssAfter) + 4 * 1024 ** 2)
    expect(lookAtProcess(2 ** 30)).toBeUndefined()
  })
})
