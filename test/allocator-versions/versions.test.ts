import path from 'node:path'

import type { AllocatorStats, JemallocStats, MimallocStats, ScudoStats, TcmallocStats } from '../../lib/allocator/index.js'
import type { ReleaseCheck, ReleaseReport } from '../../lib/release/index.js'
import type { ArenaSample } from '../../lib/sampling/index.js'
import { fixtureFile } from '../allocator/fixture.js'
import { mebibyte } from '../allocator/live-allocator.js'
import { runFile } from '../installed/run-file.js'
import { notInstalled, testWhere } from '../installed/test-where.js'
import { readPromises } from './readme-table.js'
import { entryUnder, versions } from './versions.js'
import type { AllocatorVersion } from './versions.js'

const dist = path.join(__dirname, '..', '..', 'dist')

interface Probed {
  readonly together: { readonly ours: AllocatorStats; readonly own: unknown; readonly after: AllocatorStats }
  readonly usableBytes: number
  readonly release: ReleaseReport
  readonly watched: { readonly count: number; readonly first: ArenaSample; readonly last: ArenaSample; readonly rssGrowth: number }
  readonly leak: ReleaseCheck
  readonly none: ReleaseCheck
}

async function run(version: AllocatorVersion, args: readonly string[]): Promise<string> {
  const entry = entryUnder(version)
  if (entry === undefined) throw new Error(`${version.title} is not installed`)
  const { stdout } = await runFile(entry.program, [...entry.args, ...args], { env: entry.environment })
  return stdout
}

/** Between our reading and the allocator's own, a few objects are made. */
const noiseBytes = mebibyte / 4

/** The print lies between two readings. */
function expectBetween(ours: readonly (number | undefined)[], theirs: number, tolerance = noiseBytes): void {
  expect(theirs).toBeGreaterThanOrEqual(Math.min(...(ours as number[])) - tolerance)
  expect(theirs).toBeLessThanOrEqual(Math.max(...(ours as number[])) + tolerance)
}

/** The last column of a row that mimalloc prints, to a tenth of its unit. */
function printedCurrent(text: string, row: string): { readonly bytes: number; readonly within: number } {
  const line = text.split('\n').find((one) => new RegExp(`^\\s*${row} *:`).test(one)) ?? ''
  const [, digits, unit] = [...line.matchAll(/(-?[\d.]+) ([KMG])iB/g)].at(-1) ?? []
  const scale = 2 ** (10 * ('KMG'.indexOf(unit as string) + 1))
  return { bytes: Number(digits) * scale, within: scale / 10 }
}

type Pair<Stats> = readonly [Stats, Stats]

function compareMimalloc(ours: Pair<MimallocStats>, own: string): void {
  const committed = printedCurrent(own, 'committed')
  expectBetween(
    ours.map(({ committedBytes }) => committedBytes),
    committed.bytes,
    committed.within + noiseBytes,
  )
  const reserved = printedCurrent(own, 'reserved')
  expectBetween(
    ours.map(({ reservedBytes }) => reservedBytes),
    reserved.bytes,
    reserved.within,
  )
  const names = ours[0].counters.map(({ name }) => name)
  expect(names.filter((name) => /numa|elapsed|process/.test(name))).toEqual([])
  if (!/^ *allocated *:/m.test(own)) return
  const allocated = printedCurrent(own, 'allocated')
  expectBetween(
    ours.map(({ allocatedBytes }) => allocatedBytes),
    allocated.bytes,
    allocated.within + noiseBytes,
  )
}

function compareTcmalloc(ours: Pair<TcmallocStats>, own: string, queueBytes: number): void {
  const line = (label: string): number => Number(new RegExp(`MALLOC: [+=]?\\s*(\\d+) .*${label}`).exec(own)?.[1])
  // The report is printed into a buffer of 256 KiB, which it counts.
  const printed = line('Bytes in use by application')
  const [least, most] = [printed - queueBytes, printed].map((bytes) => bytes - (ours[0].allocatedBytes as number)) as [number, number]
  expect(least).toBeLessThanOrEqual(noiseBytes + 2 ** 18)
  expect(most).toBeGreaterThanOrEqual(-noiseBytes)
  expect(ours[0].counters.pageheapUnmappedBytes).toBe(line('Bytes released to OS'))
}

function compareJemalloc(ours: Pair<JemallocStats>, own: Readonly<Record<string, number>>): void {
  for (const name of ['allocated', 'active', 'mapped', 'resident'] as const) {
    expectBetween(
      ours.map(({ counters }) => counters?.[`${name}Bytes`]),
      own[name] as number,
    )
  }
}

function compareScudo(ours: Pair<ScudoStats>, own: Readonly<Record<string, number>>): void {
  expectBetween(
    ours.map(({ allocatedBytes }) => allocatedBytes),
    own['uordblks'] as number,
  )
  expectBetween(
    ours.map(({ mappedBytes }) => mappedBytes),
    own['hblkhd'] as number,
  )
  // The blocks that were taken, of the size that was asked for.
  expect(ours[0].sizes.find(({ sizeBytes }) => sizeBytes === 1000)?.blocks).toBeGreaterThanOrEqual(120_000)
}

function compare({ ours, own, after }: Probed['together'], queueBytes: number): void {
  const both = [ours, after]
  if (ours.allocator === 'jemalloc') compareJemalloc(both as unknown as Pair<JemallocStats>, own as Readonly<Record<string, number>>)
  if (ours.allocator === 'mimalloc') compareMimalloc(both as unknown as Pair<MimallocStats>, own as string)
  if (ours.allocator === 'tcmalloc') compareTcmalloc(both as unknown as Pair<TcmallocStats>, own as string, queueBytes)
  if (ours.allocator === 'scudo') compareScudo(both as unknown as Pair<ScudoStats>, own as Readonly<Record<string, number>>)
}

/** What a leak of 20 blocks of 300 bytes a call is told as. The noise that a check allows is spread over the calls of its last three rounds. */
const leak = { blocks: 20, bytes: 300, noiseOfRounds: (256 * 1024) / 896 }

const promises = readPromises()

const probes = new Map<AllocatorVersion, Promise<Probed>>()

/** Two beside each other, in the order of the tests: a probe mostly waits for its memory to settle. */
beforeAll(() => {
  const lanes: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()]
  versions
    .filter((version) => entryUnder(version) !== undefined)
    .forEach((version, index) => {
      const probed = (lanes[index % lanes.length] as Promise<unknown>).then(async () => {
        // V8's own threads take memory whenever they are done, beside whatever is checked then, and it stays in their share of the allocator.
        const text = await run(version, ['--single-threaded', path.join(__dirname, 'probe.cjs'), dist, fixtureFile])
        return JSON.parse(text) as Probed
      })
      probes.set(version, probed)
      // Its own tests say that it failed.
      lanes[index % lanes.length] = probed.catch(() => undefined)
    })
})

test('README.md promises something of each of them, and of glibc, and of no other', () => {
  expect(promises.map(({ name }) => name).sort()).toEqual([...new Set(['glibc', ...versions.map(({ row }) => row)])].sort())
})

describe.each(versions)('$title', (version) => {
  const promised = promises.find(({ name }) => name === version.row)
  const { allocator, uncounted, blockBytes } = version
  const declare = testWhere(entryUnder(version) === undefined ? notInstalled(version.title) : undefined)
  const probe = (): Promise<Probed> => probes.get(version) as Promise<Probed>

  declare('is named, with its version, and its figures are those that it prints itself', async () => {
    const { together } = await probe()
    const { ours } = together
    expect(ours.allocator).toBe(allocator)
    if (version.version !== undefined) expect(ours.provenance.version).toMatch(version.version)
    compare(together, version.queueBytes ?? 0)
    const told = ours.provenance.version
    if (told !== undefined) expect(promised?.versions.filter((known) => told.startsWith(known))).not.toEqual([])
    expect(ours.mappedBytes === undefined).toBe(promised?.mapped.startsWith('yes') === false)
  })

  declare('what is in use is counted with other threads, or said not to be known', async () => {
    const { together, usableBytes } = await probe()
    expect(promised?.inUse === '–').toBe(uncounted !== undefined)
    const { allocatedBytes, missing } = together.ours
    const reason = missing.find(({ fields }) => fields.includes('allocatedBytes'))?.reason
    // mimalloc 2 shows the calling thread's heap alone.
    if (together.ours.allocator === 'mimalloc' && together.ours.threadHeap.length > 0) {
      const used = together.ours.threadHeap.reduce((sum, one) => sum + one.usedBytes, 0)
      expect(used).toBeGreaterThanOrEqual(usableBytes)
      expect(used).toBeLessThan(usableBytes + 10 * mebibyte)
    } else if (uncounted !== undefined) {
      expect(allocatedBytes).toBeUndefined()
      expect(reason).toMatch(uncounted)
    } else {
      expect(allocatedBytes).toBeGreaterThanOrEqual(usableBytes + 2 * 10_000 * 1000)
      // A size class is a quarter above what was asked for at most; the rest is node's own.
      expect(allocatedBytes).toBeLessThan(120_000 * 1000 * 1.25 + 20 * mebibyte)
    }
  })

  declare('a native leak is told by its bytes, or nothing is claimed', async () => {
    const { leak: check, none } = await probe()
    expect(promised?.leak.startsWith('told')).toBe(uncounted === undefined)
    if (uncounted === undefined) {
      const [live] = check.live
      expect([check.verdict, live?.where, live?.grows]).toEqual(['still-live', 'native', true])
      expect(live?.bytesPerCall).toBeGreaterThan(leak.blocks * leak.bytes - leak.noiseOfRounds)
      expect(live?.bytesPerCall).toBeLessThan(leak.blocks * blockBytes + leak.noiseOfRounds)
    } else {
      expect(check.bytes.held.nativeBytes).toBeUndefined()
      expect(check.advice.join()).toMatch(/^What native code has in use is not known: /)
    }
    for (const { bytes, coarse, missing } of [check, none]) {
      const unknown = (['nativeBytes', 'pinnedBytes', 'releasableBytes'] as const).filter((figure) => bytes.held[figure] === undefined)
      expect(missing.flatMap(({ fields }) => fields).sort()).toEqual(unknown)
      expect(coarse).toBe(unknown.length > 0)
      if (uncounted !== undefined) expect(coarse).toBe(true)
    }
    expect(none.live).toEqual([])
    // RSS came back; without a count of what is in use, a leak might hide in what was resident before.
    const expected = uncounted === undefined ? 'returned' : 'inconclusive'
    expect([none.verdict, none.verdict === expected ? [] : none.bytes]).toEqual([expected, []])
  })

  declare('the purge names its calls, what-ifs are made or refused with a reason, and a watch follows RSS and what is mapped', async () => {
    const { release, watched, none, together } = await probe()
    const purge = release.steps.find(({ step }) => step === 'purge')
    expect(purge?.supported).toBe(true)
    for (const call of promised?.calls ?? ['']) expect(purge?.calls).toContain(call)
    if (version.unforkable === undefined) expect(none.whatIf).toMatchObject({ made: true })
    else expect(none.whatIf.reason).toMatch(version.unforkable)
    const isMimalloc2 = purge?.calls.includes('taken and freed') === true
    expect(isMimalloc2).toBe(version.title.startsWith('mimalloc 2'))
    // 120 MB were freed, of which some allocators keep what other threads had.
    expect((together.ours.rssBytes as number) - release.after.rssBytes).toBeGreaterThan(60 * mebibyte)
    expect(watched.count).toBeGreaterThan(5)
    // Of 110 MiB: an allocator may serve some of them from what is resident. So the growth is that of node's own readings, some milliseconds later.
    const growth = (watched.last.rssBytes as number) - (watched.first.rssBytes as number)
    expect(growth).toBeGreaterThan(95 * mebibyte)
    expect(Math.abs(growth - watched.rssGrowth)).toBeLessThan(mebibyte)
    if (allocator === 'tbbmalloc' || allocator === 'rpmalloc') expect(watched.last.mappedBytes).toBeUndefined()
    // An allocator may serve some of them from what it had mapped: mimalloc commits 32 MiB at a time.
    else expect((watched.last.mappedBytes as number) - (watched.first.mappedBytes as number)).toBeGreaterThan(60 * mebibyte)
  })

  declare('allocscope stats prints it, with every detail', async () => {
    const text = await run(version, [path.join(dist, 'cli', 'main.js'), 'stats', '--detail', 'arenas'])
    expect(text).toMatch(new RegExp(`name +${allocator}`))
    if (uncounted !== undefined) expect(text.replace(/\s+/g, ' ')).toMatch(uncounted)
  })
})
