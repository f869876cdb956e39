import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { runFile } from '../installed/run-file.js'
import { missingCommand, skipWhere, testWhere } from '../installed/test-where.js'
import { explainProcess } from '../../lib/ledger/index.js'
import type { LedgerFigures, LedgerOwner } from '../../lib/ledger/index.js'

const index = path.join(__dirname, '..', '..', 'dist', 'index.js')
const mebibyte = 2 ** 20

/** A mapping as a script of its own reads it: none of the code under test. */
interface Mapping {
  readonly name: string
  readonly size: number
  readonly permissions: string
  readonly bytes: ReadonlyMap<string, number>
}

function readMappings(pid: number): readonly Mapping[] {
  const blocks = readFileSync(`/proc/${pid}/smaps`, 'latin1').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
  return blocks.map((block) => {
    const [head = '', ...lines] = block.split('\n')
    const [, begin, end, permissions, name] = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \d+\s*(.*)$/.exec(head) as unknown as string[]
    const figures = lines.flatMap((line) => {
      const [, field, kib] = /^(\w+):\s+(\d+) kB$/.exec(line) ?? []
      return field === undefined ? [] : [[field, Number(kib) * 1024] as const]
    })
    return {
      name: name as string,
      permissions: permissions as string,
      size: Number(BigInt(`0x${end as string}`) - BigInt(`0x${begin as string}`)),
      bytes: new Map(figures),
    }
  })
}

function total(mappings: readonly Mapping[], field: string): number {
  return mappings.reduce((sum, { bytes }) => sum + (bytes.get(field) ?? 0), 0)
}

function sumOf(
  { entries }: LedgerFigures,
  figure: 'residentBytes' | 'committedBytes' | 'virtualBytes' | 'swappedBytes',
  owner?: LedgerOwner,
): number {
  return entries.filter((entry) => owner === undefined || entry.owner === owner).reduce((sum, entry) => sum + entry[figure], 0)
}

/** A program of 64 MiB of Buffers that was stopped: nothing in it moves. */
async function startStopped(): Promise<ChildProcess & { readonly pid: number }> {
  const script = `globalThis.kept = Buffer.alloc(64 * 2 ** 20, 1); console.log('ready'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGSTOP')
  while (!/^State:\tT/m.test(readFileSync(`/proc/${child.pid as number}/status`, 'latin1'))) await new Promise(setImmediate)
  return child as ChildProcess & { readonly pid: number }
}

/** A figure of /proc/<pid>/status, bytes. */
function statusOf(pid: number, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024
}

test('of a process that was stopped, each figure is exactly what a script reads of smaps', async () => {
  const child = await startStopped()
  try {
    const ledger = explainProcess(child.pid)
    const mappings = readMappings(child.pid)
    expect(ledger.rssBytes).toBe(total(mappings, 'Rss'))
    expect(ledger.rssBytes).toBeGreaterThan(64 * mebibyte)
    expect(sumOf(ledger, 'residentBytes')).toBe(ledger.rssBytes)
    expect(sumOf(ledger, 'virtualBytes')).toBe(mappings.reduce((sum, { size }) => sum + size, 0))
    const accessible = mappings.filter(({ permissions }) => !permissions.startsWith('---'))
    expect(sumOf(ledger, 'committedBytes')).toBe(accessible.reduce((sum, { size }) => sum + size, 0))
    expect(sumOf(ledger, 'swappedBytes')).toBe(total(mappings, 'Swap'))
    expect(sumOf(ledger, 'residentBytes', 'lazy-free')).toBe(
      total(
        mappings.filter(({ name }) => !name.startsWith('/')),
        'LazyFree',
      ),
    )
    expect(ledger.hugePageBytes).toBe(total(mappings, 'AnonHugePages'))
    expect(ledger.hugetlbBytes).toBe(total(mappings, 'Private_Hugetlb') + total(mappings, 'Shared_Hugetlb'))
    expect(ledger.residencyFrom).toBe('smaps')
    expect(ledger.gaps.join()).toContain(`allocscope attach ${child.pid} explain`)
    expect(ledger.pageTableBytes).toBe(statusOf(child.pid, 'VmPTE'))
    // A table of 4 KiB for each 2 MiB.
    expect(ledger.pageTableBytes).toBeGreaterThan((64 / 2) * 4096)
    expect(ledger.pinnedBytes).toBe(statusOf(child.pid, 'VmPin'))
    expect(ledger.swapBytes).toBe(statusOf(child.pid, 'VmSwap'))
    expect(ledger.namedFraction).toBe(1 - ledger.unexplainedBytes / ledger.rssBytes)
    expect(ledger.unexplainedBytes).toBeGreaterThanOrEqual(64 * mebibyte)
    expect(ledger.container).toMatchObject({ supported: expect.any(Boolean) as boolean })
    const files = new Set(mappings.map(({ name }) => name).filter((name) => name.startsWith('/') && !name.startsWith('/dev/')))
    expect(files.size).toBeGreaterThan(3)
    for (const file of files) {
      const own = mappings.filter(({ name }) => name === file)
      const written = total(own, 'Anonymous')
      const bytesOf = (detail: string): number => ledger.entries.find((entry) => entry.detail === detail)?.residentBytes ?? 0
      expect({ file, bytes: bytesOf(file) }).toEqual({ file, bytes: total(own, 'Rss') - written })
      expect({ file, bytes: bytesOf(`${file} (private copies of written pages)`) }).toEqual({ file, bytes: written })
    }
  } finally {
    child.kill('SIGKILL')
  }
})

testWhere(missingCommand('python3'))('a mapped file is counted by its name, and what was written to it apart', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ledger-test-'))
  const file = path.join(folder, 'mapped.bin')
  writeFileSync(file, Buffer.alloc(8 * mebibyte, 1))
  // Python maps files by its standard library; node has no call for it.
  const script = `
import mmap, sys
f = open(sys.argv[1], 'r+b')
m = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_COPY)
n = sum(m[i] for i in range(0, len(m), 4096))
for i in range(0, 2 * 2 ** 20, 4096): m[i] = 2
print('ready', flush=True)
sys.stdin.read()`
  const child = spawn('python3', ['-c', script, file])
  try {
    await Promise.race([once(child.stdout, 'data'), once(child, 'error').then(([error]) => Promise.reject(error as Error))])
    const ledger = explainProcess(child.pid as number)
    const bytesOf = (detail: string): number => ledger.entries.find((entry) => entry.detail === detail)?.residentBytes ?? 0
    expect(bytesOf(file)).toBe(6 * mebibyte)
    expect(bytesOf(`${file} (private copies of written pages)`)).toBe(2 * mebibyte)
  } finally {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  }
})

// io_uring_setup and io_uring_register have the same numbers on all architectures. Node has no call that pins memory.
const pinning = `
import ctypes, mmap, sys
libc = ctypes.CDLL(None, use_errno=True)
ring = libc.syscall(425, 4, ctypes.create_string_buffer(120))
memory = mmap.mmap(-1, 2 ** 20)
memory.write(b'1' * 2 ** 20)
pieces = (ctypes.c_size_t * 2)(ctypes.addressof(ctypes.c_char.from_buffer(memory)), 2 ** 20)
sys.exit(3) if libc.syscall(427, ring, 0, pieces, 1) != 0 else print('ready', flush=True)
sys.stdin.read()`

function missingPinning(): string | undefined {
  if (missingCommand('python3') !== undefined) return missingCommand('python3')
  const { status } = spawnSync('python3', ['-c', pinning], { input: '' })
  return status === 0 ? undefined : 'this kernel has no io_uring for this process'
}

skipWhere(missingPinning())('memory that io_uring has pinned', async () => {
  const child = spawn('python3', ['-c', pinning])
  try {
    await once(child.stdout, 'data')
    expect(explainProcess(child.pid as number).pinnedBytes).toBe(2 ** 20)
  } finally {
    child.kill('SIGKILL')
  }
})

test('a process that has ended', async () => {
  const child = spawn(process.execPath, ['-e', '0'])
  await once(child, 'close')
  const gone = { code: 'ERR_ALLOCSCOPE_PROC_UNREADABLE', message: `there is no process ${child.pid}` }
  expect(() => explainProcess(child.pid as number)).toThrow(expect.objectContaining(gone) as Error)
})

const isRoot = process.getuid?.() === 0

skipWhere(isRoot ? undefined : 'only root can become another user')("another user's process", async () => {
  // What is loaded later must be readable by that user: the ledger of this process loads it all.
  const script = `
    const { explainRss } = require(${JSON.stringify(index)})
    const { explainProcess } = require(${JSON.stringify(path.join(path.dirname(index), 'ledger', 'index.js'))})
    explainRss()
    process.setgid(65534)
    process.setuid(65534)
    try { explainProcess(${process.pid}) } catch (error) { console.log(error.code, error.errno, error.message) }`
  const { stdout } = await runFile(process.execPath, ['-e', script])
  expect(stdout).toMatch(/^ERR_ALLOCSCOPE_PROC_UNREADABLE 13 .*: run it as the user whose process it is, or as root\n$/)
})

const kernelThread =
  /^Kthread:\t1$/m.test(readFileSync('/proc/2/status', 'latin1')) || readFileSync('/proc/2/comm', 'latin1') === 'kthreadd\n'

skipWhere(kernelThread ? undefined : 'process 2 is no thread of the kernel here')('a thread of the kernel', () => {
  expect(() => explainProcess(2)).toThrow(expect.objectContaining({ code: 'ERR_ALLOCSCOPE_PROC_UNREADABLE' }) as Error)
})

test.each([
  ['1', 'ERR_INVALID_ARG_TYPE'],
  [0, 'ERR_OUT_OF_RANGE'],
  [1.5, 'ERR_OUT_OF_RANGE'],
  [Number.NaN, 'ERR_OUT_OF_RANGE'],
  [undefined, 'ERR_INVALID_ARG_TYPE'],
])('%p is no process', (pid, code) => {
  expect(() => explainProcess(pid as number)).toThrow(expect.objectContaining({ code }) as Error)
})
