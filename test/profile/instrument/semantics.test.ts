import { runBoth } from './run-both.js'

/** A program; what it logs; what its probes tell, where that is of interest. */
interface Case {
  readonly name: string
  readonly source: string
  readonly events?: string
}

const counting: Case[] = [
  {
    name: 'statements one below the other',
    source: `function f() {
  const a = 1
  const b = a + 1
  return b
}
log(f())`,
    events: '+f f2 f3 f4 -f',
  },
  {
    name: 'several statements on one line are one occurrence',
    source: `function f(a) {
  a++; a++; log(a)
  return a; }
log(f(1))`,
    events: '+f f2 f3 -f',
  },
  {
    name: 'a function on one line has the one occurrence of its call',
    source: `function f(a) { a++; return log(a) }\nf(1); f(2)`,
    events: '+f -f +f -f',
  },
  {
    name: 'a statement over several lines counts on its first',
    source: `function f() {
  return [
    log(1),
    log(2),
  ]
    .map(String)
}
log(f())`,
    events: '+f f2 -f',
  },
  {
    name: 'a for loop: its line once more than its body',
    source: `function f() {
  for (let i = 0; i < 2; i++) {
    log(i)
  }
  log('end')
}
f()`,
    events: '+f f2 f3 f2 f3 f2 f5 -f',
  },
  {
    name: 'a for loop without an update, left by break',
    source: `function f() {
  let i = 0
  for (;;) {
    if (i++ > 1)
      break
  }
}
f()`,
    events: '+f f2 f3 f4 f3 f4 f3 f4 f5 -f',
  },
  {
    name: 'a while loop: its line once for each test',
    source: `function f(i) {
  while (i-- > 0)
    log(i)
}
f(2)`,
    events: '+f f2 f3 f2 f3 f2 -f',
  },
  {
    name: 'a do loop: the line of its test',
    source: `function f(i) {
  do {
    log(i)
    if (i === 1) continue
  } while (--i)
}
f(2)`,
    events: '+f f3 f4 f5 f3 f4 f5 -f',
  },
  {
    name: 'a for…of loop: its line once for each value asked for',
    source: `function f(values) {
  for (const value of values) {
    if (value === 2)
      continue
    log(value)
  }
}
f([1, 2])`,
    events: '+f f2 f3 f5 f2 f3 f4 f2 -f',
  },
  {
    name: 'a for…of loop that is left early asks for no more',
    source: `function f(values) {
  for (const value of values) {
    if (value) break
  }
}
f([1, 2])`,
    events: '+f f2 f3 -f',
  },
  {
    name: 'a for…in loop',
    source: `function f(o) {
  for (const key in o)
    log(key)
}
f({ a: 1, b: 2 })`,
    events: '+f f2 f3 f2 f3 f2 -f',
  },
  {
    name: 'loops on one line count each return to their header',
    source: `function f() {
  for (const a of [1, 2]) for (let i = 0; i < 2; i++) log(a, i)
  let n = 2; while (n--) log(n)
}
f()`,
    events: '+f f2 f2 f2 f2 f2 f2 f2 f3 f3 f3 f3 -f',
  },
  {
    name: 'else if counts on its own line',
    source: `function f(a) {
  if (a === 1) log('one')
  else if (a === 2) log('two')
  else log('more')
}
f(1); f(2); f(3)`,
    events: '+f f2 -f +f f2 f3 -f +f f2 f3 f4 -f',
  },
  {
    name: 'else if on the line of its if is no new occurrence',
    source: `function f(a) {
  if (a === 1) log('one'); else if (a === 2) log('two'); else log('more')
  return a
}
f(2)`,
    events: '+f f2 f3 -f',
  },
  {
    name: 'after a branch over several lines',
    source: `function f(a) {
  if (a) {
    log(a)
  } log('same line as the brace')
}
f(1); f(0)`,
    events: '+f f2 f3 f4 -f +f f2 f4 -f',
  },
  {
    name: 'a switch with falling through',
    source: `function f(a) {
  switch (a) {
    case 1:
      log('one')
    case 2: log('two')
      break
    default:
      log('more')
  }
}
f(1); f(2); f(3)`,
    events: '+f f2 f4 f5 f6 -f +f f2 f5 f6 -f +f f2 f8 -f',
  },
  {
    name: 'try, catch and finally',
    source: `function f(a) {
  try {
    if (a) throw new Error('x')
    return 1
  } catch (error) {
    log(error)
    return 2
  } finally {
    log('finally')
  }
}
log(f(0)); log(f(1))`,
    events: '+f f3 f4 f9 -f +f f3 f6 f7 f9 -f',
  },
  {
    name: 'a thrown error leaves all frames',
    source: `function f(n) {
  if (n === 0)
    throw new Error('deep')
  return f(n - 1)
}
try { f(2) } catch (error) { log(error) }`,
    events: '+f f2 f4 +f f2 f4 +f f2 f3 -f -f -f',
  },
  {
    name: 'labels: continue and break of an outer loop',
    source: `function f() {
  outer: for (const a of [1, 2, 3]) {
    for (const b of [1, 2]) {
      if (b === 2) continue outer
      if (a === 3) break outer
      log(a, b)
    }
  }
  block: {
    if (!log('in')) break block
    break block
  }
}
f()`,
    events: '+f f2 f3 f4 f5 f6 f3 f4 f2 f3 f4 f5 f6 f3 f4 f2 f3 f4 f5 f10 f11 -f',
  },
]

const suspending: Case[] = [
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
    name: 'microtasks keep their order',
    source: `const task = async (name) => { log(name, 1); await null; log(name, 2); await undefined; return name }
const direct = (name) => task(name)
async function* numbers() { yield 1; return 2 }
const all = async () => { for await (const n of numbers()) log(n) }
done = Promise.all([task('a'), direct('b'), all(), Promise.resolve().then(() => log('c')).then(() => log('d')).then(() => log('e'))])`,
  },
]

const kinds: Case[] = [
  {
    name: 'arrow functions with expressions for bodies',
    source: `const a = () => ({ x: 1 }), b = (v) => (v, v + 1), c = v => w =>
  v + w, d = async (v) => await v, e = (/* => */) /* => */ => /* => */ [1]
, g = (v = (1)) => // to the end => of the line
  v
log(a(), b(1), c(1)(2), d, e(), g(), a, c(1)); done = d(7)`,
  },
  {
    name: 'names and lengths',
    source: `const a = () => {}, b = function () {}, c = class {}, o = { d: (x, y) => x, e() {}, get f() { return 1 }, ['g' + 1]: async (z) => z }
let h; h = () => 1; h ||= () => 2
const { i = () => 3 } = {}
function j(x, y = 2, ...z) { return y }
class K { static l = () => 1; #m = function () {}; static n() {} o(x) {} m() { return this.#m } }
log(a, b, c, o.d, o.e, o.g1, Object.getOwnPropertyDescriptor(o, 'f').get, h, i, j, K, K.l, K.n, new K().o, new K().m())
log((() => () => {})(), (() => function () {})())`,
  },
  {
    name: 'classes',
    source: `const made = []
class A { x = made.push('x'); static s = made.push('s'); static { made.push('block'); { let y = 1; made.push(y) } } constructor(v) { made.push(v) } get v() { return this.x } set v(w) { made.push(w) } }
class B extends A { y = this.x + 1; #p = () => this.y; constructor() { const before = () => this; super('v'); made.push(before() === this) } q() { return super.v + this.#p() } static [made.push('key')] = 1 }
class C extends A {} class D extends A { constructor() { super(1); return { own: true } } }
class E extends A { constructor(v) { if (v) super(); } }
log(new B().q(), new C().x, new D().own)
try { new E() } catch (error) { log(error) }
new A().v = 5
log(made)
function Old() { if (!new.target) return new Old(); this.t = new.target === Old; return 1 }
log(Old().t)`,
  },
  {
    name: 'this, arguments, super and new.target in arrow functions',
    source: `const base = { hello(n) { return 'hello ' + n } }
const o = { __proto__: base, hello(n) { return [1].map(() => super.hello(n) + arguments.length + (() => this === o)() + (() => new.target)())[0] } }
log(o.hello('x', 'y'))
function sloppy(a) { arguments[0] = 2; const b = () => arguments[0] + a; a = 3; return b() + arguments[0] }
log(sloppy(1))
function strict(a) { 'use strict'; arguments[0] = 2; return a + String(this) }
log(strict(1))`,
  },
  {
    name: 'closures over each iteration',
    source: `function f() {
  const fns = []
  for (let i = 0; i < 3; i++) fns.push(() => i)
  for (let i = 0, inc = () => i++; i < 3; inc(), i++) fns.push(() => i)
  for (const k of [1, 2]) fns.push(() => k)
  for (let i = 0; i < 2;) { fns.push(() => i); i++ }
  return fns.map((fn) => fn())
}
log(f())`,
  },
  {
    name: 'default parameters and destructuring',
    source: `const order = []
function f({ a = order.push('a'), b: [c, ...d] = (order.push('b'), [1, 2, 3]) } = {}, e = () => a, [g = e()] = []) { let h; [h, c] = [c, e()]; ({ h = 3, ...order.rest } = { z: 1 }); return [a, c, d, e(), g, h] }
log(f(), f({ a: 5 }), order)
for (const { x, y = x + 1 } of [{ x: 1 }]) log(x, y)`,
  },
  {
    name: 'hoisted functions and temporal dead zones',
    source: `function f() { log(g()); return h(); function g() { return 'g' } function h() { return k } var k = 1; let z = 2; function late() { return z } }
log(f())
function tdz() { try { use() } catch (error) { log(error) } let x = 1; function use() { return x } return use() }
log(tdz())
function blocks() { log(typeof inner); { function inner() {} } log(typeof inner); if (true) function inIf() {} return typeof inIf }
log(blocks())`,
  },
  {
    name: 'semicolons that the language puts in',
    source: `function f() {
  let a = 1
  let b = a
  ;[b, a] = [a, b]
  ;(() => { a++ })()
  a
  ++b
  const t = (s) => s.raw[0]
  log(t\`x\`)
  let re = a
  /b/1
  var g = () => {}
  if (a) b = 2
  else b = 3
  do a = 5
  while (a < 5) log(re, typeof g)
  return [
    a, b]
}
log(f())
const g = () => 1
const h = () => 2
++f.x
log(g() + h())`,
  },
  {
    name: 'bodies without braces, and the else that dangles',
    source: `function f(a, b) {
  if (a) if (b) log('both'); else log('a')
  if (a) { if (b) log('both') } else log('no a')
  if (a) for (;;) if (b) break; else { b = 1; continue }
  else while (b) b--
  if (a);
  else log('empty')
  for (const x of [1]);
  for (const x of [1]) if (x) continue; else log(x)
  l: if (a) break l
  for (var i = 0, n = a ? 2 : 1; i < n; i++) switch (i) { case 0: continue; default: log('i', i) }
  return b
}
log(f(1, 1), f(1, 0), f(0, 1), f(0, 0))`,
  },
  {
    name: 'words that are names in sloppy code',
    source: `function f() { var let = 1, yield = 2, await = 3, async = 4, of = 5, get = 6, static = 7; let = let + yield
  async
  log(let, yield, await, async, of, get, static)
  for (of of [1]) log(of)
  let = async
  return async => let }
log(f()(1)); async function await() { return 1 } function async() { return 2 } log(async(), await.name)
done = await()`,
  },
  {
    name: 'comments of HTML and octal numbers',
    source: `function f() { var x = 1 <!-- log('hidden')
--> log('hidden too')
  return x + 010 + '\\07'.length }
log(f())`,
  },
  {
    name: 'optional chaining and the like',
    source: `const f = (o) => o?.a?.[0]?.(1) ?? (o ||= { b: 2 }).b ** 2
log(f(), f({ a: [(x) => x + 1] }))
const g = async (o) => (await o)?.x + -(await o).x + (await o).x ** 2
done = g({ x: 2 })`,
  },
  {
    name: 'await and yield in places',
    source: `async function f(v) { const o = { [await v]: await v, m: [await v, ...await [v]] }; class C { [await v] = 1; static s = 2 } return [Object.keys(o), new C(), await v ? await (v, 5) : 0, \`\${await v}\`, !await v, await
v, typeof await v, (await v) in o] }
function* g() { const x = [yield, yield 1, (yield 2, 3)]; log(yield yield yield x); return { [yield 'k']: 1 } }
const it = g(); for (let i = 0; i < 9; i++) log(it.next(i))
done = f('x')`,
  },
  {
    name: 'direct eval',
    source: `function f() { let x = 1; eval('x = 2; var y = 3'); return [x, y, eval('x + 1'), (() => eval('x'))()] }
log(f())
log(eval('1; if (true) { 2 }'))`,
  },
  {
    name: 'errors keep their lines',
    source: `function f() {
  const a = 1
  return (() => {
    null.x
  })()
}
const g = (o) =>
  o
    .x
    .y()
class A {
  z = missing
}
for (const each of [f, g, () => new A(), () => g({ x: {} }), () => { throw new Error(
  'over lines') }]) try { each() } catch (error) { log(error) }
async function h() {
  await null
  undefinedName
}
done = h().catch((error) => log(error))`,
  },
  {
    name: 'what finally does to completions',
    source: `function f(a) { for (const x of [1, 2]) { try { if (a === 1) return log('r'); if (a === 2) throw new Error('t'); if (a === 3) continue } finally { log('f'); if (a === 4) break; if (a === 2) return 'swallowed' } } return 'end' }
log(f(0), f(1), f(2), f(3), f(4))`,
  },
  {
    name: 'a function that returns itself by its name, and getters that are static',
    source: `const f = function self(n) { return n ? self(n - 1) : self }; log(f(2) === f)
class A { static get x() { return 1 } static async *y() { yield 1 } static #z() { return 2 } static z() { return A.#z() } }
log(A.x, A.z()); done = (async () => { for await (const y of A.y()) log(y) })()`,
  },
]

describe.each([
  ['occurrences', counting],
  ['suspension', suspending],
  ['kinds of code', kinds],
])('%s', (_title, cases) => {
  test.each(cases.map((each) => [each.name, each] as const))('%s', async (_name, { source, events }) => {
    const { original, instrumented, result } = await runBoth(source)
    expect(result.refused).toEqual([])
    expect(result.code).toBeDefined()
    expect(instrumented.log).toEqual(original.log)
    expect(original.log.join()).not.toMatch(/threw SyntaxError/)
    expect(instrumented.recorder.violations).toEqual([])
    expect(instrumented.recorder.unfinished).toBe(0)
    if (events !== undefined) expect(instrumented.recorder.events.join(' ')).toBe(events)
  })
})
