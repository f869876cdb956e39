import { chooseLedgers } from '../../lib/cli/ledger-page.js'
import type { TakenLedger } from '../../lib/ledger/index.js'

/** Ledgers whose RSS is 100 bytes, but for one with 200. */
function ledgers(count: number, highest: number): readonly TakenLedger[] {
  return Array.from(
    { length: count },
    (_, index) => ({ moment: 'interval', elapsedMs: index, ledger: { rssBytes: index === highest ? 200 : 100 } }) as TakenLedger,
  )
}

test('up to 30 ledgers are all shown', () => {
  for (const count of [0, 1, 2, 30]) expect(chooseLedgers(ledgers(count, 0))).toHaveLength(count)
})

test('of more the first, the last, the highest, and others at even distances', () => {
  for (const count of [31, 32, 59, 60, 1000, 8641]) {
    const shown = chooseLedgers(ledgers(count, 7)).map(({ elapsedMs }) => elapsedMs)
    expect(shown.length).toBeLessThanOrEqual(30)
    expect(shown.length).toBeGreaterThanOrEqual(29)
    expect([shown[0], shown.at(-1)]).toEqual([0, count - 1])
    expect(shown).toContain(7)
    const others = shown.filter((ms) => ms !== 7)
    const gaps = others.slice(1).map((ms, index) => ms - (others[index] as number))
    // Where the highest is one of the even ones, taking it out makes one gap of two.
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2 * Math.ceil((count - 1) / 28))
    expect([...shown].sort((one, other) => one - other)).toEqual(shown)
  }
})
