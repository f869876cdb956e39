import { setTimeout as wait } from 'node:timers/promises'

import { missingCommand, testWhere } from '../installed/test-where.js'
import { cli, program } from './run-cli.js'
import { has, isPromptAfter, Terminal } from './terminal-screen.js'

const testInTerminal = testWhere(missingCommand('tmux', '-V'))

let terminal: Terminal | undefined
function open(columns: number, rows: number, env?: Readonly<Record<string, string>>): Terminal {
  terminal = new Terminal(columns, rows, env)
  return terminal
}
afterEach(() => {
  terminal?.close()
})

function watch(args: string): string {
  return `clear; ${process.execPath} ${cli} watch ${args}`
}

const isView = has(/^RSS +[\d.]+ MiB/)

/** The row in which the view begins: its title stands above the headings, where there is room for them, and those above RSS. */
function topOf(lines: readonly string[]): number {
  const rss = lines.findIndex((line) => /^RSS +[\d.]+ MiB/.test(line))
  return /^ +now +change/.test(lines[rss - 1] ?? '') ? rss - 2 : rss - 1
}

testInTerminal('the program writes above the view, its half lines stay whole, and it sees the whole terminal', async () => {
  const screen = open(90, 24)
  screen.type(watch(program('tells-terminal.js')))
  const half = await screen.until((lines) => isView(lines) && has(/^one half$/)(lines))
  expect(half.findIndex((line) => line === 'one half')).toBeLessThan(topOf(half))
  await screen.until(has(/^one half, other half$/))
  const burst = await screen.until(has(/^line 59 of 90x24, true$/))
  // The view takes at most half of the screen; above it the last lines stand in order, with nothing of the view among them.
  const top = topOf(burst)
  expect(top).toBeGreaterThanOrEqual(12)
  const above = burst.slice(0, top).filter((line) => line !== '')
  expect(above).toEqual(Array.from({ length: above.length }, (_, index) => `line ${60 - above.length + index} of 90x24, true`))
  expect(above.length).toBeGreaterThanOrEqual(10)
  const all = screen.lines({ history: true })
  expect(all.filter((line) => /^line \d+ of/.test(line))).toHaveLength(60)
})

testInTerminal('Ctrl-C ends the program, takes the view away and leaves a summary and the exit code', async () => {
  const screen = open(100, 50)
  screen.type(watch(program('tells-terminal.js')))
  await screen.until(isView)
  screen.press('C-c')
  // The summary names the program by its path, which may be longer than the screen is wide.
  await screen.until(has(/^ +events +0 growths/))
  screen.type('echo "code $?"; seq 100 160')
  const after = await screen.until(isPromptAfter(/^160$/))
  const all = screen.lines({ history: true }).map((line) => line.trimEnd())
  expect(all).toContainEqual(expect.stringMatching(/ended by SIGINT after/))
  expect(all).toContain('code 130')
  // The scroll region is the whole screen again: the last lines fill it to its end.
  const shown = after.slice(0, 50)
  expect(shown.slice(0, 49).every((line) => /^\d+$/.test(line))).toBe(true)
  expect(shown[49]).toBe('$')
})

testInTerminal('a change of size moves the view, and one that is too small suspends it', async () => {
  const screen = open(110, 30)
  screen.type(watch(program('tells-terminal.js')))
  await screen.until(has(/^line 59/))
  for (const [columns, rows, heading] of [
    [60, 16, /^ +now +change +peak$/],
    [40, 20, /^ +now +peak$/],
    [130, 40, /^ +now +change +\/s over [\d.]+ s +peak$/],
  ] as const) {
    // tmux tells the program of a second change within a quarter of a second later than it makes it.
    await wait(400)
    screen.resize(columns, rows)
    // What the terminal made of the old view when it changed its size is gone with the next frame, which has the columns that fit now. Only then may
    // the size change again: what a program writes before that frame is written over the old view.
    const isNewView = (now: readonly string[]): boolean =>
      now.filter((line) => /^RSS +\d/.test(line)).length === 1 &&
      now.some((line, index) => heading.test(line) && /^RSS +\d/.test(now[index + 1] as string))
    const lines = await screen.until((now) => isNewView(now) && has(new RegExp(`^now ${columns}x${rows}$`))(now))
    expect(lines.findIndex((line) => line === `now ${columns}x${rows}`)).toBeLessThan(topOf(lines))
  }
  await wait(400)
  screen.resize(60, 6)
  await screen.until((now) => has(/^now 60x6$/)(now) && !isView(now) && !has(/^event loop/)(now))
})

testInTerminal('Ctrl-Z gives the shell its terminal, and fg the view back', async () => {
  const screen = open(100, 30)
  screen.type(`set -m; ${watch(program('tells-terminal.js'))}`)
  await screen.until(has(/^line 59/))
  screen.press('C-z')
  await screen.until(has(/Stopped/))
  screen.type('clear; seq 100 160')
  const shell = await screen.until(isPromptAfter(/^160$/))
  expect(isView(shell)).toBe(false)
  expect(shell[29]).toBe('$')
  screen.type('clear; fg')
  await screen.until(isView)
})

testInTerminal('a blocked event loop is seen live', async () => {
  const screen = open(100, 40)
  screen.type(watch(program('blocks-loudly.js')))
  const blocked = await screen.until(has(/^event loop blocked for [1-9]\.\d s: V8's figures are from before$/))
  expect(blocked).not.toContain('free')
  await screen.until(has(/^ +events +\d/))
  expect(screen.lines({ history: true })).toContainEqual(expect.stringMatching(/exit code 5 after/))
})

testInTerminal('NO_COLOR is heeded, colours are there without it, and --plain gives lines', async () => {
  const coloured = open(100, 30, { TERM: 'xterm-256color' })
  coloured.type(watch(program('tells-terminal.js')))
  await coloured.until(isView)
  // Where the terminal's colours were asked for; the view has cyan figures.
  const isColoured = (line: string): boolean => line.includes('\u001b[36m')
  expect(coloured.lines({ escapes: true }).some(isColoured)).toBe(true)
  coloured.close()
  const colourless = open(100, 30, { NO_COLOR: '1' })
  colourless.type(watch(program('tells-terminal.js')))
  await colourless.until(isView)
  expect(colourless.lines({ escapes: true }).some(isColoured)).toBe(false)
  colourless.close()
  const plain = open(200, 30)
  plain.type(watch(`--plain ${program('tells-terminal.js')}`))
  expect(isView(await plain.until(has(/^allocscope +\d+\.\d s {2}sample {2}rss/)))).toBe(false)
})
