// node bench/import-runtimes.mjs [--runs 15] [--rounds 4]: what a program costs that only imports the package, and what of it importing adds, in Node
// 20, 22, 24 and 26, in Bun and in Deno, beside Node 20. By hyperfine, which Debian has as a package: each program is a process of its own. All programs
// run in turn, in as many rounds as --rounds says, so that a busy moment meets all of them. The least of all runs: other programs only add. No figure is
// asserted.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'

const root = path.join(import.meta.dirname, '..')
const { runs, rounds } = parseArgs({
  options: { runs: { type: 'string', default: '15' }, rounds: { type: 'string', default: '4' } },
}).values

const packages = path.join(root, '.cache', 'runtimes', 'node_modules')
const nodes = [20, 22, 24, 26].map((major) => ({
  name: `Node ${major}`,
  file: path.join(root, '.cache', 'node', String(major), 'bin', 'node'),
  flags: '',
}))
const runtimes = [
  ...nodes,
  { name: 'Bun', file: path.join(packages, '@oven', `bun-linux-${process.arch}`, 'bin', 'bun'), flags: '' },
  { name: 'Deno -A', file: path.join(packages, '@deno', `linux-${process.arch}-glibc`, 'deno'), flags: 'run -A' },
].filter(({ name, file }) => existsSync(file) || console.error(`${name} is not installed: scripts/install-test-tools.sh installs it`))

const scratch = mkdtempSync(path.join(tmpdir(), 'allocscope-bench-'))

const requireFrom = (file) => `import { createRequire } from 'node:module'\ncreateRequire(import.meta.url)(${JSON.stringify(file)})\n`
/** Each way of loading the package behind the same program without it. What a runtime itself loads for the first CommonJS file is no part of the difference. */
const programs = {
  'none.cjs': '',
  'none.mjs': requireFrom('./none.cjs'),
  'import.mjs': `import ${JSON.stringify(path.join(root, 'dist', 'import.mjs'))}\n`,
  'require.cjs': `require(${JSON.stringify(path.join(root, 'dist', 'index.js'))})\n`,
}
const names = Object.keys(programs)
for (const [name, text] of Object.entries(programs)) writeFileSync(path.join(scratch, name), text)

function commandsOf({ file, flags }) {
  return names.map((program) => `${file} ${flags} ${path.join(scratch, program)}`)
}

/** The least time of each runtime's programs in one round, milliseconds. */
function measureRound() {
  const results = path.join(scratch, 'results.json')
  const settings = ['--shell=none', '--warmup', '2', '--runs', runs, '--style', 'none', '--export-json', results]
  execFileSync('hyperfine', [...settings, ...runtimes.flatMap(commandsOf)], { stdio: 'ignore' })
  const times = JSON.parse(readFileSync(results, 'utf8')).results.map(({ min }) => min * 1000)
  return runtimes.map((_, index) => times.slice(index * names.length, (index + 1) * names.length))
}

const measured = Array.from({ length: Number(rounds) }, measureRound)
const leastOf = (index, name) => Math.min(...measured.map((round) => round[index][names.indexOf(name)]))
const rows = runtimes.map(({ name }, index) => {
  const imports = leastOf(index, 'import.mjs')
  const requires = leastOf(index, 'require.cjs')
  return {
    runtime: name,
    'program that imports, ms': imports.toFixed(1),
    'beside Node 20': (imports / leastOf(0, 'import.mjs')).toFixed(2),
    'import adds, ms': (imports - leastOf(index, 'none.mjs')).toFixed(1),
    'program that requires, ms': requires.toFixed(1),
    'beside Node 20 ': (requires / leastOf(0, 'require.cjs')).toFixed(2),
    'require adds, ms': (requires - leastOf(index, 'none.cjs')).toFixed(1),
  }
})
console.log(`${execFileSync('hyperfine', ['--version'], { encoding: 'utf8' }).trim()}, ${rounds} rounds of ${runs} runs`)
console.table(rows)
rmSync(scratch, { recursive: true })
