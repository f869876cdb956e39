'use strict'

// A program that knows nothing of allocscope. It says over its channel what it has itself, and does what it is told to.
const { execSync } = require('node:child_process')
const v8 = require('node:v8')

let kept

function keepOne(bytes) {
  kept.push(new ArrayBuffer(bytes))
}

function keepMany(count, bytes) {
  kept = []
  for (let index = 0; index < count; index++) keepOne(bytes)
  return kept.length
}

const orders = {
  ping: () => ({ pong: true }),
  hold: ({ bytes }) => {
    kept = Buffer.alloc(bytes, 1)
    return { bytes: kept.length }
  },
  keep: ({ count, bytes }) => {
    kept = []
    for (let index = 0; index < count; index++) kept.push(new ArrayBuffer(bytes))
    return { count: kept.length }
  },
  keepHot: ({ count, bytes }) => ({ count: keepMany(count, bytes) }),
  heap: () => ({ limitBytes: v8.getHeapStatistics().heap_size_limit }),
  spin: ({ ms }) => {
    process.send({ began: 'spin' })
    for (const end = Date.now() + ms; Date.now() < end;);
    return { done: true }
  },
  block: ({ seconds }) => {
    process.send({ began: 'block' })
    execSync(`sleep ${seconds}`)
    return { done: true }
  },
}

process.on('message', (order) => {
  process.send(orders[order.do](order))
})
process.on('disconnect', () => process.exit())
// The pool's threads are there before, as in every program that has read a file.
require('node:fs').stat('/', () => process.send({ ready: true }))
