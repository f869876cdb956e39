// Command lines of `lab` and `compare` with names, counts and settings that are wrong in one place or more.
const path = require('node:path')
const fc = require('fast-check')

const program = path.join(__dirname, 'fails-in-one-mode.cjs')
const odd = ['', '-', '--', '\n', '漢字', 'constructor', '__proto__', '{}', '../none.js', '-1', 'NaN', 'x'.repeat(50_000), '--nonsense']
const experiments = ['basic-objects', 'allocator', 'delete-a-reference', 'serialise', 'loops', 'node-adds', 'all']
// None of these is a size that an experiment can do, so that none begins.
const refusedCounts = ['0', '-1', '1.5', 'NaN', '1e999', '99999999999', '', '0x', '\n']

function optionsOf(choices) {
  const each = Object.entries(choices).map(([name, values]) =>
    fc.option(fc.constantFrom(...values), { nil: undefined }).map((value) => (value === undefined ? [] : [name, value])),
  )
  return fc.tuple(...each).map((pairs) => pairs.flat())
}

/** `lab` with a name and a count that is refused. */
const labLines = fc
  .tuple(fc.constantFrom(...experiments, ...odd), fc.constantFrom(...refusedCounts), fc.constantFrom([], ['--json'], ['--nonsense']))
  .map(([name, count, more]) => ({ given: ['lab', name, `--n=${count}`, ...more] }))

/** `compare` of a program that fails under one setting, with settings from right to wrong. */
const compareLines = optionsOf({
  '--allocators': ['glibc', 'glibc,glibc', 'none', 'glibc:arena_max=-1', 'glibc:nothing=1', 'jemalloc:x=1', ',', '', '\\,'],
  '--node': ['20,', './none', '9', 'v', '..'],
  '--runs': ['1', '0', '51', 'NaN', '1.5'],
  '--settle': ['0', '-1', '1e999', 'soon'],
  '--drive': ['none.js', ''],
}).map((options) => ({ given: ['compare', program, '--env', 'MODE=good,bad', '--json', ...options] }))

/** With everything right: the row that failed says why, and the other has its run. */
const failing = fc.constant({ given: ['compare', program, '--env', 'MODE=good,bad', '--json', '--runs', '1'], judges: judgeFailing })

function judgeFailing(judge, { code, stdout }) {
  const { settings } = JSON.parse(stdout)
  const seen = settings.map(({ runs, failures }) => [runs.length, ...failures.map(({ reason }) => reason)])
  const expected = [[1], [0, 'exit code 1: TypeError: not in this mode']]
  judge.expect(code === 1 && JSON.stringify(seen) === JSON.stringify(expected), 'one setting of two fails, and says why', { code, seen })
}

exports.commandLines = fc.oneof(
  { weight: 4, arbitrary: labLines },
  { weight: 4, arbitrary: compareLines },
  { weight: 1, arbitrary: failing },
)
