import type { NativeLedger } from '../../lib/binding/index.js'
import { bestOf } from '../../lib/ledger/look.js'
import type { Look } from '../../lib/ledger/look.js'
import { nativeOwners } from '../../lib/ledger/native-rows.js'

interface Left {
  readonly unclaimed: number
  readonly isHeapProved?: boolean
  readonly territory?: NativeLedger['territory']
}

/** A look at 1,000 resident bytes, of which so many have no owner. */
function lookThat({ unclaimed, isHeapProved = true, territory = 'complete' }: Left): Look {
  const row = (owner: number, residentBytes: number): readonly number[] => [owner, 0, 0, residentBytes, 0, 0, 0]
  const cells = Float64Array.from([...row(nativeOwners.file, 1000 - unclaimed), ...row(nativeOwners.anonymous, unclaimed)])
  const rows = { cells, names: ['a file', ''] }
  return { answer: { rows, isHeapProved, territory, figures: { residentBytes: 1000 } } as unknown as NativeLedger } as Look
}

/** What the chosen look left, and how many were taken. */
async function choose(...given: readonly Left[]): Promise<readonly [chosen: Left | undefined, taken: number]> {
  const looks = given.map(lookThat)
  let taken = 0
  const best = await bestOf(() => Promise.resolve(looks[taken++] as Look))
  return [given[looks.indexOf(best)], taken]
}

test('one look is enough where half a per cent of RSS has no owner', async () => {
  const [few, many, fewer] = [{ unclaimed: 5 }, { unclaimed: 6 }, { unclaimed: 1 }]
  expect(await choose(few)).toEqual([few, 1])
  expect(await choose(many, fewer)).toEqual([fewer, 2])
})

test('of four the one that left the least is the answer', async () => {
  const [least, ...others] = [{ unclaimed: 100 }, { unclaimed: 400 }, { unclaimed: 300 }, { unclaimed: 200 }]
  for (let at = 0; at < 4; at++) expect(await choose(...others.toSpliced(at, 0, least as Left))).toEqual([least, 4])
})

test('what belongs to nobody each time is not looked for again', async () => {
  const [one, same, other] = [{ unclaimed: 160 }, { unclaimed: 170 }, { unclaimed: 171 }]
  expect(await choose(one, same)).toEqual([one, 2])
  expect(await choose(one, other, { unclaimed: 155 })).toEqual([{ unclaimed: 155 }, 3])
})

test('a heap that is not proved has another look, and gives way to any other', async () => {
  const [unproved, proved] = [{ unclaimed: 0, isHeapProved: false }, { unclaimed: 4 }]
  expect(await choose(unproved, proved)).toEqual([proved, 2])
  expect(await choose(unproved, unproved, unproved, unproved)).toEqual([unproved, 4])
})

test('under an allocator that does not tell where its memory is, what has no owner is no reason', async () => {
  const of = { unclaimed: 900, territory: 'unknown' } as const
  expect(await choose(of)).toEqual([of, 1])
})
