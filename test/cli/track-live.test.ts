import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { TrackingReport } from '../../lib/track/index.js'
import { notAttachableByOthers } from '../attach/where-attachable.js'
import { missingCommand, testWhere } from '../installed/test-where.js'
import { allocscope, cli, plainEnvironment } from './run-cli.js'
import { has, Terminal } from './terminal-screen.js'

const subject = path.resolve('test/track/programs/held.cjs')
const folder = mkdtempSync(path.join(tmpdir(), 'track-live-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** The 4,000,000 bytes that held.cjs holds: with node's own blocks for them no more than a tenth more. */
const heldText = String.raw`live (?:3\.[89]|4\.[012]) MiB in [\d,]+ blocks`

/** Its pid, of what it has said so far. */
function pidIn(stdout: string): number | undefined {
  const said = /^line \d+ of (\d+),/.exec(stdout)?.[1]
  return said === undefined ? undefined : Number(said)
}

/** Tracks held.cjs with every block sampled, and sends it `signal` once a line of its has been shown `times` times. */
async function liveUntil(
  signal: NodeJS.Signals,
  times: number,
  args: readonly string[] = [],
): Promise<Awaited<ReturnType<typeof allocscope>>> {
  let pid: number | undefined
  let isSent = false
  // Otherwise a line that V8 compiles meanwhile has two rows.
  return await allocscope(['track', '--live', '--exact-lines', '--interval', '1', ...args, subject], {
    onOutput: (_child, stdout) => (pid ??= pidIn(stdout)),
    onError: (stderr) => {
      if (isSent || pid === undefined || stderr.split(' hold ').length <= times) return
      isSent = true
      process.kill(pid, signal)
    },
  })
}

test('where there is no terminal, lines on standard error say what is live; the report comes all the same', async () => {
  const { signal, stdout, stderr } = await liveUntil('SIGTERM', 1)
  expect(signal).toBe('SIGTERM')
  expect(stderr).toMatch(
    new RegExp(
      String.raw`^allocscope  \d+\.\d s  live .* in all\n(?:allocscope .*\n)*allocscope  .*  ${heldText} .* hold ${subject}:\d+\n`,
    ),
  )
  expect(stderr).toMatch(/\nallocscope track: native allocations\n {2}live /)
  // All that the program wrote, in its order.
  const lines = stdout.trimEnd().split('\n')
  expect(lines.map((line) => Number(/^line (\d+) of \d+, 200 kept$/.exec(line)?.[1]))).toEqual(lines.map((_, index) => index + 1))
})

test('a program that SIGKILL ends is reported as of its last moment, which the report says', async () => {
  const file = path.join(folder, 'killed.json')
  const { signal, stderr } = await liveUntil('SIGKILL', 1, ['--json', '-o', file])
  expect(signal).toBe('SIGKILL')
  expect(stderr).not.toMatch(/ERR_ALLOCSCOPE/)
  const { lines, limitations, total, stacks } = JSON.parse(readFileSync(file, 'utf8')) as TrackingReport
  expect(limitations).toEqual([expect.stringMatching(/told nothing at its end.*as of the last moment/)])
  const held = lines.filter(({ name }) => name.startsWith(`hold ${subject}:`)).reduce((sum, { liveBytes }) => sum + liveBytes, 0)
  expect(held).toBeGreaterThanOrEqual(4_000_000)
  expect(held).toBeLessThan(4_400_000)
  expect(stacks.reduce((sum, { liveBytes }) => sum + liveBytes, 0)).toBe(total.liveBytes)
})

testWhere(notAttachableByOthers)('a process that runs, with what stays at the end', async () => {
  const child = fork(path.resolve('test/track/programs/stays.cjs'), ['600000'], {
    env: plainEnvironment({ XDG_RUNTIME_DIR: folder }),
    silent: true,
  })
  try {
    await once(child, 'message')
    const asked = ['--pid', String(child.pid), '--live', '--leaks', '--interval', '1', '--exact-functions']
    let command: ChildProcess | undefined
    const { code, stdout, stderr } = await allocscope(['track', ...asked], {
      onStart: (started) => (command = started),
      // Ctrl-C, once the line is there.
      onError: (said) => said.includes(' leak ') && command?.kill('SIGINT'),
    })
    expect(code).toBe(0)
    expect(stderr).toMatch(/^(?:allocscope {2}.*\n)+$/)
    expect(stderr).toMatch(/ leak .*stays\.cjs:\d+\n/)
    expect(stdout).toMatch(/^allocscope track: native memory that stays\n/)
  } finally {
    child.kill('SIGKILL')
  }
})

test('what would be printed into the lines is refused', async () => {
  const { code, stderr } = await allocscope(['track', '--live', '--json', subject])
  expect(code).toBe(2)
  expect(stderr).toMatch(/--live is shown on standard error, too: say where the report goes with -o/)
})

/** Bytes of the line that holds, as the lines tell after one that says `all`. */
function heldAfter(stderr: string, all: RegExp): number | undefined {
  const place = new RegExp(`${all.source}\\n(?:allocscope .*\\n)*?allocscope .* live ([\\d.]+) MiB in .* hold \\S+held-by-two\\.cjs:`).exec(
    stderr,
  )
  return place?.[1] === undefined ? undefined : Number(place[1]) * 2 ** 20
}

test('with --children what all processes have that run, and no longer what one had that has ended', async () => {
  const two = path.resolve('test/track/programs/held-by-two.cjs')
  const pids = new Map<string, number>()
  const [ofBoth, ofOne] = [/ in all, of 2 processes/, / in all(?=\n)/]
  let bothEnd = Infinity
  let isRootEnded = false
  const asked = ['track', '--children', '--live', '--exact-lines', '--interval', '1', two]
  const { stderr } = await allocscope(asked, {
    onOutput: (_child, stdout) => {
      for (const [, role = '', pid] of stdout.matchAll(/^(root|child) (\d+)$/gm)) pids.set(role, Number(pid))
    },
    onError: (said) => {
      const isBoth = bothEnd === Infinity && heldAfter(said, ofBoth) !== undefined
      if (isBoth && pids.size === 2) {
        bothEnd = said.length
        process.kill(pids.get('child') as number, 'SIGTERM')
      } else if (!isRootEnded && heldAfter(said.slice(bothEnd), ofOne) !== undefined) {
        isRootEnded = true
        process.kill(pids.get('root') as number, 'SIGTERM')
      }
    },
  })
  // With node's own blocks for them no more than a tenth more; a tenth of a MiB is rounded.
  for (const [said, bytes] of [
    [heldAfter(stderr, ofBoth), 6_000_000],
    [heldAfter(stderr.slice(bothEnd), ofOne), 4_000_000],
  ] as const) {
    expect(said).toBeGreaterThan(bytes - 60_000)
    expect(said).toBeLessThan(bytes * 1.1)
  }
  expect(stderr).toMatch(/\nallocscope track: native allocations\n {2}live .* of 2 processes, when each ended\n/)
})

const testInTerminal = testWhere(missingCommand('tmux', '-V'))

let terminal: Terminal | undefined
function open(columns: number, rows: number, env?: Readonly<Record<string, string>>): Terminal {
  terminal = new Terminal(columns, rows, env)
  terminal.type(`clear; ${process.execPath} ${cli} track --live --interval 1 ${subject}`)
  return terminal
}
afterEach(() => {
  terminal?.close()
})

const isView = has(/^ +[34]\.\d MiB .*hold .*held\.cjs:\d+$/)

testInTerminal('a view stays below what the program writes, Ctrl-C ends it, and the report comes', async () => {
  const screen = open(120, 30, { NO_COLOR: '1' })
  // The 25th, or one after it: on a busy machine the view may come when that one has scrolled away.
  const lines = await screen.until((now) => isView(now) && has(/^line (?:2[5-9]|[3-9]\d|\d{3,}) of/)(now))
  const title = lines.findIndex((line) => /^allocscope track .*\d\.\d s, pid \d+, every block sampled$/.test(line))
  // The view takes at most half of the screen; what the program writes is above it, in its order.
  expect(title).toBeGreaterThanOrEqual(15)
  expect(lines[title + 1]).toMatch(/^live \d\.\d MiB, in [\d,]+ blocks, allocated /)
  expect(lines[title + 2]).toMatch(/^ +Live +Blocks +Allocated +Where$/)
  expect(lines.slice(title).some((line) => line.startsWith('line '))).toBe(false)
  expect(screen.lines({ escapes: true }).some((line) => line.includes('\u001b[36m'))).toBe(false)
  screen.press('C-c')
  await screen.until(has(/^By module$/))
  screen.type('echo "code $?"')
  await screen.until(has(/^(?:\$ )?code 130$/))
  const all = screen.lines({ history: true })
  expect(all).toContainEqual(expect.stringMatching(/allocscope track: native allocations$/))
  const said = all.flatMap((line) => /^line (\d+) of/.exec(line)?.[1] ?? []).map(Number)
  expect(said).toEqual(said.map((_, index) => index + 1))
})

testInTerminal('on a narrow terminal columns are left out, and no line is too long', async () => {
  const screen = open(36, 16)
  const lines = await screen.until(has(/^ +[34]\.\d MiB .*held\.cjs:\d+$/))
  const title = lines.findIndex((line) => /^allocscope .*held\.cjs$/.test(line))
  expect(title).toBeGreaterThanOrEqual(8)
  expect(lines[title + 1]).toMatch(/^live \d\.\d MiB, allocated .*\/s$/)
  expect(lines[title + 2]).toMatch(/^ +Live +(?:Allocated +)?Where$/)
})
