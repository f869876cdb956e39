import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

import { allocscope, cli, plainEnvironment } from '../cli/run-cli.js'

const names = ['basic-objects', 'allocator', 'delete-a-reference', 'serialise', 'loops', 'node-adds']

test('without a name they are listed, in the order of the article', async () => {
  const { code, stdout, stderr } = await allocscope(['lab'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect([...stdout.matchAll(/^ {2}\d\. (\S+)$/gm)].map(([, name]) => name)).toEqual(names)
  const listed = JSON.parse((await allocscope(['lab', '--json'])).stdout) as { readonly experiments: readonly { readonly name: string }[] }
  expect(listed.experiments.map(({ name }) => name)).toEqual(names)
})

test.each([
  [['lab', 'serialize'], /unknown experiment 'serialize'\. Did you mean serialise\? \[ERR_INVALID_ARG_VALUE\]/],
  [['lab', 'xyz'], /unknown experiment 'xyz'\. There are basic-objects, .*, all\. \[ERR_INVALID_ARG_VALUE\]/],
  [['lab', 'constructor'], /unknown experiment 'constructor'/],
  [
    ['lab', 'loops', '--n', '0'],
    /'--n <count>' argument '0' is invalid\. It must be a whole number from 1 up\. \[ERR_PARSE_ARGS_INVALID_OPTION_VALUE\]/,
  ],
  [['lab', 'loops', '--n', 'many'], /argument 'many' is invalid/],
  [['lab', 'loops', '--n', '5'], /"n" is out of range\. It must be >= 100000 and <= 20000000 for loops\. Received 5 \[ERR_OUT_OF_RANGE\]/],
  [['lab', 'loops', '--n', '30000000'], /"n" is out of range.*\[ERR_OUT_OF_RANGE\]/],
  [['lab', 'loops', 'serialise'], /too many arguments/],
])('%p is refused in one line, with code 2', async (args, expected) => {
  const { code, stdout, stderr } = await allocscope(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^allocscope: [^\n]*\n$/)
  expect(stderr).toMatch(expected)
})

test('a step whose process has too little memory is told with its reason, and the exit code is 1', async () => {
  const env = { NODE_OPTIONS: '--max-old-space-size=40' }
  const { code, stdout, stderr } = await allocscope(['lab', 'loops', '--n', '1000000'], { env })
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  // V8 has reasons of several lengths, and the line is wrapped.
  expect(stdout.replaceAll(/\n +/g, ' ')).toMatch(
    /Not measured: the process of 'measure-call' ended by SIGABRT before it had measured: FATAL ERROR: .*\[ERR_ALLOCSCOPE_LAB_CUT_SHORT\]/,
  )
})

/** The first process that `pid` has started, once there is one. */
async function firstChild(pid: number): Promise<number> {
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
    if (child !== undefined && child !== '') return Number(child)
    await wait(20)
  }
  throw new Error('no step was started')
}

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it as it ends every program, and the process of the step as well', async (name) => {
  const child = spawn(process.execPath, [cli, 'lab', 'allocator'], { env: plainEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  const step = await firstChild(child.pid as number)
  child.kill(name)
  expect(await ended).toEqual([null, name])
  expect(existsSync(`/proc/${step}`)).toBe(false)
})
