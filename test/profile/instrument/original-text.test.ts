import vm from 'node:vm'

import { closingMark, openingMark, withoutInsertions } from '../../../lib/profile/probe-marks.js'
import { instrumentAll } from './run-both.js'
import { ProbeRecorder } from './probe-recorder.js'

// The oracle is V8: what it says of the same functions in the source as it is.

const functions = `
function declared(a, b = () => 1) { if (a) return b; else return () => { return a } }
const arrow = (x) => x + 1, parenthesized = (x) => ((x)), object = () => ({ a: 1 }), curried = a => b => c => /* > */ a + b + c
const commented = (x) => // why
  x
async function* waits(xs) { for await (const x of xs) yield await x; for (const x of xs) if (x) continue; else yield* x }
class Shapes { static made = () => 1; #secret = function () { return 1 }; static { this.x = 1 } get it() { return this.#secret } static async *all() { yield 1 } ['computed' + 1]() {} }
const methods = { m() { return 1 }, async n() { await 1 }, get o() { return 1 }, *p() { yield }, 'q r'() {} }
const directive = function () { 'use strict' ; return this }
function nested() { return function inner() { return (() => { while (inner()) { do inner(); while (0) } })() } }
const divided = async (a, b) => a /await b
[declared, declared(1), declared(0), arrow, parenthesized, object, curried, curried(1), curried(1)(2), commented, waits, Shapes, Shapes.made, Shapes.all,
  Shapes.prototype.computed1, new Shapes().it, Object.getOwnPropertyDescriptor(Shapes.prototype, 'it').get, methods.m, methods.n, methods.p, methods['q r'],
  Object.getOwnPropertyDescriptor(methods, 'o').get, directive, nested, nested(), divided].map((each) => Function.prototype.toString.call(each))`.replace(
  '\n[declared',
  '\n;[declared',
)

test('the text of every kind of function', () => {
  const { code, functions: found } = instrumentAll(functions)
  const recorder = new ProbeRecorder()
  recorder.register(found)
  const plain = vm.runInNewContext(functions) as string[]
  const texts = vm.runInNewContext(code as string, recorder.probes()) as string[]
  expect(texts.every((text) => text.includes(openingMark))).toBe(true)
  expect(texts.map(withoutInsertions)).toEqual([...plain])
  expect(plain).toHaveLength(26)
})

test('other texts are given back as they are', () => {
  for (const text of ['', 'function f() { return 1 }', closingMark, '/*@<*/', 'class A {}']) expect(withoutInsertions(text)).toBe(text)
})

test('nothing but the marks and what is between them is taken out', () => {
  expect(withoutInsertions(`a${openingMark}b${closingMark}c${openingMark}${closingMark}d${openingMark}e`)).toBe('acd')
})
