import { testCases } from './case.js'

testCases([
  {
    name: 'a generator',
    source: `function* f() {
  const got = yield 1
  log(got)
  yield
}
const it = f()
log(it.next()); log(it.next('given')); log(it.next())`,
    events: '+f f2 f~ f^ f3 f4 f~ f^ -f',
  },
  {
    name: 'a generator that is returned from leaves by finally',
    source: `function* f() {
  try {
    yield 1
  } finally {
    log('cleaned')
  }
}
for (const value of f()) { log(value); break }`,
    events: '+f f3 f~ f5 -f',
  },
  {
    name: 'a generator that is thrown into',
    source: `function* f() {
  try { yield 1 }
  catch (error) { log(error); yield 2 }
}
const it = f(); it.next(); log(it.throw(new Error('in'))); log(it.return(3))`,
    events: '+f f2 f~ f3 f~ -f',
  },
  {
    name: 'a generator that delegates',
    source: `function* f() {
  const last = yield* [1, 2]
  return last
}
log([...f()].length)`,
    events: '+f f2 f~ f^ f3 -f',
  },
  {
    name: 'an async function',
    source: `async function f(a) {
  const b = await a
  return b + await (log('between'), 2)
}
done = f(1)`,
    events: '+f f2 f~ f^ f3 f~ f^ -f',
  },
  {
    name: 'a rejection',
    source: `async function f() {
  try { await Promise.reject(new Error('no')) }
  catch (error) { log(error.message) }
  await Promise.reject(new Error('end'))
}
done = f()`,
    events: '+f f2 f~ f3 f4 f~ -f',
  },
  {
    name: 'for await',
    source: `async function f() {
  for await (const value of [1, Promise.resolve(2)]) {
    if (value === 2) continue
    log(value)
  }
  log('end')
}
done = f()`,
    events: '+f f2 f~ f^ f3 f4 f2 f~ f^ f3 f2 f~ f6 -f',
  },
  {
    name: 'for await without a block, and what is iterated in parentheses',
    source: `async function f(a) { for await (const value of (log('first'), a)) log(value); log('end') }
done = f([1])`,
    events: '+f f~ f^ f1 f~ f1 -f',
  },
  {
    name: 'for await left by break and by return',
    source: `async function* values() { try { yield 1; yield 2 } finally { log('closed') } }
async function f(a) {
  for await (const value of values())
    if (a) break; else return value
  log('broke')
}
done = f(1).then(() => f(0))`,
  },
  {
    name: 'an async generator',
    source: `async function* f() {
  yield 1
  yield* [2]
  return Promise.resolve(3)
}
done = (async () => { const it = f(); for (;;) { const step = await it.next(); log(step); if (step.done) return } })()`,
  },
  {
    name: 'without a space anywhere',
    source: `async function*f(){yield[1];yield"s";for await(const x of[1])yield{x};await[2];yield-1;yield/r/.source;if(yield)return[3];else[log(4)];return(5)}
done=(async()=>{for await(const x of f())log(x)})()`,
  },
  {
    name: 'microtasks keep their order',
    source: `const task = async (name) => { log(name, 1); await null; log(name, 2); await undefined; return name }
const direct = (name) => task(name)
async function* numbers() { yield 1; return 2 }
const all = async () => { for await (const n of numbers()) log(n) }
done = Promise.all([task('a'), direct('b'), all(), Promise.resolve().then(() => log('c')).then(() => log('d')).then(() => log('e'))])`,
  },
])
