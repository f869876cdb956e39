import path from 'node:path'

import { rowsOfEarlierList } from '../../lib/allocator/glibc/arena-rows.js'
import { inFreshProcess } from './fresh-process.js'
import { live } from './live-allocator.js'

const dist = path.join(__dirname, '..', '..', 'dist')

/** One arena, as malloc_info printed it and as its own words were found a moment later. */
interface Arena {
  readonly printedBytes: number
  readonly systemBytes: number | undefined
  readonly attachedThreads: number | undefined
}

interface Reading {
  /** How many of the threads' arenas were compared: all but the newest, whose block may be on its way. */
  readonly compared: number
  /** How many sizes they have, as malloc_info prints them. */
  readonly sizes: number
  /** Those of them whose own words say something else, or that no single thread is attached to. */
  readonly wrong: readonly Arena[]
  /** Arenas that were made between malloc_info's walk and the reading of the words. */
  readonly madeMeanwhile: number
}

const threads = 400
/** More than an arena has to begin with, so that each thread's block sets its arena's size. */
const firstBytes = 300_000

/** Reads arenas without pause, in a process of its own, while a thread makes more of them. */
function readWhileArenasAreMade(): readonly Reading[] {
  const environment = { MALLOC_ARENA_MAX: '1000', MALLOC_MMAP_THRESHOLD_: String(2 ** 25) }
  const expression = `(() => {
    const { requireBinding } = require(${JSON.stringify(path.join(dist, 'binding', 'index.js'))})
    const { rowsOf } = require(${JSON.stringify(path.join(dist, 'allocator', 'named-figures.js'))})
    const { rowsOfEarlierList } = require(${JSON.stringify(path.join(dist, 'allocator', 'glibc', 'arena-rows.js'))})
    const { glibcArenaColumns } = require(${JSON.stringify(path.join(dist, 'allocator', 'glibc', 'columns.js'))})
    const { parseMallocInfo } = require(${JSON.stringify(path.join(dist, 'allocator', 'glibc', 'malloc-info.js'))})
    const before = allocscope.getAllocatorStats().arenaCount
    const readings = []
    fixture.startArenaMaker(${threads}, ${firstBytes})
    while (!fixture.isArenaMakerFinished()) {
      const { texts, tables } = requireBinding().readAllocatorDetail(true)
      const { heaps } = parseMallocInfo(texts.mallocInfo)
      const rows = rowsOf(tables.arenas, glibcArenaColumns)
      const paired = rowsOfEarlierList(heaps.length, rows)
      const pairs = heaps.map(({ totals }, index) => ({ printedBytes: totals.systemBytes, ...paired[index] }))
      // The first arena that is made is the maker's own.
      const arenas = pairs.slice(2, Math.max(2, heaps.length - before))
      readings.push({
        compared: arenas.length,
        sizes: new Set(arenas.map(({ printedBytes }) => printedBytes)).size,
        wrong: arenas.filter(({ printedBytes, systemBytes, attachedThreads }) => systemBytes !== printedBytes || attachedThreads !== 1),
        madeMeanwhile: rows.length - heaps.length,
      })
    }
    fixture.stopArenaMaker()
    return readings
  })()`
  return inFreshProcess(expression, environment) as readonly Reading[]
}

if (live === 'glibc') {
  test('an arena is told by the same words as malloc_info prints, however many are made meanwhile', () => {
    const readings = readWhileArenasAreMade()
    expect(readings.filter(({ compared, madeMeanwhile }) => compared > 1 && madeMeanwhile > 0).length).toBeGreaterThan(0)
    // No two are alike, so that a row of another arena shows.
    expect(readings.map(({ sizes }) => sizes)).toEqual(readings.map(({ compared }) => compared))
    expect(readings.flatMap(({ wrong }) => wrong)).toEqual([])
  })
}

test.each([
  [3, ['main', 'newest', 'oldest'], ['main', 'newest', 'oldest']],
  [3, ['main', 'made', 'meanwhile', 'newest', 'oldest'], ['main', 'newest', 'oldest']],
  [1, ['main', 'made meanwhile'], ['main']],
  [2, [], [undefined, undefined]],
])('of %d arenas and the later list %j the rows are %j', (count, rows, expected) => {
  expect(rowsOfEarlierList(count, rows)).toEqual(expected)
})
