'use strict'
// Fills 64 MiB with blocks of 1 MiB from glibc's heap, and lets go of all but every eighth: what stays pins the others, unless each has its own mapping.
const mebibyte = 1024 ** 2
const gc = require('node:vm').runInNewContext('gc')

// glibc raises its mmap threshold to the size of what is freed, unless the threshold was set.
let large = Buffer.alloc(24 * mebibyte, 1)
large = undefined
gc()
setTimeout(() => {
  let blocks = Array.from({ length: 64 }, () => Buffer.alloc(mebibyte, 1))
  globalThis.kept = blocks.filter((_block, index) => index % 8 === 7)
  blocks = []
}, 100)
