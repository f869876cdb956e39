'use strict'
// Functions that allocate nothing, each called once.

function first(count) {
  let sum = 0
  for (let i = 0; i < count; i++) {
    sum += i
  }
  return sum
}

function second(count) {
  let sum = 0
  for (let i = 0; i < count; i++) {
    sum += i
  }
  return sum
}

function third(count) {
  let sum = 0
  for (let i = 0; i < count; i++) {
    sum += i
  }
  return sum
}

function fourth(count) {
  let sum = 0
  for (let i = 0; i < count; i++) {
    sum += i
  }
  return sum
}

function main() {
  return first(10) + second(10) + third(10) + fourth(10)
}

module.exports = { main }
