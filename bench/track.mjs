// node bench/track.mjs [--rounds 9] [--node <program>] [--work buffers,small,server,build,compute]: what tracking costs a program, beside nothing and beside heaptrack, where
// that is installed. Whole processes, start-up and the record's writing included; making the report is the command's and isn't. Each round runs every setting once,
// in random order; a ratio is the median of the rounds' own ratios to the untracked run, with the least and the largest. No figure is asserted.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'

const root = path.join(import.meta.dirname, '..')
const { rounds, node, work } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    node: { type: 'string', default: process.execPath },
    work: { type: 'string', default: 'buffers,small,server,build,compute' },
  },
}).values

const program = path.join(import.meta.dirname, 'track', 'work.cjs')
const preload = path.join(root, 'dist', 'track', 'track-preload.js')
const hasHeaptrack = spawnSync('heaptrack', ['--version'], { stdio: 'ignore' }).status === 0

function tracked(intervalBytes, v8Flags = []) {
  return (folder) => {
    // The preload unlinks the file and its folder.
    const file = path.join(mkdtempSync(path.join(folder, 'record-')), 'track')
    writeFileSync(file, '')
    return {
      command: node,
      args: ['--require', preload, program],
      env: { ALLOCSCOPE_TRACK: JSON.stringify({ file, intervalBytes, v8Flags }) },
    }
  }
}

const settings = {
  untracked: () => ({ command: node, args: [program] }),
  // Like the first: how far two equal settings scatter.
  'untracked again': () => ({ command: node, args: [program] }),
  '512 KiB': tracked(512 * 1024),
  '64 KiB': tracked(64 * 1024),
  'exact functions': tracked(512 * 1024, ['--no-turbo-inlining', '--no-maglev-inlining']),
  'exact lines': tracked(512 * 1024, ['--no-opt', '--no-maglev', '--no-sparkplug']),
  ...(hasHeaptrack
    ? { heaptrack: (folder) => ({ command: 'heaptrack', args: ['-o', path.join(folder, 'heaptrack'), node, program] }) }
    : {}),
}

function runOnce(setting, kind) {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-track-'))
  const { command, args, env } = settings[setting](folder)
  const { stdout, stderr, status } = spawnSync(command, [...args, kind], { encoding: 'utf8', env: { ...process.env, ...env } })
  rmSync(folder, { recursive: true })
  const figures = stdout.split('\n').findLast((line) => line.startsWith('{"wallMs"'))
  if (status !== 0 || figures === undefined) throw new Error(`${setting}, ${kind}: ${stderr || stdout}`)
  return JSON.parse(figures)
}

function shuffled(list) {
  return list
    .map((value) => ({ value, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ value }) => value)
}

function ratios(runs, base, figure) {
  const sorted = runs.map((run, round) => run[figure] / base[round][figure]).sort((one, other) => one - other)
  const middle = sorted[Math.floor(sorted.length / 2)]
  return `${middle.toFixed(3)} (${sorted[0].toFixed(2)}–${sorted.at(-1).toFixed(2)})`
}

for (const kind of work.split(',')) {
  const runs = Object.fromEntries(Object.keys(settings).map((name) => [name, []]))
  for (let round = 0; round < Number(rounds); round++) {
    for (const name of shuffled(Object.keys(settings))) runs[name].push(runOnce(name, kind))
  }
  console.log(`\n${kind}, ${rounds} rounds`)
  console.table(
    Object.fromEntries(
      Object.entries(runs).map(([name, figures]) => [
        name,
        {
          wall: ratios(figures, runs.untracked, 'wallMs'),
          CPU: ratios(figures, runs.untracked, 'cpuMs'),
          'RSS MiB': Math.round(
            figures.map(({ rssBytes }) => rssBytes / 1024 ** 2).sort((one, other) => one - other)[Math.floor(figures.length / 2)],
          ),
        },
      ]),
    ),
  )
}
