// Each function leaves known objects behind at every call. Where a line is asked for, it is that of the comment "allocates".
'use strict'
const { EventEmitter } = require('node:events')
const tls = require('node:tls')
const zlib = require('node:zlib')

const contexts = new Map()
const streams = []
const formatters = []
const emitter = new EventEmitter()
emitter.setMaxListeners(0)
const arrays = []
const buffers = []
const texts = []
const slices = []
const keys = []
const byKey = new WeakMap()
const statements = []
let list
globalThis.kept = new Set()
const ring = new Array(8)
const unkept = new WeakMap()

class Session {
  constructor(id) {
    this.id = id
  }
}

exports.contexts = () => {
  contexts.set(contexts.size, tls.createSecureContext()) // allocates
}

exports.streams = () => {
  const stream = zlib.createGzip() // allocates
  stream.write('some text')
  streams.push(stream)
}

exports.formatters = () => {
  formatters.push(new Intl.NumberFormat('en')) // allocates
}

exports.listeners = () => {
  const session = new Session(1)
  const onData = () => session // allocates
  emitter.on('data', onData)
}

exports.arrays = () => {
  arrays.push(new Array(12_500).fill(1)) // allocates
}

exports.buffers = () => {
  buffers.push(Buffer.alloc(100_000)) // allocates
}

exports.texts = () => {
  texts.push(Buffer.alloc(10_000, 'x').toString('latin1') + texts.length) // allocates
}

exports.slices = () => {
  const text = Buffer.alloc(10_000, 'abcdefghijklmnopqrstuvwxyz').toString('latin1')
  slices.push(text.slice(1, 14)) // allocates
}

exports.weakly = () => {
  const key = {}
  keys.push(key)
  byKey.set(key, new Session(2)) // allocates
}

exports.statements = () => {
  statements.push(exports.database.prepare('select 1')) // allocates
}

exports.chain = () => {
  list = { next: list, session: new Session(3) } // allocates
}

exports.globally = () => {
  globalThis.kept.add(new Session(4)) // allocates
}

exports.twice = () => {
  const one = new Session(5)
  arrays.push(one, new Session(6))
}

/** Waits, so that V8 numbers objects meanwhile: it does so 20 times a second. */
exports.waiting = async () => {
  arrays.push(new Session(9)) // allocates
  await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Always eight sessions: new ones take the places of old ones. */
exports.full = (call) => {
  ring[call % ring.length] = new Session(7)
}

/** Nothing is kept: neither key nor value. */
exports.nothing = () => {
  unkept.set({}, new Session(8))
}
