import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { Textfile } from '../../lib/cli/textfile.js'
import { tracesOf, withTarget } from '../attach/target.js'
import { notAttachable } from '../attach/where-attachable.js'
import { testWhere } from '../installed/test-where.js'
import { parseExposition, valuesBy } from '../metrics/exposition.js'
import type { Exposed } from '../metrics/exposition.js'
import { promtool, promtoolMissing } from '../prometheus/prometheus.js'
import { allocscope } from './run-cli.js'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

function written(): string {
  return readFileSync(path.join(folder, 'allocscope.prom'), 'utf8')
}

function of(name: string, pid: number): readonly Exposed[] {
  return parseExposition(written()).filter((sample) => sample.name === name && sample.labels['pid'] === String(pid))
}

const heldBytes = 96 * 2 ** 20
const testAttached = testWhere(notAttachable)

testAttached('the metrics of processes that run, by pid and program', async () => {
  await withTarget(process.execPath, async ({ pid, tell }) => {
    await withTarget(process.execPath, async (other) => {
      await tell({ do: 'hold', bytes: heldBytes })
      const args = ['agent', '--textfile', folder, '--pid', String(pid), '--pid', String(other.pid), '--once']
      expect(await allocscope(args)).toEqual(expect.objectContaining({ code: 0, stdout: '', stderr: '' }))
      const [info] = of('nodejs_allocator_info', pid)
      expect(info).toMatchObject({ value: 1, labels: { allocator: 'glibc', program: 'target.cjs' } })
      const [mapped = { value: 0 }] = of('nodejs_allocator_mapped_bytes', pid)
      const [otherMapped = { value: 0 }] = of('nodejs_allocator_mapped_bytes', other.pid)
      // The same program, but for one block. What else the two have mapped differs by less than a tenth of that.
      expect(Math.abs(mapped.value - otherMapped.value - heldBytes)).toBeLessThan(heldBytes / 10)
      const resident = of('nodejs_memory_resident_bytes', pid).reduce((sum, { value }) => sum + value, 0)
      // What it took to answer was taken before the figures were read; it may be given back afterwards.
      expect(Math.abs(resident - tracesOf(pid).rssBytes)).toBeLessThan(heldBytes / 10)
      expect(valuesBy(parseExposition(written()), 'nodejs_attach_up', 'pid')).toEqual(
        new Map([
          [String(pid), 1],
          [String(other.pid), 1],
        ]),
      )
      expect(readdirSync(folder)).toEqual(['allocscope.prom'])
    })
  })
})

testWhere(notAttachable ?? promtoolMissing)('promtool check metrics finds nothing', async () => {
  await withTarget(process.execPath, async ({ pid }) => {
    await allocscope(['agent', '--textfile', folder, '--pid', String(pid), '--once'])
    expect(promtool(['check', 'metrics'], written())).toEqual({ output: '', status: 0 })
  })
})

testAttached('it is written again and again, of what matches by then, and removed at the end', async () => {
  // A title takes the place of the whole command line.
  const mark = `--title=${path.basename(folder)}`
  let command: { kill: (signal: 'SIGTERM') => boolean } | undefined
  const args = ['agent', '--textfile', folder, '--match', path.basename(folder), '--every', '50ms']
  const result = allocscope(args, { onStart: (child) => (command = child) })
  const file = path.join(folder, 'allocscope.prom')
  const seen = new Set<number>()
  const pidsSeen = (): readonly string[] => [...valuesBy(parseExposition(written()), 'nodejs_attach_up', 'pid').keys()]
  while (statSync(file, { throwIfNoEntry: false }) === undefined) await sleep(10)
  await withTarget(
    process.execPath,
    async ({ pid }) => {
      while (!pidsSeen().includes(String(pid))) await sleep(10)
      while (seen.size < 3) {
        seen.add(statSync(file).mtimeMs)
        await sleep(10)
      }
    },
    { execArgv: [mark] },
  )
  while (pidsSeen().length > 0) await sleep(10)
  command?.kill('SIGTERM')
  expect(await result).toMatchObject({ code: 0, stdout: '' })
  expect(readdirSync(folder)).toEqual([])
})

test('a process that is not there has its reason once, and the file says so', async () => {
  const { code, stderr } = await allocscope(['agent', '--textfile', folder, '--pid', '4194305', '--once'])
  expect(code).toBe(0)
  expect(stderr).toMatch(/^allocscope: process 4194305 isn't read: .* \[ERR_ALLOCSCOPE_\w+\]\n$/)
  expect(parseExposition(written())).toEqual([{ name: 'nodejs_attach_up', labels: { pid: '4194305', program: '' }, value: 0 }])
})

testAttached("why a process isn't read is said once, and again when it could be read meanwhile", async () => {
  await withTarget(process.execPath, async ({ pid, child }) => {
    const told: string[] = []
    const textfile = new Textfile(folder, { pids: [pid], match: undefined }, (line) => told.push(line))
    const isStopped = (): boolean => /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'))
    const writes = async (signal: 'SIGSTOP' | 'SIGCONT'): Promise<number | undefined> => {
      child.kill(signal)
      while (isStopped() !== (signal === 'SIGSTOP')) await sleep(5)
      await textfile.write()
      return of('nodejs_attach_up', pid)[0]?.value
    }
    expect([await writes('SIGSTOP'), await writes('SIGSTOP')]).toEqual([0, 0])
    expect(told).toEqual([expect.stringMatching(`^process ${pid} isn't read: process ${pid} is stopped: .* \\[ERR_ALLOCSCOPE_ATTACH\\]$`)])
    expect([await writes('SIGCONT'), await writes('SIGSTOP')]).toEqual([1, 0])
    expect(told).toHaveLength(2)
    child.kill('SIGCONT')
  })
})
