import { spawn } from 'node:child_process'

import { findInstalled, testWhereInstalled } from '../allocator/installed.js'
import { allocscope, cli, plainEnvironment } from './run-cli.js'

interface StatsJson {
  readonly version: number
  readonly allocator: {
    readonly allocator: string
    readonly mappedBytes: number
    readonly allocatedBytes: number | null
    readonly rssBytes: number
  }
  readonly process: { readonly rssBytes: number; readonly peakRssBytes: number; readonly virtualBytes: number }
  readonly heap: { readonly usedBytes: number; readonly committedBytes: number; readonly spaces: readonly { readonly usedBytes: number }[] }
}

describe.each(['glibc', 'jemalloc', 'mimalloc', 'tcmalloc'] as const)('under %s', (name) => {
  const needed = name === 'glibc' ? [] : [name]
  const env = { LD_PRELOAD: name === 'glibc' ? '' : findInstalled(name) }

  testWhereInstalled(needed)('stats --json', async () => {
    const { code, stdout, stderr } = await allocscope(['stats', '--json'], { env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { version, allocator, process: memory, heap } = JSON.parse(stdout) as StatsJson
    expect({ version, name: allocator.allocator }).toEqual({ version: 1, name })
    expect(memory.rssBytes).toBeGreaterThan(20 * 1024 ** 2)
    expect(memory.virtualBytes).toBeGreaterThan(memory.rssBytes)
    expect(allocator.mappedBytes).toBeGreaterThan(1024 ** 2)
    expect(heap.committedBytes).toBeGreaterThanOrEqual(heap.usedBytes)
    if (name === 'mimalloc') expect(allocator.allocatedBytes).toBeNull()
    else expect(allocator.allocatedBytes).toBeLessThanOrEqual(allocator.mappedBytes)
  })

  testWhereInstalled(needed)('the table names it and its arenas or classes', async () => {
    const { code, stdout } = await allocscope(['stats', '--detail', 'arenas'], { env })
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`name +${name}\n`))
    expect(stdout).not.toContain('\u001b')
    expect(stdout).not.toMatch(/undefined|NaN|\[object/)
    const section = {
      glibc: 'Tunables in force',
      jemalloc: 'Size classes served from slabs',
      mimalloc: 'by block size',
      tcmalloc: 'Page heap',
    }[name]
    expect(stdout).toContain(section)
  })
})

test('a footprint says what it leaves out and why', async () => {
  const { stdout } = await allocscope(['stats', '--detail', 'footprint'])
  expect(stdout).toMatch(/allocated +–/)
  expect(stdout).toMatch(/– .*allocatedBytes/)
})

test('colours are for terminals: FORCE_COLOR asks for them, and NO_COLOR wins over it', async () => {
  expect((await allocscope(['stats'], { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[')
  // A pipe is no terminal, in CI or elsewhere.
  expect((await allocscope(['stats'], { env: { CI: 'true' } })).stdout).not.toContain('\u001b[')
  expect((await allocscope(['stats'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toContain('\u001b[')
})

test('a reader that goes away is no error', async () => {
  const child = spawn('sh', ['-c', `"${process.execPath}" "${cli}" stats --detail arenas | head -n 1; echo done`], {
    env: plainEnvironment(),
  })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await new Promise((resolve) => child.once('close', resolve))
  expect(text).toMatch(/^allocscope \S+, Node .*\ndone\n$/)
})
