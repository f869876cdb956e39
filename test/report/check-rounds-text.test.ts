import { renderCheckRounds } from '../../lib/report/index.js'
import { grownOf } from '../release/moments.js'

const embedded = { embeddedBytes: 0, embeddedMappedBytes: 0 }
const start = {
  calls: 0,
  durationMs: 1,
  rssBytes: 1000,
  heap: { usedBytes: 1000 },
  externalBytes: 1000,
  grown: grownOf({ nativeBytes: 1000 }),
  ...embedded,
}

describe('renderCheckRounds', () => {
  test("psleak's own line", () => {
    const round = { ...start, calls: 200, grown: grownOf({ nativeBytes: 1000 + 388_160 }), rssBytes: 1000 + 327_680 }
    expect(renderCheckRounds([start, round], ['native', 'rss'])).toEqual([
      'Run # 1: native=+388160 | rss=+327680 | (calls= 200, avg/call=+1941)',
    ])
  })

  test('changes are those of the round before, and the average is of the first figure', () => {
    const rounds = [start, { ...start, calls: 1, rssBytes: 600 }, { ...start, calls: 10, rssBytes: 600 }]
    expect(renderCheckRounds(rounds, ['rss', 'heap'])).toEqual([
      'Run # 1: rss=-400 | heap=+0 | (calls=   1, avg/call=-400)',
      'Run # 2: rss=+0 | heap=+0 | (calls=  10, avg/call=+0)',
    ])
  })

  test('columns stay columns in many rounds of many calls', () => {
    const rounds = [start, ...Array.from({ length: 10 }, () => ({ ...start, calls: 65_536 }))]
    const lines = renderCheckRounds(rounds, ['native'])
    expect(lines[0]).toBe('Run #  1: native=+0 | (calls= 65536, avg/call=+0)')
    expect(new Set(lines.map((line) => line.length)).size).toBe(1)
  })

  test('what is not known is not 0', () => {
    const round = { ...start, calls: 1, grown: grownOf({ nativeBytes: undefined }) }
    expect(renderCheckRounds([start, round], ['native'])).toEqual(['Run # 1: native=– | (calls=   1, avg/call=–)'])
  })
})
