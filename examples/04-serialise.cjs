// 4. Serialise: a million rows of [random number, 20 characters, 64-bit BigInt], written to a file and read back in four ways.
//
//   node examples/04-serialise.cjs 100000
//   npx allocscope profile --mode settle examples/04-serialise.cjs 100000       # line by line
//   npx allocscope lab serialise                                                # each way in a process of its own
'use strict'

const { once } = require('node:events')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const readline = require('node:readline')
const v8 = require('node:v8')

const textLength = 20

// Numbers from 0 to 1. The same seed gives the same rows, so that all ways write the same.
function randomNumbers(seed) {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

function* generateRows(n) {
  const random = randomNumbers(1)
  for (let index = 0; index < n; index += 1) {
    const text = `${random().toString(36).slice(2)}${random().toString(36).slice(2)}`.padEnd(textLength, 'x').slice(0, textLength)
    yield [random(), text, 2n ** 63n + BigInt(index)]
  }
}

// The whole at once, in V8's own format.
// @profile
function writeV8(n, file) {
  const rows = [...generateRows(n)]
  const bytes = v8.serialize(rows)
  fs.writeFileSync(file, bytes)
}

// @profile
function readV8(file) {
  const bytes = fs.readFileSync(file)
  const rows = v8.deserialize(bytes)
  return rows
}

// The whole at once, as text. JSON has no BigInt, so that it travels as a string.
// @profile
function writeJson(n, file) {
  const rows = [...generateRows(n)]
  const text = JSON.stringify(rows, (_key, value) => (typeof value === 'bigint' ? String(value) : value))
  fs.writeFileSync(file, text)
}

// @profile
function readJson(file) {
  const text = fs.readFileSync(file, 'latin1')
  const rows = JSON.parse(text)
  for (const row of rows) row[2] = BigInt(row[2])
  return rows
}

// The flat way: a line for each row. A row is written as it comes, and forgotten.
// @profile
async function writeLines(n, file) {
  const out = fs.createWriteStream(file)
  for (const [number, text, big] of generateRows(n)) {
    if (!out.write(`${number} ${text} ${big}\n`)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'close')
}

// Read line by line, and used line by line: no row is kept.
// @profile
async function readLines(file) {
  const sums = { number: 0, characters: 0, big: 0n }
  const lines = readline.createInterface({ input: fs.createReadStream(file, 'latin1') })
  for await (const line of lines) {
    const [number, text, big] = line.split(' ')
    sums.number += Number(number)
    sums.characters += text.length
    sums.big ^= BigInt(big)
  }
  return sums
}

// Columns: one typed array for each field. There is no object for a row, a number or a string.
// @profile
function writeColumns(n, file) {
  const numbers = new Float64Array(n)
  const texts = Buffer.alloc(n * textLength)
  const bigs = new BigUint64Array(n)
  let index = 0
  for (const [number, text, big] of generateRows(n)) {
    numbers[index] = number
    texts.write(text, index * textLength, 'latin1')
    bigs[index] = big
    index += 1
  }
  const out = fs.openSync(file, 'w')
  for (const column of [numbers, bigs, texts]) fs.writeSync(out, column)
  fs.closeSync(out)
}

// One read, and three views of the same memory.
// @profile
function readColumns(file) {
  const bytes = fs.readFileSync(file)
  const n = bytes.length / (8 + 8 + textLength)
  const numbers = new Float64Array(bytes.buffer, bytes.byteOffset, n)
  const bigs = new BigUint64Array(bytes.buffer, bytes.byteOffset + 8 * n, n)
  const texts = bytes.subarray(16 * n)
  return { numbers, bigs, texts }
}

const ways = {
  v8: { write: writeV8, read: readV8 },
  json: { write: writeJson, read: readJson },
  lines: { write: writeLines, read: readLines },
  columns: { write: writeColumns, read: readColumns },
}

module.exports = { ways }

async function main() {
  const n = Number(process.argv[2] ?? 100_000)
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'serialise-'))
  try {
    for (const [name, { write, read }] of Object.entries(ways)) {
      const file = path.join(folder, name)
      await write(n, file)
      await read(file)
      console.log(`${name.padEnd(8)} ${(fs.statSync(file).size / 1024 ** 2).toFixed(1)} MiB`)
    }
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}

if (require.main === module) void main()
