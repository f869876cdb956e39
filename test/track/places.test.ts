import path from 'node:path'

import { lineName, packageName, wayName } from '../../lib/track/places.js'
import type { TrackedFrame } from '../../lib/track/index.js'

function script(functionName: string, file: string, line: number | undefined = 3): TrackedFrame {
  return { kind: 'javascript', functionName, file, line, isExactLine: true }
}

function native(functionName: string, file: string): TrackedFrame {
  return { kind: 'native', functionName, file, line: undefined, isExactLine: false }
}

const grow = native('grow', '/app/node_modules/@img/sharp-linux-x64/lib/sharp.node')
const runtime = native('operator new', '/usr/lib/x86_64-linux-gnu/libstdc++.so.6')
const alloc = script('alloc', 'node:buffer', 391)
const resize = script('resize', '/app/node_modules/sharp/lib/resize.js', 8)
const pool = script('acquire', '/app/node_modules/@scope/pool/index.js', 20)
const load = script('load', '/app/images.js', 12)
const main = script('main', '/app/main.js', 2)
// As the preload of allocscope runs it, in each worker thread again.
const own = script('', path.resolve('lib/program/index.js'), 9)

test.each([
  ["the program's own line", [grow, alloc, load, main], 'load /app/images.js:12'],
  ["the program's line that led into a package", [grow, resize, load, main], 'load /app/images.js:12 → sharp'],
  ['through a second package', [grow, resize, pool, main], 'main /app/main.js:2 → sharp'],
  ["a package's that the program called back", [grow, load, pool, main], 'load /app/images.js:12'],
  ["a package's own where the program has none", [grow, alloc, resize, pool], 'resize /app/node_modules/sharp/lib/resize.js:8'],
  ["node's own where there is no other", [grow, alloc], 'alloc node:buffer:391'],
  ['native code, without the libraries of C and C++', [runtime, grow], 'grow [sharp.node]'],
  ['allocscope where it ran for itself', [grow, alloc, own], '(allocscope)'],
  ['nothing', [], '(unknown)'],
])('a stack counts for %s', (_title, frames, expected) => {
  expect(lineName(frames)).toBe(expected)
})

test.each([
  ['that the program called', [grow, resize, load, main], 'sharp'],
  ['that another one called', [grow, resize, pool, main], 'sharp'],
  ['of the addon that the program called itself', [runtime, grow, load, main], '@img/sharp-linux-x64'],
  ['of an addon that nothing of JavaScript is known of', [grow], '@img/sharp-linux-x64'],
  ['(none): it called the program back', [alloc, load, pool, main], '(the program)'],
  ['(none): the program asked by itself', [native('Allocate', '/app/node_modules/node/bin/node'), alloc, load, main], '(the program)'],
  ['(none): node asked by itself', [native('Allocate', '/usr/bin/node'), alloc], '(node)'],
  ['(allocscope), where it ran for itself', [grow, alloc, own], '(allocscope)'],
  ['(none)', [], '(node)'],
])('a stack counts for the package %s', (_title, frames, expected) => {
  expect(packageName(frames)).toBe(expected)
})

const vips = native('vips_malloc', '/app/node_modules/@img/sharp-libvips-linux-x64/lib/libvips-cpp.so.42')
const execute = native('Execute', grow.file)
const wrapper = native('v8impl::FunctionCallbackWrapper::Invoke', '/opt/js')
const buffer = native('node::Buffer::New', '/opt/js')

test.each([
  ['the innermost function alone within one module', [grow, execute, load], 'grow [sharp.node]'],
  [
    'each further module by its innermost function',
    [runtime, vips, grow, execute, main],
    'vips_malloc [libvips-cpp.so.42] ← grow [sharp.node]',
  ],
  ['node where it asked, with the addon that it asked for', [buffer, grow, wrapper, main], 'node::Buffer::New [js] ← grow [sharp.node]'],
  ['an addon without node, which calls all of them', [grow, execute, wrapper, load], 'grow [sharp.node]'],
  ['a library of C++ where there is nothing else', [runtime, load], 'operator new [libstdc++.so.6]'],
  ['nothing of JavaScript', [load], '(unknown)'],
])('the way through native functions names %s', (_title, frames, expected) => {
  expect(wayName(frames)).toBe(expected)
})
