// docs/where-it-works.md, from what was run.
import os from 'node:os'

import { limitBytes } from './limited-group.mjs'

const shown = { works: 'works', fault: '**fault**' }

/** Texts that cells of a table share, each with its number. */
class Notes {
  #numbers = new Map()

  numberOf(text) {
    if (!this.#numbers.has(text)) this.#numbers.set(text, this.#numbers.size + 1)
    return this.#numbers.get(text)
  }

  lines() {
    return [...this.#numbers].map(([text, number]) => `${number}. ${text}`)
  }
}

const escaped = (text) => text.replaceAll('|', '\\|').replaceAll('<', '\\<')

function cellText(cell, place, notes) {
  if (place.missing !== undefined) return `not tested (${notes.numberOf(escaped(place.missing))})`
  if (cell === undefined) return '–'
  if (shown[cell.outcome] !== undefined) return shown[cell.outcome]
  return `${cell.outcome === 'says no' ? 'no' : cell.outcome} (${notes.numberOf(escaped(cell.text))})`
}

function table(group, places, features) {
  const notes = new Notes()
  const rows = features
    .filter(({ name }) => places.some(({ missing, cells }) => missing === undefined && cells[name] !== undefined))
    .map(({ name }) => [name, ...places.map((place) => cellText(place.cells[name], place, notes))])
  const head = ['', ...places.map(({ name }) => name)]
  const started = places.map(({ name, about, version, missing }) =>
    [name, about, missing === undefined ? version : undefined].filter(Boolean),
  )
  return [
    `## ${group}`,
    '',
    ...[head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`),
    '',
    ...started.filter(({ length }) => length > 1).map(([name, ...what]) => `- **${name}**: ${what.join('; ')}`),
    '',
    ...notes.lines(),
    '',
  ]
}

function opening({ date }) {
  const machine = `${os.type()} ${os.release().split('-')[0]}, ${os.arch()}, glibc ${process.report.getReport().header.glibcVersionRuntime}`
  return `# Where it works

Each cell is a run, made by \`npm run matrix\` on ${date} under ${machine}, of the package as npm installs it from its tarball.

- **works**: a small program made the call, and what it answered held against the kernel's figures or against amounts that the program itself allocated; of a command or preload, it
  printed what was asked for, and the program under it printed what it prints and ended with its own exit code.
- **no**: it says that it can't, with the text below the table: an error with a code, or a reason. The program goes on and ends as it would.
- **not tested**: for the reason below the table.
- **–**: there is no such thing in that place.

In the texts, \`<app>\` is the folder of the program and \`<temp>\` one for what it writes. Where a memory control group can be made, everything runs in one with a
limit of ${limitBytes / 2 ** 30} GiB, as in a container.

A crash, a program that ends early or with another exit code, an error without a code and a refusal without a reason are faults, which make \`npm run matrix\` fail.
`
}

export function pageOf({ date, results, features }) {
  const groups = [...new Set(results.map(({ group }) => group))]
  const tables = groups.flatMap((group) =>
    table(
      group,
      results.filter((result) => result.group === group),
      features,
    ),
  )
  return `${[opening({ date }), ...tables]
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()}\n`
}
