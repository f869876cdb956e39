import { CodeLog } from '../../lib/track/code-log.js'
import { parseCodeName } from '../../lib/track/code-name.js'

interface Entry {
  readonly kind: 1 | 2 | 3 | 4
  readonly isolate?: number
  readonly what?: number
  readonly at: number
  readonly extent?: number
  readonly name?: string
  readonly positions?: readonly number[]
}

/** A log as native/tracker/code_log.h describes it. */
function logOf(...entries: readonly Entry[]): ArrayBuffer {
  const parts = entries.map(({ kind, isolate = 1, what = 0, at, extent = 0, name = '', positions }) => {
    const text = positions === undefined ? Buffer.from(name) : Buffer.from(Uint32Array.from(positions).buffer)
    const entry = Buffer.alloc(Math.ceil((32 + text.length) / 8) * 8)
    ;[kind, isolate, what, text.length].forEach((word, index) => entry.writeUInt32LE(word, index * 4))
    entry.writeBigUInt64LE(BigInt(at), 16)
    entry.writeBigUInt64LE(BigInt(extent), 24)
    text.copy(entry, 32)
    return entry
  })
  return Uint8Array.from(Buffer.concat(parts)).buffer
}

const name = (log: CodeLog, address: number, sequence: number, isolate = 1): string | undefined =>
  log.find(isolate, address, sequence)?.name

describe('CodeLog', () => {
  test('code is from its first to its last byte, once V8 has told of it, in its own isolate', () => {
    const log = new CodeLog(logOf({ kind: 1, at: 1000, extent: 100, name: 'JS:~one' }, { kind: 1, at: 5000, extent: 10, name: 'JS:~two' }))
    expect([999, 1000, 1099, 1100].map((address) => name(log, address, 2))).toEqual([undefined, 'JS:~one', 'JS:~one', undefined])
    expect(name(log, 5005, 1)).toBeUndefined()
    expect(name(log, 5005, 2)).toBe('JS:~two')
    expect(name(log, 1000, 2, 2)).toBeUndefined()
  })

  test('an address means what was there at the time', () => {
    const log = new CodeLog(
      logOf(
        { kind: 1, at: 1000, extent: 100, name: 'JS:~first' },
        { kind: 2, at: 1000, extent: 8000 },
        { kind: 1, at: 1040, extent: 20, name: 'JS:~second' },
        { kind: 3, at: 8000 },
        { kind: 1, at: 1030, extent: 20, name: 'JS:~third' },
      ),
    )
    expect([1, 2, 3, 5].map((sequence) => name(log, 1045, sequence))).toEqual(['JS:~first', undefined, 'JS:~second', 'JS:~third'])
    expect([1, 2, 3, 4].map((sequence) => name(log, 8045, sequence))).toEqual([undefined, 'JS:~first', 'JS:~first', undefined])
  })

  test('a position is that of the last offset up to the address, and stays with code that moves', () => {
    const log = new CodeLog(
      logOf(
        { kind: 4, at: 1000, positions: [0, 10, 6, 25, 20, 40] },
        { kind: 1, at: 1000, extent: 50, name: 'JS:~f /f.js:1:1' },
        { kind: 2, at: 1000, extent: 3000 },
        { kind: 4, at: 7000, positions: [0, 10] },
        { kind: 1, what: 1, at: 7000, extent: 50, name: 'JS:*f /f.js:1:1' },
      ),
    )
    expect([1000, 1005, 1006, 1049].map((address) => log.find(1, address, 2)?.sourceOffset)).toEqual([10, 10, 25, 40])
    expect(log.find(1, 3007, 3)?.sourceOffset).toBe(25)
    // Compiled code may hold another function, of another file.
    expect(log.find(1, 7001, 5)).toEqual({ name: 'JS:*f /f.js:1:1', sourceOffset: undefined })
  })

  test('a short function within a range where a long one was is found past many others', () => {
    const many = Array.from({ length: 1000 }, (_, index): Entry => ({
      kind: 1,
      at: 10_000 + index * 10,
      extent: 10,
      name: `JS:~f${index}`,
    }))
    const log = new CodeLog(logOf({ kind: 1, at: 5000, extent: 50_000, name: 'JS:*long' }, ...many))
    expect(name(log, 15_005, 1001)).toBe('JS:~f500')
    expect(name(log, 25_000, 1001)).toBe('JS:*long')
  })
})

// As Node 20, 22, 24 and 26 print them.
test.each([
  ['JS:*fast /app/main.cjs:10:14', { functionName: 'fast', file: '/app/main.cjs', line: 10, column: 14 }],
  ['JS:o*fast /app/main.cjs:10:14', { functionName: 'fast', file: '/app/main.cjs', line: 10, column: 14 }],
  ['JS:~ /app/a b/main.cjs:1:1', { functionName: '', file: '/app/a b/main.cjs', line: 1, column: 1 }],
  ['JS:~set username node:internal/url:1082:15', { functionName: 'set username', file: 'node:internal/url', line: 1082, column: 15 }],
  ['JS:^load file:///app/%C3%A9.mjs:3:9', { functionName: 'load', file: '/app/é.mjs', line: 3, column: 9 }],
  [
    'JS:+Module._compile node:internal/modules/cjs/loader:1483:37',
    { functionName: 'Module._compile', file: 'node:internal/modules/cjs/loader', line: 1483, column: 37 },
  ],
  // Code for one closure alone, as V8 has it from Node 24 on.
  ["JS:+'made /app/hash.js:5:14", { functionName: 'made', file: '/app/hash.js', line: 5, column: 14 }],
  ["JS:o*'made /app/hash.js:5:14", { functionName: 'made', file: '/app/hash.js', line: 5, column: 14 }],
  ["JS:'hash /app/hash.js:5:14", { functionName: 'hash', file: '/app/hash.js', line: 5, column: 14 }],
  ['Eval:~ :1:1', { functionName: '', file: '', line: 1, column: 1 }],
  ['JS:~ev :1:13', { functionName: 'ev', file: '', line: 1, column: 13 }],
  ['Script:~ node:internal/streams/duplex', { functionName: '', file: 'node:internal/streams/duplex', line: 1, column: 1 }],
  ['JS:~inWorker [worker eval]:1:31', { functionName: 'inWorker', file: '[worker eval]', line: 1, column: 31 }],
])('parseCodeName(%j)', (text, named) => {
  expect(parseCodeName(text)).toEqual(named)
})

test.each(['Builtin:ArrayMap', 'BytecodeHandler:ExpSmiWideHandler', 'RegExp:a+', 'wasm-function[3]'])('%s is no JavaScript', (text) => {
  expect(parseCodeName(text)).toBeUndefined()
})
