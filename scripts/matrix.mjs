// npm run matrix: the installed package in every place where a program may run, and what works there. Writes docs/where-it-works.md, after everything ran.
// Not part of CI, as it takes minutes and installs packages from npm.
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { makeKit, root } from './matrix/kit.mjs'
import { enterLimitedGroup } from './matrix/limited-group.mjs'
import { pageOf } from './matrix/page.mjs'
import { places } from './matrix/places.mjs'
import { features, runPlace } from './matrix/run-place.mjs'

const help = `Usage: npm run matrix -- [options]

Runs what the package offers in every place where a program may run, and writes docs/where-it-works.md. Exit code 1 if a run shows a fault: a crash, an early
end, another exit code, an error without a code, a refusal without a reason.

Options:
  --place <regex>    only places whose name matches; nothing is written
  --feature <regex>  only calls, preloads and commands whose name matches; nothing is written
  --json             print the results as JSON to standard output; nothing is written
  --keep             keep the folder with the installed packages
  -h, --help

Examples:
  $ npm run matrix
  $ npm run matrix -- --place '^Deno' --feature 'run|watch'
  $ npm run --silent matrix -- --place '^Node 24$' --json
`

const { values: options } = parseArgs({
  options: {
    place: { type: 'string', default: '' },
    feature: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

/** Paths and process ids, which differ from run to run, as what they stand for. */
function steady(text, folder) {
  return text
    .replace(new RegExp(`${folder}/temp/[\\w-]+`, 'g'), '<temp>')
    .replace(new RegExp(`${folder}(?:/[\\w-]+)?`, 'g'), '<app>')
    .replaceAll(root, '<checkout>')
    .replace(/(\bpid |\bprocess |\/proc\/|allocscope-\d+\/)\d+/g, '$1<pid>')
    .replace(/(allocscope-(?:profile-)?)[\w.-]*[\w]{6}(?=['"])/g, '$1XXXXXX')
}

function steadied(result, folder) {
  const cells = Object.entries(result.cells).map(([name, cell]) => [
    name,
    cell.text === undefined ? cell : { ...cell, text: steady(cell.text, folder) },
  ])
  return { ...result, cells: Object.fromEntries(cells) }
}

async function runAll() {
  const wanted = features.filter(({ name }) => new RegExp(options.feature).test(name))
  const chosen = places.filter(({ name }) => new RegExp(options.place).test(name))
  const kit = await makeKit()
  const leaveGroup = enterLimitedGroup()
  const results = []
  try {
    for (const place of chosen) {
      results.push(steadied(await runPlace(place, kit, { wanted, say: (line) => console.error(steady(line, kit.folder)) }), kit.folder))
    }
  } finally {
    leaveGroup?.()
    if (options.keep) console.error(`kept: ${kit.folder}`)
    else rmSync(kit.folder, { recursive: true, force: true })
  }
  return results
}

function faultsOf(results) {
  return results.flatMap(({ name, missing, unprepared, cells }) => [
    ...(unprepared ? [{ place: name, text: missing }] : []),
    ...Object.entries(cells).flatMap(([feature, cell]) => (cell.outcome === 'fault' ? [{ place: name, feature, ...cell }] : [])),
  ])
}

async function main() {
  if (options.help) return process.stdout.write(help)
  const began = performance.now()
  const results = await runAll()
  const faults = faultsOf(results)
  for (const fault of faults) console.error('fault:', fault)
  const count = results.reduce((sum, { cells }) => sum + Object.keys(cells).length, 0)
  console.error(`${count} cells in ${Math.round((performance.now() - began) / 1000)} s, ${faults.length} faults`)
  if (options.json) console.log(JSON.stringify(results, undefined, 2))
  else if (options.place === '' && options.feature === '') {
    const page = pageOf({ date: new Date().toISOString().slice(0, 10), results, features })
    writeFileSync(path.join(root, 'docs', 'where-it-works.md'), page)
  }
  process.exitCode = faults.length === 0 ? 0 : 1
}

await main()
