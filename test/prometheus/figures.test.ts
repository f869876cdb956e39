import path from 'node:path'

import { hiddenLayout } from '../allocator/fixture.js'
import { findInstalled, testWhereInstalled } from '../allocator/installed.js'
import { live } from '../allocator/live-allocator.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { exposed, parseExposition, sumOf, valueOf, valuesBy } from '../metrics/exposition.js'
import type { Exposed } from '../metrics/exposition.js'
import { inFreshScrape } from './fresh-scrape.js'

const mapped = 'nodejs_allocator_mapped_bytes'

/** The sizes of the arenas by number, as malloc_info prints them: it begins with the main arena and goes on from the newest to the oldest. */
function arenasIn(mallocInfo: string): readonly number[] {
  const heaps = mallocInfo.split('</heap>').slice(0, -1)
  const listed = heaps.map((heap) => Number(/<system type="current" size="(\d+)"/.exec(heap)?.[1]))
  return [...listed.slice(0, 1), ...listed.slice(1).reverse()]
}

interface Scraped {
  readonly text: string
  readonly mallocInfo: string
  readonly mallinfo: Readonly<Record<'arena' | 'hblks' | 'hblkhd' | 'uordblks' | 'fordblks', number>>
}

const scrapeBesideMallinfo = `
  const mallinfo = fixture.mallinfo2()
  const scrape = registry.metrics()
  const mallocInfo = fixture.liveMallocInfo()
  return { text: await scrape, mallocInfo, mallinfo }`

function scrape(body: string, environment?: Readonly<Record<string, string>>): Scraped & { readonly samples: readonly Exposed[] } {
  const scraped = inFreshScrape(body, environment === undefined ? {} : { environment }) as Scraped
  return { ...scraped, samples: parseExposition(scraped.text) }
}

if (live === 'glibc') {
  test('what the arenas and the mmapped chunks have is what mallinfo2 and malloc_info say', () => {
    const { samples, mallinfo, mallocInfo } = scrape(`
      registerAllocscopeMetrics(registry)
      fixture.holdInThreads(5, 10, 30_000)
      fixture.allocate(3, 5_000_000)
      await registry.metrics()
      ${scrapeBesideMallinfo}`)
    const byArena = valuesBy(samples, mapped, 'arena')
    const arenas = arenasIn(mallocInfo)
    expect(arenas.length).toBeGreaterThanOrEqual(6)
    const expected = arenas.map((bytes, number) => [String(number), bytes] as const)
    expect([...byArena]).toEqual([...expected, ['mmapped', mallinfo.hblkhd]])
    expect(mallinfo.hblkhd).toBeGreaterThanOrEqual(3 * 5_000_000)
    expect(sumOf(samples, mapped)).toBe(mallinfo.arena + mallinfo.hblkhd)
    expect(valueOf(samples, 'nodejs_allocator_arenas')).toBe(arenas.length)
  })

  test('64 arenas have series of their own, the others one together', () => {
    const { samples, mallocInfo } = scrape(
      `registerAllocscopeMetrics(registry)
       fixture.holdInThreads(100, 1, 200_000)
       ${scrapeBesideMallinfo}`,
      { MALLOC_ARENA_MAX: '200', MALLOC_MMAP_THRESHOLD_: String(2 ** 25) },
    )
    const arenas = arenasIn(mallocInfo)
    expect(arenas.length).toBeGreaterThan(100)
    const series = exposed(samples, mapped)
    expect(series.map(({ labels }) => labels['arena'])).toEqual([
      ...Array.from({ length: 64 }, (_, number) => String(number)),
      'other',
      'mmapped',
    ])
    expect(series.slice(0, 64).map(({ value }) => value)).toEqual(arenas.slice(0, 64))
    expect(series[64]?.value).toBe(arenas.slice(64).reduce((sum, bytes) => sum + bytes, 0))
  })

  test('a scrape walks nothing; what a walk tells is read between scrapes, where that is asked for', () => {
    const { text, mallinfo, calls } = inFreshScrape(`
      const binding = requireBinding()
      const calls = []
      for (const name of ['readAllocatorDetail', 'readEmbeddedAllocators']) {
        const call = binding[name]
        binding[name] = (...given) => { calls.push(name); return call(...given) }
      }
      const handle = fixture.allocate(2000, 5000)
      fixture.free(handle, 2)
      const before = await (registerAllocscopeMetrics(registry), registry.metrics())
      const without = calls.splice(0)
      const second = new client.Registry()
      const mallinfo = fixture.mallinfo2()
      registerAllocscopeMetrics(second, { usageEveryMs: 60_000, budgetMs: Infinity })
      const registering = calls.splice(0)
      const text = await second.metrics()
      return { text: [before, text], mallinfo, calls: [without, registering, calls] }`) as Omit<Scraped, 'text'> & {
      readonly text: readonly string[]
      readonly calls: readonly (readonly string[])[]
    }
    expect(calls).toEqual([[], ['readAllocatorDetail', 'readEmbeddedAllocators'], []])
    const [before = [], after = []] = text.map(parseExposition)
    expect(exposed(before, 'nodejs_allocator_retained_bytes')).toEqual([])
    expect(exposed(before, 'nodejs_allocator_allocated_bytes')).toEqual([])
    expect(exposed(before, 'nodejs_allocator_usage_timestamp_seconds')).toEqual([])
    // Half of the blocks are free between others. The registration itself takes less than a tenth of that.
    const retained = valueOf(after, 'nodejs_allocator_retained_bytes') as number
    expect(Math.abs(retained - mallinfo.fordblks)).toBeLessThan(500_000)
    expect(retained).toBeGreaterThan(4_500_000)
    const allocated = valueOf(after, 'nodejs_allocator_allocated_bytes') as number
    // All that the arenas had then. By the time of the scrape glibc may have given a piece of it back.
    expect(Math.abs(allocated + retained - mallinfo.arena - mallinfo.hblkhd)).toBeLessThan(500_000)
  })

  test("where glibc's layout is not proved, what it would tell is absent, and not 0", () => {
    const { samples } = scrape(`registerAllocscopeMetrics(registry); ${scrapeBesideMallinfo}`, { LD_PRELOAD: hiddenLayout })
    expect(exposed(samples, 'nodejs_allocator_info')).toMatchObject([{ labels: { allocator: 'glibc' }, value: 1 }])
    expect(exposed(samples, mapped)).toEqual([])
    expect(exposed(samples, 'nodejs_allocator_arenas')).toEqual([])
    expect(sumOf(samples, 'nodejs_memory_resident_bytes')).toBeGreaterThan(2 ** 20)
  })
}

testWhereInstalled('jemalloc')("jemalloc's own counters are in each scrape, without arenas", () => {
  const { samples } = scrape(
    `registerAllocscopeMetrics(registry)
     fixture.allocate(1000, 100_000)
     ${scrapeBesideMallinfo}`,
    { LD_PRELOAD: findInstalled('jemalloc') as string },
  )
  expect(exposed(samples, 'nodejs_allocator_info')).toMatchObject([{ labels: { allocator: 'jemalloc' } }])
  expect(exposed(samples, mapped)).toMatchObject([{ labels: { allocator: 'jemalloc' } }])
  // 100,000 bytes are of the class of 114,688.
  expect(valueOf(samples, 'nodejs_allocator_allocated_bytes')).toBeGreaterThanOrEqual(114_688_000)
  expect(sumOf(samples, mapped)).toBeGreaterThan(valueOf(samples, 'nodejs_allocator_allocated_bytes') as number)
  expect(valueOf(samples, 'nodejs_allocator_retained_bytes')).toBeGreaterThanOrEqual(0)
})

testWhereInstalled('tbbmalloc')('of an allocator that tells nothing there is its name, and what the kernel says', () => {
  const { samples } = scrape(`registerAllocscopeMetrics(registry); ${scrapeBesideMallinfo}`, {
    LD_PRELOAD: findInstalled('tbbmalloc') as string,
  })
  expect(samples.filter(({ name }) => name.startsWith('nodejs_allocator')).map(({ name }) => name)).toEqual(['nodejs_allocator_info'])
  expect(sumOf(samples, 'nodejs_memory_resident_bytes')).toBeGreaterThan(2 ** 20)
})

test("an addon's own allocator is a series of that library, where usageEveryMs is set", () => {
  const { samples } = scrape(`
    require(${JSON.stringify(path.join(__dirname, '..', '..', 'node_modules', '@swc', 'core'))}).parseSync('const one = 1')
    registerAllocscopeMetrics(registry, { usageEveryMs: 60_000 })
    ${scrapeBesideMallinfo}`)
  const [series, ...others] = exposed(samples, 'nodejs_embedded_allocator_resident_bytes')
  expect(series?.labels).toMatchObject({ allocator: 'mimalloc' })
  // It may load a copy of its own under another name.
  expect(series?.labels['library']).toMatch(/^[^/]+\.node$/)
  // mimalloc takes its memory in segments of MiB, of which a parse touches far more than a page.
  expect(series?.value).toBeGreaterThan(4096)
  expect(others).toEqual([])
})

interface Kernel {
  readonly text: string
  readonly status: string
  readonly heap: Readonly<Record<string, number>>
  readonly usage: NodeJS.ResourceUsage
  readonly later: NodeJS.ResourceUsage
}

testOnEachNode('resident memory, faults and V8 are what the kernel and node say', async (node) => {
  await Promise.resolve()
  const { text, status, heap, usage, later } = inFreshScrape(
    `registerAllocscopeMetrics(registry)
     const kept = Buffer.alloc(30_000_000, 1)
     await registry.metrics()
     const status = require('node:fs').readFileSync('/proc/self/status', 'utf8')
     const usage = process.resourceUsage()
     const heap = require('node:v8').getHeapStatistics()
     const text = await registry.metrics()
     return { text, status, heap, usage, later: process.resourceUsage(), kept: kept.length }`,
    { node },
  ) as Kernel
  const samples = parseExposition(text)
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024
  const resident = valuesBy(samples, 'nodejs_memory_resident_bytes', 'backing')
  // The kernel adds the threads' last 64 pages each to what it tells at times of its own.
  const slack = 64 * 4096 * 16
  expect(Math.abs((resident.get('anonymous') ?? 0) - kilobytes('RssAnon'))).toBeLessThan(slack)
  expect(Math.abs((resident.get('file') ?? 0) - kilobytes('RssFile') - kilobytes('RssShmem'))).toBeLessThan(slack)
  // Not getrusage's: the kernel counts what the process that forked this one had resident into that.
  const peak = valueOf(samples, 'nodejs_memory_resident_peak_bytes') ?? 0
  expect(Math.abs(peak - kilobytes('VmHWM'))).toBeLessThan(slack)
  const faults = valuesBy(samples, 'nodejs_page_faults_total', 'type')
  expect(faults.get('minor')).toBeGreaterThanOrEqual(usage.minorPageFault)
  expect(faults.get('minor')).toBeLessThanOrEqual(later.minorPageFault)
  expect(faults.get('major')).toBeGreaterThanOrEqual(usage.majorPageFault)
  expect(faults.get('major')).toBeLessThanOrEqual(later.majorPageFault)
  expect(valueOf(samples, 'nodejs_v8_heap_limit_bytes')).toBe(heap['heap_size_limit'])
  expect(valueOf(samples, 'nodejs_v8_external_bytes')).toBe(heap['external_memory'])
  expect(heap['external_memory']).toBeGreaterThanOrEqual(30_000_000)
  expect(valueOf(samples, 'nodejs_v8_detached_contexts')).toBe(0)
})
