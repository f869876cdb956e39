// Functions wrapped by profile(), in a program that may or may not be loaded through allocscope.
import { profile } from '../../../dist/index.mjs'

export const build = profile(function build(count, size = 10) {
  return Array.from({ length: count }, () => new Array(size).fill(this?.offset ?? 0))
})

const load = profile(async (count) => {
  await new Promise((resolve) => setTimeout(resolve, 5))
  return Buffer.alloc(count * 1024 * 1024)
})

const steps = profile(function* steps(count) {
  for (let step = 0; step < count; step += 1) yield new Array(1000).fill(step)
})

const fails = profile(async function fails() {
  throw new RangeError('as intended')
})

const neverCalled = profile(function neverCalled() {})

let failure
try {
  await fails()
} catch (error) {
  failure = error.message
}
let sum = 0
for (const step of steps(3)) sum += step.length
const built = build.call({ offset: 7 }, 1000)
console.log(
  JSON.stringify({
    first: built[5][0],
    loaded: (await load(3)).length,
    sum,
    failure,
    names: [build.name, steps.name, neverCalled.name],
    length: build.length,
  }),
)
