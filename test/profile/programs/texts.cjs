// What a program does with the texts of its functions, and what it sees of `Function.prototype.toString`. Prints the same with and without a profiler.
const { execFileSync } = require('node:child_process')
const vm = require('node:vm')
const { Worker } = require('node:worker_threads')

// Names like __allocscopeEnter(1, 2) and __allocscopeFrame in a comment are no names.
const add = (a, b) => a + b
function sum(values) {
  let total = 0
  for (const value of values) total += value
  return total
}
async function later(value) {
  const given = await value
  return given + '__allocscopeLine'
}
class Shape {
  static make() {
    return new this()
  }
  #side = () => 2
  get area() {
    return this.#side() ** 2
  }
}

function attempt(work) {
  try {
    return work()
  } catch (error) {
    return `${error.name}: ${error.message}`
  }
}

function look() {
  const { toString } = Function.prototype
  return {
    texts: [add, sum, later, Shape, Shape.make, toString, Math.max].map((each) => [
      String(each),
      toString.call(each),
      each.toString(),
      `${each}`,
    ]),
    own: Object.getOwnPropertyDescriptors(toString),
    property: Object.getOwnPropertyDescriptor(Function.prototype, 'toString'),
    isMethod: !('prototype' in toString) && Object.getPrototypeOf(toString) === Function.prototype,
    refused: [undefined, null, 1, 'text', {}, Symbol.iterator, Object.create(add)].map((each) => attempt(() => toString.call(each))),
    constructed: attempt(() => new toString()),
  }
}

function runElsewhere() {
  const call = `(${sum})([1, 2, 3]) + (${add})(1, 2)`
  return [
    vm.runInNewContext(call),
    execFileSync(process.execPath, ['-p', call], { encoding: 'utf8' }),
    vm.runInNewContext(`${Shape}; Shape.make().area`),
  ]
}

console.log(JSON.stringify([look(), runElsewhere(), add(1, 2), sum([1, 2]), Shape.make().area], undefined, 1))
const text = `require('node:worker_threads').parentPort.postMessage((${sum})([4, 5]))`
new Worker(text, { eval: true }).on('message', (value) => console.log(value))
later(1).then((value) => console.log(value))
