import fc from 'fast-check'

import { PacedChanges } from '../../lib/cli/paced-changes.js'
import type { WatchEvent } from '../../lib/watch/index.js'

type Change = Extract<WatchEvent, { readonly kind: 'growth' | 'shrink' }>

function change(timeMs: number, fromBytes: number, toBytes: number, arena?: number): Change {
  const trend = { bytesPerSecond: 1, changedBytes: 1, overMs: 1, risenBytes: 1, fallenBytes: 1 }
  const kind = toBytes > fromBytes ? 'growth' : 'shrink'
  return { kind, subject: arena === undefined ? 'rss' : 'arena', arena, fromBytes, toBytes, fromTimeMs: timeMs - 100, timeMs, trend }
}

test('the first change is told, the next within a second waits, and what waited is joined', () => {
  const paced = new PacedChanges()
  expect(paced.take(change(100, 50, 60))).toEqual(change(100, 50, 60))
  expect([paced.take(change(200, 60, 70)), paced.take(change(900, 70, 80))]).toEqual([undefined, undefined])
  expect(paced.due(1000)).toEqual([])
  expect(paced.take(change(1100, 80, 90))).toEqual({ ...change(1100, 60, 90), fromTimeMs: 100 })
  expect(paced.due(9000)).toEqual([])
})

test('what waits is told when its second is over, once', () => {
  const paced = new PacedChanges()
  paced.take(change(100, 50, 60))
  paced.take(change(200, 60, 40))
  expect(paced.due(1100)).toEqual([change(200, 60, 40)])
  expect(paced.due(5000)).toEqual([])
})

test('a figure that doubles is told at once; each arena counts by itself', () => {
  const paced = new PacedChanges()
  paced.take(change(100, 50, 60))
  expect(paced.take(change(200, 60, 119))).toBeUndefined()
  expect(paced.take(change(300, 119, 120))).toEqual({ ...change(300, 60, 120), fromTimeMs: 100 })
  expect(paced.take(change(300, 1, 2, 0))).toEqual(change(300, 1, 2, 0))
  expect(paced.take(change(300, 1, 2, 1))).toEqual(change(300, 1, 2, 1))
})

test('what rises and falls again within a second is no change', () => {
  const paced = new PacedChanges()
  paced.take(change(100, 50, 60))
  paced.take(change(200, 60, 70))
  expect(paced.take(change(300, 70, 60))).toBeUndefined()
  expect(paced.due(5000)).toEqual([])
})

test('other events are told as they come', () => {
  const lost: WatchEvent = { kind: 'overflow', lostSamples: 1, totalLostSamples: 1 }
  expect(new PacedChanges().take(lost)).toBe(lost)
})

test('whatever comes: no gap in what is told, and no more lines than seconds and doublings', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 1000 }))), (steps) => {
      const paced = new PacedChanges()
      let [timeMs, bytes] = [0, 500]
      const told: Change[] = []
      for (const [pauseMs, next] of steps) {
        timeMs += pauseMs
        if (next !== bytes) told.push(...([paced.take(change(timeMs, bytes, next))].filter((event) => event !== undefined) as Change[]))
        bytes = next
        told.push(...(paced.due(timeMs) as Change[]))
      }
      told.push(...(paced.due(timeMs + 1000) as Change[]))
      told.slice(1).forEach(({ fromBytes }, index) => {
        expect(fromBytes).toBe(told[index]?.toBytes)
      })
      if (told.length > 0) expect(told.at(-1)?.toBytes).toBe(bytes)
      const doublings = told.slice(1).filter(({ toBytes }, index) => toBytes >= 2 * (told[index] as Change).toBytes)
      expect(told.length - doublings.length).toBeLessThanOrEqual(Math.floor((timeMs + 1000) / 1000) + 1)
    }),
  )
})
