import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import path from 'node:path'

import { getProcessMemory, getRss } from '../../lib/process/index.js'
import type { ProcessMemoryOptions } from '../../lib/process/index.js'
import { parseProcFields } from '../../lib/process/proc-fields.js'

// The runner's own threads use memory too: a figure that they disturbed is measured again, three times at the most.
jest.retryTimes(3, { logErrorsBeforeRetry: true })

const mebibyte = 2 ** 20
const built = path.join(__dirname, '..', '..', 'dist', 'index.js')

function smaps(field: string): number {
  const text = readFileSync('/proc/self/smaps', 'latin1')
  return [...text.matchAll(new RegExp(`^${field}: +(\\d+) kB$`, 'gm'))].reduce((sum, [, kibibytes]) => sum + Number(kibibytes) * 1024, 0)
}

function expectNear(ours: number, theirs: number, tolerance: number): void {
  expect(Math.abs(ours - theirs)).toBeLessThan(tolerance)
}

// First, before other tests leave big buffers to be collected between its two readings.
describe("getProcessMemory({ detail: 'full' })", () => {
  test('agrees with the sums over smaps', () => {
    const full = getProcessMemory({ detail: 'full' })
    expectNear(full.pssBytes, smaps('Pss'), 2 * mebibyte)
    expectNear(full.ussBytes, smaps('Private_Clean') + smaps('Private_Dirty'), 2 * mebibyte)
    expectNear(full.anonymousBytes, smaps('Anonymous'), 2 * mebibyte)
    expectNear(full.sharedBytes, smaps('Shared_Clean') + smaps('Shared_Dirty'), 2 * mebibyte)
    expect(full.swapBytes).toBe(smaps('Swap'))
    // The three kinds are all of RSS.
    expectNear(full.anonymousBytes + full.fileBytes + full.sharedMemoryBytes, full.rssBytes, 2 * mebibyte)
    expect(full.pageTableBytes).toBeGreaterThan(4096)
    expect(full.costMicros).toBeGreaterThan(getProcessMemory().costMicros)
  })
})

describe('getRss', () => {
  test('is the sum of Rss over every mapping', () => {
    // Reading smaps itself takes a few pages.
    expectNear(getRss(), smaps('Rss'), mebibyte)
  })

  test('rises by the bytes of a buffer when they are touched, and no sooner', () => {
    const before = getRss()
    const buffer = new Uint8Array(256 * mebibyte)
    const untouched = getRss()
    buffer.fill(1)
    const touched = getRss()
    expectNear(untouched - before, 0, 32 * mebibyte)
    expectNear(touched - untouched, 256 * mebibyte, 32 * mebibyte)
    expect(buffer[0]).toBe(1)
  })

  test('survives its descriptor being closed and reused by the program', () => {
    getRss()
    const descriptors = readdirSync('/proc/self/fd').filter((fd) => linkOf(fd).endsWith('/statm'))
    expect(descriptors.length).toBeGreaterThan(0)
    for (const fd of descriptors) closeSync(Number(fd))
    const squatters = descriptors.map(() => openSync('/proc/self/status', 'r'))
    expectNear(getRss(), process.memoryUsage.rss(), 8 * mebibyte)
    for (const fd of squatters) closeSync(fd)
    expectNear(getRss(), process.memoryUsage.rss(), 8 * mebibyte)
  })
})

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}

describe('getProcessMemory', () => {
  test('agrees with /proc/self/status, read next to it', () => {
    const ours = getProcessMemory()
    const status = parseProcFields(readFileSync('/proc/self/status', 'latin1'))
    expectNear(ours.rssBytes, status.get('VmRSS') as number, 4 * mebibyte)
    expectNear(ours.virtualBytes as number, status.get('VmSize') as number, 64 * mebibyte)
    expectNear(ours.peakRssBytes, status.get('VmHWM') as number, 4 * mebibyte)
    expect(ours.peakRssBytes).toBeGreaterThanOrEqual(ours.rssBytes)
    expect(ours.minorFaults).toBeGreaterThan(1000)
    expect(ours.source).toBe('statm+getrusage')
  })

  test('the peak is this program’s own, not that of the bigger program that started it', () => {
    const keep = new Uint8Array(300 * mebibyte).fill(1)
    const script = `const { peakRssBytes } = require(${JSON.stringify(built)}).getProcessMemory()
      process.stdout.write(JSON.stringify([peakRssBytes, process.resourceUsage().maxRSS * 1024]))`
    const [ours, inherited] = JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })) as [number, number]
    // The premise: getrusage alone would have told the child its parent's peak.
    expect(inherited).toBeGreaterThan(300 * mebibyte)
    expect(ours).toBeLessThan(150 * mebibyte)
    expect(keep[0]).toBe(1)
  })

  test.each([
    [{ detail: 'all' }, 'ERR_INVALID_ARG_VALUE'],
    [{ detail: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['full', 'ERR_INVALID_ARG_TYPE'],
    [{ full: true }, 'ERR_INVALID_ARG_VALUE'],
  ])('%j is refused with %s', (options, code) => {
    expect(() => getProcessMemory(options as ProcessMemoryOptions)).toThrow(expect.objectContaining({ code }) as Error)
  })
})

test('lines of another form are left out of a file under /proc', () => {
  expect([...parseProcFields('Name:\tnode\nVmPeak:\t  12 kB\nThreads:\t11\nRss:  x kB\nPss: 3 kB')]).toEqual([
    ['VmPeak', 12_288],
    ['Pss', 3072],
  ])
})
