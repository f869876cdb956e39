'use strict'
// Reads RSS on the line behind each of these.

const mebibyte = 2 ** 20
const readings = []
let kept

function works() {
  kept = Buffer.alloc(96 * mebibyte, 1)
  readings.push(process.memoryUsage.rss())
  const nothing = 1
  readings.push(process.memoryUsage.rss())
  kept = undefined
  gc()
  readings.push(process.memoryUsage.rss())
  return nothing
}

function counts() {
  let sum = 0
  for (let i = 0; i < 10; i++) {
    if (i === 5) {
      sum = i
    }
    sum += 1
  }
  return sum
}

function main() {
  works()
  counts()
  console.log(JSON.stringify([...readings, globalThis.rssOfBeginning]))
}

module.exports = { main }
