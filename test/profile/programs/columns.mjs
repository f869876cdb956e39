// Errors and assertions at places that have a probe before them on their line. Prints the same with and without a profiler.
import assert, { ok } from 'node:assert'

const later = async (value) => value
const outcomes = []
const shown = ({ message, stack }) => ({ message, stack: stack.split('\n').filter((line) => !line.includes('node:')) })

function one(x) { assert(x > 4); return x }
const arrow = (x) => { ok(x > 4) }
const short = (x) => assert(x, undefined)
function branch(a, b) { if (a) { assert(b) } else assert.ok(b > 7) }
function many(x) { const y = x; let z = y; z += 1; assert.ok(z > 100); return z }
function accents(x) { const ä = 'ö🌍'; assert(ä === x) }
function says(x) { assert(x, 'said'); return x }
function equal(x) { assert.equal(x, 3) }
function none() { assert() }
async function awaits(x) { assert(await later(x)); return x }
async function throwsLater(x) { const y = await later(x); throw new Error(`no ${y}`) }
async function awaited(x) { return [await later(1), await throwsLater(x), 2] }
function* yields(x) { const y = yield x; assert(y); yield new Error('within') }
const loop = (list) => { for (const each of list) if (each) throw new TypeError(`${each}`) }
class Thing { get bad() { return this.missing.property } static made = () => { new Thing().bad } }
function over(
  lines,
) { return lines.map((line) => { if (line) { throw new RangeError(line) } return line }) }
function evaluates() { return eval('(() => { throw new Error("evaluated") })()') }
class Later extends Error { constructor(text) { super(text); this.name = 'Later' } }
function subclass() { const later = new Later('sub'); later.extra = 1; throw later }
function code() { Buffer.alloc('x') }
function captured() { const holder = {}; Error.captureStackTrace(holder); throw Object.assign(holder, { message: 'captured' }) }

const attempts = [
  () => one(1), () => arrow(1), () => short(0), () => branch(1, 0), () => branch(0, 1), () => many(1), () => accents(1), () => says(0), () => equal(4),
  () => none(), () => awaits(0), () => throwsLater(1), () => awaited(2), () => { const it = yields(1); it.next(); it.next(0) }, () => loop([0, 1]),
  () => { const it = yields(1); it.next(); throw it.next(1).value }, () => Thing.made(), () => over([0, 1]), () => evaluates(), () => subclass(), () => code(),
  () => captured(),
]
for (const attempt of attempts) {
  try { await attempt(); outcomes.push('passed') } catch (error) { outcomes.push(shown(error)) }
}
console.log(JSON.stringify(outcomes, undefined, 1))
