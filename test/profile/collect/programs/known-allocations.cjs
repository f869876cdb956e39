'use strict'
const path = require('node:path')

const { declareExternal } = require(path.join(__dirname, '..', '..', '..', '..', 'native', 'test', 'build', 'Release', 'fixture.node'))

const kept = {
  small: null,
  array: null,
  medium: null,
  half: null,
  large: null,
  text: null,
  buffer: null,
  typed: null,
  big: null,
  list: null,
}
const twenty = Array.from({ length: 20 }, (_, index) => index)
const ends = [2, 14]
const lowerCase = Buffer.alloc(1000, 'x').toString('latin1')

function small(i) {
  kept.small = { a: i, b: i, c: i, d: i } // expect 56
  kept.array = [i, i, i, i] // expect 80
  kept.text = lowerCase.toUpperCase() // expect 1016
}

function middling() {
  kept.medium = new Array(8000) // expect 64048
  kept.half = new Array(15000) // expect 120048
  kept.large = new Array(20000) // expect 160048
}

function several() {
  // expect 3202400
  for (let i = 0; i < 50; i++) kept.medium = new Array(8000)
}

function outside() {
  kept.buffer = Buffer.alloc(50000) // expect 50000
  kept.typed = new Float64Array(5000) // expect 40000
  kept.big = Buffer.alloc(10_000_000) // expect 10000000
  declareExternal(300_000) // expect 300000
  declareExternal(-300_000)
}

function chained(i) {
  kept.list = [i, i, i, i] // expect 80
    .concat(twenty) // expect 240
    .slice() // expect 240
    .reverse() // expect 0
    .slice(...ends) // expect 144
}

exports.main = () => {
  for (let i = 0; i < 5000; i++) chained(i)
  for (let i = 0; i < 5000; i++) small(i)
  for (let i = 0; i < 200; i++) middling()
  for (let i = 0; i < 20; i++) several()
  for (let i = 0; i < 60; i++) outside()
}
