'use strict'

/* eslint no-useless-assignment: off -- what is let go of shows in the table, read or not */

const million = new Array(1e6).fill(0)
const text = 'abcabxdefabxabc'

function twice(number) {
  const two = 2
  if (number === undefined) return two
  return number * two
}

function calls() {
  let total = 0
  total += twice(1)
  total += twice(2)
  total += twice(3)
  total += twice(4)
  return total
}

/** What is let go of in the first round is nothing yet. */
function dropsLater() {
  let held = null
  for (let round = 0; round < 3; round++) {
    held = null // let go
    held = million.slice()
  }
  return held.length
}

/** The fourth execution of a line isn't between collections. What it lets go of isn't what the lines behind the loop do. */
function dropsBefore() {
  const slots = [million.slice(), million.slice(), million.slice(), million.slice()]
  for (let slot = 0; slot < slots.length; slot++) {
    slots[slot] = 0
  }
  if (slots === undefined) return million
  slots.push(0) // keeps all
  return slots
}

/** V8 compiles a pattern when it is used, and drops the code some collections later. */
function compiles() {
  let patterns = Array.from({ length: 300 }, (_, i) => new RegExp(`(${'(ab|[c-f]+)x?'.repeat(20)}|${i})+$`))
  let found = patterns.reduce((sum, each) => sum + each.test(text) + each.test(text) + each.test(text), 0)
  patterns = null
  found += million.indexOf(1)
  found += million.indexOf(2)
  found += million.indexOf(3)
  return found
}

exports.main = () => {
  compiles()
  calls()
  dropsLater()
  dropsBefore()
}
