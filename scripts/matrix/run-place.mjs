// One place: every call, preload and command there, two at a time.
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'

import { calls } from './calls.mjs'
import { commands, preloads } from './commands.mjs'
import { judgeCall, judgeCommand } from './judge.mjs'
import { start } from './start.mjs'

export const features = [...calls, ...preloads, ...commands]

const atOnce = 2

function fill(text, { temp, pid }) {
  return text.replace('<temp>', temp).replace('<pid>', String(pid))
}

/** What `use` answers, while a service runs there: it ends when its standard input does. */
async function besideService(lines, use) {
  let used
  await start(lines.program('waits.cjs'), {
    whileRunning: ({ stdin, stdout, stderr }) => {
      const began = Promise.race([once(stdout, 'data'), once(stderr, 'end')])
      used = began.then(([pid]) => use(String(pid).trim())).finally(() => stdin.end())
    },
  })
  return used
}

const runners = {
  call: async (call, lines, place, temp) => {
    return judgeCall(call, await start(lines.call(call.key, { MATRIX_FILE: path.join(temp, 'call.rec') })), place)
  },
  preload: async (preload, lines, place, temp) => {
    const env = Object.fromEntries(Object.entries(preload.env ?? {}).map(([name, text]) => [name, fill(text, { temp })]))
    const isMade = (file) => existsSync(path.join(temp, file)) && statSync(path.join(temp, file)).size > 4096
    return judgeCommand(preload, await start(lines.preload(preload.key, env)), isMade)
  },
  command: async (command, lines, place, temp) => {
    const run = (pid) => start(lines.command(command.args.map((arg) => fill(arg, { temp, pid }))))
    const ended = command.args.includes('<pid>') ? await besideService(lines, run) : await run()
    return judgeCommand(command, ended)
  },
}

/** Whether the place has that at all: a bundle has no commands, and only some test runners an `expect`. */
function applies({ kind, key }, lines, place) {
  return lines[kind] !== undefined && (key !== 'matcher' || place.hasExpect === true)
}

function newFolder(parent, name) {
  const folder = path.join(parent, name)
  mkdirSync(folder, { recursive: true })
  // Another user writes there, too.
  chmodSync(folder, 0o777)
  return folder
}

/** Answers with a cell for each feature by its name: `{ outcome, text }`. */
async function runFeatures(place, lines, kit, { wanted, say }) {
  const cells = {}
  const waiting = wanted.filter((feature) => applies(feature, lines, place))
  const work = async () => {
    for (let feature = waiting.shift(); feature !== undefined; feature = waiting.shift()) {
      const temp =
        lines.temp ?? newFolder(kit.folder, path.join('temp', `${place.name} ${feature.kind} ${feature.key}`.replace(/\W+/g, '-')))
      const untestable = place.untestable?.[feature.key]
      const cell =
        untestable === undefined ? await runners[feature.kind](feature, lines, place, temp) : { outcome: 'not tested', text: untestable }
      cells[feature.name] = cell
      say(`${place.name}: ${feature.name.replaceAll('`', '')}: ${cell.outcome}${cell.text === undefined ? '' : `: ${cell.text}`}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return cells
}

/** @param {import('./places.mjs').Place} place */
export async function runPlace(place, kit, options) {
  const { name, group, about } = place
  const missing = place.missing()
  if (missing !== undefined) return { name, group, about, missing, cells: {} }
  try {
    return { name, group, about, version: place.version(), cells: await runFeatures(place, await place.prepare(kit), kit, options) }
  } catch (error) {
    return { name, group, about, missing: `it could not be prepared: ${error.message}`, unprepared: true, cells: {} }
  }
}
