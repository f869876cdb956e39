'use strict'
const { setTimeout: pause } = require('node:timers/promises')

/* eslint no-useless-assignment: off -- what is let go of shows in the table, read or not */

const kept = []
const million = new Array(1e6).fill(0)

function settles() {
  let numbers = million.slice()
  let copy = structuredClone(numbers)
  numbers = null
  copy = null
  return copy
}

function recurses(depth) {
  const own = new Array(12_000)
  if (depth > 0) recurses(depth - 1)
  return own
}

let endDisturbance
const disturbance = new Promise((resolve) => {
  endDisturbance = resolve
})

async function waits() {
  await disturbance
  const own = new Array(12_000)
  return own
}

async function disturbs() {
  await pause(5)
  kept.push(Buffer.alloc(100_000_000))
  endDisturbance()
}

function* generates() {
  for (let i = 0; i < 3; i++) {
    yield i
  }
}

function throws() {
  try {
    throw new Error('expected')
  } catch {
    kept.push(new Array(50_000))
  }
}

function consumes() {
  for (const value of generates()) {
    kept.push(new Array(10_000 + value))
  }
  const unfinished = generates()
  unfinished.next()
  unfinished.return()
}

async function calls() {
  await Promise.all([waits(), disturbs(), waits()])
  settles()
  recurses(9)
  consumes()
  throws()
}

exports.main = calls
