// 1. Basic objects: what does a value cost?
//
//   node examples/01-basic-objects.cjs
//   npx allocscope lab basic-objects            # all kinds of values, beside Python's and C++'s
'use strict'

const { deepSizeOf, formatSizeTree, shallowSizeOf, sizeOf, sizeTree } = require('allocscope')

// The object alone. A small integer lies in the slot that refers to it, so that it costs nothing more.
console.log('shallowSizeOf(4)               ', shallowSizeOf(4))
console.log('shallowSizeOf(230.1)           ', shallowSizeOf(230.1))
console.log('shallowSizeOf({ a, b, c })     ', shallowSizeOf({ a: 1, b: 2, c: 3 }))

// With the stores that only it uses: what Python calls sys.getsizeof.
const list = Array.from({ length: 1000 }, (_, id) => ({ id, name: `record ${id}` }))
console.log('sizeOf(list).totalBytes        ', sizeOf(list).totalBytes)

// With all that it leads to, each object once: what Python's article needs a recursive show_sizeof for.
console.log('deepSizeOf(list).totalBytes    ', deepSizeOf(list).totalBytes)

// What two values share counts in both. So parts don't add up to the whole.
const shared = { settings: Array.from({ length: 100 }, (_, index) => index / 7) }
const [one, other] = [{ shared }, { shared }]
console.log('deep: one, other, both together', ...[one, other, [one, other]].map((value) => deepSizeOf(value).totalBytes))

// The recursive picture: each line is a value with what lies below it.
console.log(formatSizeTree(sizeTree({ user: 'ada', tags: new Set(['a tag', 'another']), at: new Date(0) })))
