import { testCases } from './case.js'

testCases([
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
])
