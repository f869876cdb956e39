import { execFileSync } from 'node:child_process'
import path from 'node:path'

import { getProcessMemory } from '../../lib/process/index.js'
import type { FullProcessMemory, ProcessMemory, ProcessMemoryOptions } from '../../lib/process/index.js'
import { parseProcFields } from '../../lib/process/proc-fields.js'
import { inFreshProcess } from '../allocator/fresh-process.js'
import { counterSlackBytes } from './counter-slack.js'

const mebibyte = 2 ** 20
const built = path.join(__dirname, '..', '..', 'dist', 'index.js')

type Fields = Readonly<Record<string, number>>

/** Expressions of a fresh process: sums over the mappings of smaps, the fields of status, and how many mappings there are. */
const oracles = `
  const fs = require('node:fs')
  const fieldsOf = (file) => {
    const sums = {}
    for (const [, name, kibibytes] of fs.readFileSync(file, 'latin1').matchAll(/^(\\w+):\\s+(\\d+) kB$/gm)) sums[name] = (sums[name] ?? 0) + kibibytes * 1024
    return sums
  }
  const smaps = () => fieldsOf('/proc/self/smaps')
  const status = () => fieldsOf('/proc/self/status')
  const mappings = () => fs.readFileSync('/proc/self/maps', 'latin1').split('\\n').length`

interface Between<Ours> {
  readonly before: Fields
  readonly ours: Ours
  readonly after: Fields
  readonly mappings: number
}

/**
 * Our reading between two of an oracle's. All of them were made before, so that the pages that they need are there. Pages of programs and
 * libraries become shared and private as other processes start and end: of the readings, one is taken during which none did.
 */
function between<Ours>(ours: string, oracle: 'smaps' | 'status'): Between<Ours> {
  return inFreshProcess(`(() => {
    ${oracles}
    const read = () => ({ before: ${oracle}(), ours: ${ours}, after: ${oracle}() })
    const moved = ({ before, after }) => ['Pss', 'Private_Clean', 'Shared_Clean'].some((name) => before[name] !== after[name])
    let seen = read()
    for (let times = 1; times < 5 || (times < 1000 && moved(seen)); times++) seen = read()
    return { ...seen, mappings: mappings() }
  })()`) as Between<Ours>
}

function sum(fields: Fields, ...names: readonly string[]): number {
  return names.reduce((total, name) => total + (fields[name] as number), 0)
}

/** What only rises in between lies between what was seen before and after it. */
function expectBetween(
  ours: number,
  { before, after }: Pick<Between<unknown>, 'before' | 'after'>,
  names: readonly string[],
  slack: number,
) {
  const seen = [sum(before, ...names), sum(after, ...names)]
  expect(ours).toBeGreaterThanOrEqual(Math.min(...seen) - slack)
  expect(ours).toBeLessThanOrEqual(Math.max(...seen) + slack)
}

describe("getProcessMemory({ detail: 'full' })", () => {
  test('agrees with the sums over smaps', () => {
    const seen = between<FullProcessMemory>("allocscope.getProcessMemory({ detail: 'full' })", 'smaps')
    const full = seen.ours
    // smaps cuts each mapping's share to whole KiB.
    expectBetween(full.pssBytes, seen, ['Pss'], seen.mappings * 1024)
    expectBetween(full.ussBytes, seen, ['Private_Clean', 'Private_Dirty'], 0)
    expectBetween(full.anonymousBytes, seen, ['Anonymous'], 0)
    expectBetween(full.sharedBytes, seen, ['Shared_Clean', 'Shared_Dirty'], 0)
    expectBetween(full.swapBytes, seen, ['Swap'], 0)
    // The three kinds are all of RSS.
    expectBetween(full.anonymousBytes + full.fileBytes + full.sharedMemoryBytes, seen, ['Rss'], counterSlackBytes)
    expect(full.pageTableBytes).toBeGreaterThan(4096)
  })

  test('costs more than the two calls of a basic reading', () => {
    // The quickest of several: a reading that had to wait for a core says nothing of its cost.
    const quickest = (options?: ProcessMemoryOptions): number =>
      Math.min(...Array.from({ length: 20 }, () => getProcessMemory(options).costMicros))
    expect(quickest({ detail: 'full' })).toBeGreaterThan(quickest())
  })
})

describe('getRss', () => {
  test('is the sum of Rss over every mapping', () => {
    const seen = between<number>('allocscope.getRss()', 'smaps')
    expectBetween(seen.ours, seen, ['Rss'], counterSlackBytes)
  })

  test('rises by the bytes of a buffer when they are touched, and no sooner', () => {
    const [before, untouched, touched] = inFreshProcess(`(() => {
      allocscope.getRss()
      const before = allocscope.getRss()
      const buffer = new Uint8Array(${256 * mebibyte})
      const untouched = allocscope.getRss()
      buffer.fill(1)
      return [before, untouched, allocscope.getRss(), buffer[0]]
    })()`) as [number, number, number]
    // Beside the counters: huge pages of 2 MiB, of which the first and the last may be larger than what they hold of the buffer.
    const slack = counterSlackBytes + 4 * mebibyte
    expect(Math.abs(untouched - before)).toBeLessThanOrEqual(slack)
    expect(Math.abs(touched - untouched - 256 * mebibyte)).toBeLessThanOrEqual(slack)
  })

  test('survives its descriptor being closed and reused by the program', () => {
    const { closed, readings } = inFreshProcess(`(() => {
      ${oracles}
      allocscope.getRss()
      const target = (fd) => { try { return fs.readlinkSync('/proc/self/fd/' + fd) } catch { return '' } }
      const descriptors = fs.readdirSync('/proc/self/fd').filter((fd) => target(fd).endsWith('/statm'))
      for (const fd of descriptors) fs.closeSync(Number(fd))
      const squatters = descriptors.map(() => fs.openSync('/proc/self/status', 'r'))
      smaps()
      const read = () => ({ before: smaps(), ours: allocscope.getRss(), after: smaps() })
      const readings = [read()]
      for (const fd of squatters) fs.closeSync(fd)
      return { closed: descriptors.length, readings: [...readings, read()] }
    })()`) as { readonly closed: number; readonly readings: readonly Between<number>[] }
    expect(closed).toBeGreaterThan(0)
    expect(readings).toHaveLength(2)
    for (const seen of readings) expectBetween(seen.ours, seen, ['Rss'], counterSlackBytes)
  })
})

describe('getProcessMemory', () => {
  test('agrees with /proc/self/status, read before and after it', () => {
    const seen = between<ProcessMemory>('allocscope.getProcessMemory()', 'status')
    const { ours } = seen
    expectBetween(ours.rssBytes, seen, ['VmRSS'], counterSlackBytes)
    expectBetween(ours.virtualBytes as number, seen, ['VmSize'], 0)
    expectBetween(ours.peakRssBytes, seen, ['VmHWM'], counterSlackBytes)
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
