// Prints what the slots of allocation calls hold before, during and after a session, as binutils find them in the objects' files.
const { execFileSync } = require('node:child_process')
const { closeSync, openSync, readFileSync, readSync } = require('node:fs')

const { library, loadTracker } = require('./tracker.cjs')

const calls = /^(malloc|calloc|realloc|free|posix_memalign|aligned_alloc|memalign|dlopen|_Zn[wa]\w+|_Zd[la]\w+)(@.*)?$/

/** The first address of each mapped ELF file, and how it is protected. */
function mappedObjects() {
  const lines = readFileSync('/proc/self/maps', 'utf8').split('\n')
  const objects = new Map()
  for (const line of lines) {
    const file = /\s(\/\S+(?:\.so[.\d]*|\.node|\/node\S*))$/.exec(line)?.[1]
    if (file !== undefined && file !== library && !objects.has(file)) objects.set(file, BigInt(`0x${line.split('-')[0]}`))
  }
  return objects
}

function slotsOf(file, base) {
  const isFixed = /Type:\s+EXEC/.test(execFileSync('readelf', ['-h', file], { encoding: 'utf8' }))
  const text = execFileSync('readelf', ['-rW', file], { encoding: 'utf8', maxBuffer: 1 << 28 })
  return text.split('\n').flatMap((line) => {
    const [offset, , type, , symbol = ''] = line.trim().split(/\s+/)
    if (!/JUMP_SLO|GLOB_DAT/.test(type ?? '') || !calls.test(symbol)) return []
    return [{ file, symbol, address: BigInt(`0x${offset}`) + (isFixed ? 0n : base) }]
  })
}

function protections() {
  // Of files alone: a heap grows.
  return readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .filter((line) => / \/\S+/.test(line) && !line.endsWith(library))
    .join('\n')
}

const slots = [...mappedObjects()].flatMap(([file, base]) => slotsOf(file, base))

function readSlots() {
  const memory = openSync('/proc/self/mem', 'r')
  const values = slots.map(({ address }) => {
    const word = Buffer.alloc(8)
    readSync(memory, word, 0, 8, address)
    return String(word.readBigUInt64LE())
  })
  closeSync(memory)
  return values
}

const tracker = loadTracker()
const before = { values: readSlots(), protections: protections() }
const started = tracker.start(512 * 1024)
const during = readSlots()
const unrestored = tracker.stop()
const after = { values: readSlots(), protections: protections() }
console.log(JSON.stringify({ slots: slots.map(({ file, symbol }) => `${symbol} ${file}`), started, unrestored, before, during, after }))
