import { readdirSync } from 'node:fs'
import path from 'node:path'

import { plainEnvironment } from '../cli/run-cli.js'
import { runFile } from '../installed/run-file.js'

const folder = path.resolve('examples')
const numbered = readdirSync(folder).filter((name) => name.endsWith('.cjs'))

/** What each prints, where it can be told beforehand. */
const printed: Readonly<Record<string, RegExp>> = {
  '01-basic-objects.cjs': /shallowSizeOf\(230\.1\) +16\n.*48\n.*\n[^]*\.tags {2}Set\n/,
  '02-allocator.cjs': /50000 blocks taken: RSS \+\d+\.\d MiB\n[^]*purge \(.+\) gave back \d+\.\d MiB\npurged: /,
  '03-delete-a-reference.cjs': /^structuredCopy +RSS .*\nspreadCopy .*\njsonCopy .*\n$/,
  // 2,000 rows: 72,000 bytes of columns.
  '04-serialise.cjs': /^v8 .*\njson .*\nlines .*\ncolumns +0\.1 MiB\n$/,
  // All ways add the same: so all print one number.
  '05-loops.cjs':
    /^chainedLists +(\d+)\ngeneratorLoop +\1\n(?:iteratorHelpers +\1\n)?plainLoop +\1\n$|^chainedLists +(\d+)\ngeneratorLoop +\2\nplainLoop +\2\niteratorHelpers +\2\n$/,
  '06-what-node-adds.cjs':
    /^a Buffer of 16 bytes keeps \d{4,} bytes of its pool\n[^]*64 MiB allocated: external \+6[34]\.\d MiB, RSS \+0\.\d MiB\n64 MiB written: .*RSS \+6[3-5]\.\d MiB\n$/,
}

test('every example has a number, and is known here', () => {
  expect(numbered).toEqual(Object.keys(printed))
})

test.each(Object.entries(printed))('%s runs as it is, and says what it shows', async (name, expected) => {
  const { stdout, stderr } = await runFile(process.execPath, [path.join(folder, name), '2000'], { env: plainEnvironment() })
  expect(stderr).toBe('')
  expect(stdout).toMatch(expected)
})
