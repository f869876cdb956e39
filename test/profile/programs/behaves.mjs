// As behaves.cjs, for an ES module; hoisted functions run before the module's first statement.
import { hoisted } from './cyclic.mjs'

// @profile
export function early(value) {
  const doubled = [value, value]
  return doubled.length + value
}

// @profile
export default async function last(rows) {
  const kept = []
  for await (const row of rows) kept.push(row)
  return kept
}

const lines = (stack) => stack.split('\n').map((line) => line.replace(/:(\d+):\d+(\)?)$/, ':$1$2'))

// @profile
function stackOf() {
  return lines(new Error('here').stack)
}

async function* generate() {
  yield 1
  yield 2
}

const { argv, execArgv, env } = process
const variables = Object.keys(env).filter((name) => /^(ALLOCSCOPE|NODE_OPTIONS)/.test(name))
console.log(
  JSON.stringify({
    argv: argv.slice(2),
    execArgv,
    variables,
    hoisted,
    kept: await last(generate()),
    url: import.meta.url,
    names: [early.name, last.name],
    stack: stackOf(),
  }),
)
