import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'

import { readProfiles } from '../../../lib/profile/collect/index.js'
import { counter, figure } from '../../../lib/profile/collect/state-layout.js'
import { readThreadRecord } from '../../../lib/profile/collect/thread-record.js'
import { testOnEachNode } from '../../heap/node-versions.js'
import { functionNamed, lineWith, startCollected, withRecordFolder } from './collected.js'

const mebibyte = 2 ** 20

/** What stands between a line's end and the program's own reading on the next line: V8 compiles, and its pools grow. The steps are of 96 MiB. */
const mostBetweenBytes = 4 * mebibyte

function excludedRss(folder: string): number {
  const figures = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((file) => file.endsWith('figures')) ?? ''
  const file = path.join(folder, figures)
  return readThreadRecord(file, file.replace(/figures$/, 'rows'))?.figure(figure.excluded + counter.rss) ?? NaN
}

testOnEachNode('RSS when a line ended is what the program itself reads next', async (node) => {
  await withRecordFolder(async (folder) => {
    const child = startCollected('hybrid', folder, 'memory-usage.cjs', { node, flags: ['--expose-gc', '--single-threaded-gc'] })
    const [printed] = await Promise.all([text(child.stdout as NonNullable<typeof child.stdout>), once(child, 'close')])
    const [ofProcess, beginning] = [(JSON.parse(printed) as number[]).slice(0, 3), (JSON.parse(printed) as number[])[3] ?? NaN]
    // What the collector and the parser took isn't the program's: 2 to 7 MB, as new space grows then or later. It can't be more than RSS rose meanwhile; V8 may also
    // give pages back just then.
    const excluded = excludedRss(folder)
    expect(excluded).toBeGreaterThan(-mostBetweenBytes)
    expect(excluded).toBeLessThan(beginning + mebibyte)
    const [afterTaking, afterNothing, afterFreeing] = ofProcess.map((rss) => rss - excluded) as [number, number, number]
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
