// As texts.cjs, for an ES module.
import vm from 'node:vm'

export async function* steps(count) {
  for (let step = 0; step < count; step += 1) yield await step
}
const twice = (value) => value * 2

const seen = []
for await (const step of steps(3)) seen.push(twice(step))
const text = `(async () => { const seen = []; for await (const step of (${steps})(3)) seen.push((${twice})(step)); return seen })()`
console.log(JSON.stringify([String(steps), String(twice), seen, await vm.runInNewContext(text)]))
