import { once } from 'node:events'
import { text } from 'node:stream/consumers'

import { readProfiles } from '../../../lib/profile/collect/index.js'
import { testOnEachNode } from '../../heap/node-versions.js'
import { functionNamed, lineWith, startCollected, withRecordFolder } from './collected.js'

const mebibyte = 2 ** 20

/** What stands between a line's end and the program's own reading on the next line: V8 compiles, and its pools grow. The steps are of 96 MiB. */
const mostBetweenBytes = 4 * mebibyte

testOnEachNode('RSS when a line ended is what the program itself reads next', async (node) => {
  await withRecordFolder(async (folder) => {
    const child = startCollected('hybrid', folder, 'memory-usage.cjs', { node, flags: ['--expose-gc', '--single-threaded-gc'] })
    const [printed] = await Promise.all([text(child.stdout as NonNullable<typeof child.stdout>), once(child, 'close')])
    const [afterTaking, afterNothing, afterFreeing] = JSON.parse(printed) as [number, number, number]
    expect(afterTaking - afterFreeing).toBeGreaterThan(90 * mebibyte)

    const [profile] = [...readProfiles(folder)]
    const { lines } = functionNamed(profile, 'works')
    const endOf = (part: string): number => lineWith(lines, part).endRssBytes ?? NaN
    expect(Math.abs(endOf('Buffer.alloc') - afterTaking)).toBeLessThan(mostBetweenBytes)
    expect(Math.abs(endOf('const nothing') - afterNothing)).toBeLessThan(mostBetweenBytes)
    expect(Math.abs(endOf('gc()') - afterFreeing)).toBeLessThan(mostBetweenBytes)
    expect(endOf('kept = undefined')).toBeGreaterThan(afterTaking - mostBetweenBytes)

    // Lines that allocate nothing, one of them first reached when the lines around it had run before.
    const executed = functionNamed(profile, 'counts').lines.filter(({ occurrences }) => occurrences > 0)
    expect(executed).toHaveLength(7)
    for (const { endRssBytes = 0 } of executed) expect(Math.abs(endRssBytes - afterFreeing)).toBeLessThan(mostBetweenBytes)
  })
})
