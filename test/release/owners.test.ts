import type { ReleaseCheck } from '../../lib/index.js'
import { judgeNativeGrowth, nativeGrowthOf } from '../../lib/jest/native-growth.js'
import type { NativeJudgement } from '../../lib/jest/native-growth.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { runScript } from './scripts.js'

interface Kind {
  /** What each call does. */
  readonly call: string
  readonly before?: string
  /** Where memory grows, and by how many bytes a call; other places must not be named. */
  readonly grows: Readonly<Record<string, number>>
  readonly runs?: number
}

const kept = 'const kept = [];'

/** A worker that does `body` when it is asked to, and `ask`, which asks it and waits for that. */
const workerThat = (body: string): string => `
  const { once } = require('node:events')
  const worker = new worker_threads.Worker(${JSON.stringify(`
    const { parentPort } = require('node:worker_threads')
    const kept = []
    parentPort.on('message', () => { ${body}; parentPort.postMessage(0) })`)}, { eval: true })
  worker.unref()
  const ask = async () => {
    const answered = once(worker, 'message')
    worker.postMessage(0)
    await answered
  }
  await ask();`

/**
 * Memory of each kind that JavaScript objects keep, with and without a native leak beside it. The bytes are what the program asks for. A block of malloc's
 * has a header, and a page of rounding where it has a mapping of its own.
 */
const kinds: Readonly<Record<string, Kind>> = {
  'shared array buffers': {
    before: kept,
    call: 'kept.push(new Uint8Array(new SharedArrayBuffer(500_000)).fill(1))',
    grows: { 'shared-array-buffers': 500_000 },
  },
  'growable shared array buffers': {
    before: kept,
    call: 'kept.push(new Uint8Array(new SharedArrayBuffer(500_000, { maxByteLength: 1_000_000 })).fill(1))',
    grows: { 'array-buffers-elsewhere': 500_000 },
  },
  'resizable array buffers': {
    before: kept,
    call: 'kept.push(new Uint8Array(new ArrayBuffer(500_000, { maxByteLength: 1_000_000 })).fill(1))',
    grows: { 'array-buffers-elsewhere': 500_000 },
  },
  'small array buffers': {
    before: kept,
    call: 'for (let i = 0; i < 8000; i++) kept.push(new ArrayBuffer(250))',
    // 96 bytes of an object each, and 8 of the list. So many that code which V8 drops meanwhile, some 400 KB in all, is no tenth of them.
    grows: { 'array-buffers': 2_000_000, 'javascript-heap': 8000 * 104 },
  },
  'strings of one-byte characters': {
    before: kept,
    call: "kept.push(Buffer.alloc(2_000_000, 'a' + kept.length).toString('latin1'))",
    grows: { declared: 2_000_000 },
  },
  'plain arrays of 100 KB': { before: kept, call: 'kept.push(new Array(12_500).fill(1))', grows: { 'javascript-heap': 100_000 } },
  'wasm memories that were there before, let go': {
    before: 'const kept = Array.from({ length: 40 }, () => new WebAssembly.Memory({ initial: 32 }));',
    call: 'kept.pop()',
    grows: {},
  },
  'a wasm memory, beside a native leak of the same size': {
    before: 'const kept = new WebAssembly.Memory({ initial: 1 });',
    call: 'const at = kept.grow(1) * 65_536; new Uint8Array(kept.buffer, at, 65_536).fill(1); fixture.leak(1, 65_536)',
    grows: { 'wasm-memory': 65_536, native: 65_536 },
  },
  'Buffers, beside a native leak of a fifth': {
    before: kept,
    call: 'kept.push(Buffer.alloc(500_000, 1)); fixture.leak(1, 100_000)',
    grows: { 'array-buffers': 500_000, native: 100_000 },
  },
  'strings, beside a native leak': {
    before: kept,
    call: "kept.push(Buffer.alloc(2_000_000, 'a' + kept.length).toString('latin1')); fixture.leak(1, 500_000)",
    grows: { declared: 2_000_000, native: 500_000 },
  },
  'Buffers that a worker keeps': {
    before: workerThat('kept.push(Buffer.alloc(65_536, 1))'),
    call: 'return ask()',
    grows: { 'other-external': 65_536 },
  },
  'Buffers that a worker keeps, beside a native leak of the same size': {
    before: workerThat('kept.push(Buffer.alloc(65_536, 1))'),
    call: 'fixture.leak(1, 65_536); return ask()',
    grows: { 'other-external': 65_536, native: 65_536 },
  },
  'strings of two-byte characters that a worker keeps, beside a native leak': {
    before: workerThat("kept.push(Buffer.alloc(3_000_000, 'ab' + kept.length).toString('utf16le')); gc()"),
    call: 'fixture.leak(1, 500_000); return ask()',
    // V8's counter has their bytes on Node 26, too.
    grows: { 'other-external': 3_000_000, native: 500_000 },
  },
}

function judge(check: ReleaseCheck): NativeJudgement {
  const growth = nativeGrowthOf(check)
  if (growth === undefined) throw new Error('what is in use is not known')
  return judgeNativeGrowth(growth, 0)
}

async function checkKind(node: string, { before = '', call, runs = 31 }: Kind): Promise<ReleaseCheck> {
  const body = `${before} print(await checkRelease(() => { ${call} }, { runs: ${runs}, settleMs: 500 }))`
  return (await runScript(body, { node, flags: ['--expose-gc'] })) as ReleaseCheck
}

// Node 22 counts as Node 20 does: the first and the last test have it as well.
const majorsThatDiffer = [20, 24, 26]

for (const [title, kind] of Object.entries(kinds)) {
  testOnEachNode(
    title,
    async (node, major) => {
      const check = await checkKind(node, kind)
      const growing = check.live.filter(({ grows }) => grows)
      // Node 26 counts strings of two-byte characters at half: whether a string is one isn't known there.
      const isHidden = major === 26 && 'declared' in kind.grows && 'native' in kind.grows
      const expected = Object.keys(kind.grows).filter((where) => where !== 'native' || !isHidden)
      expect(growing.map(({ where }) => where).toSorted()).toEqual(expected.toSorted())
      for (const { where, bytesPerCall } of growing) {
        const asked = kind.grows[where] ?? NaN
        // A tenth: headers, a page, the list, and the noise of 28 calls. What glibc may round up of Buffers is no native memory.
        const buffers = (kind.grows['array-buffers'] ?? 0) + (kind.grows['other-external'] ?? 0)
        const rounding = where === 'native' ? buffers / 32 : 0
        expect(bytesPerCall).toBeGreaterThan(asked * 0.9 - rounding)
        expect(bytesPerCall).toBeLessThan(asked * 1.1 + 4096)
      }
      expect(judge(check)).toBe(isHidden ? 'unproven' : 'native' in kind.grows ? 'leaks' : 'within')
    },
    kind === kinds['shared array buffers'] ? undefined : majorsThatDiffer,
  )
}

testOnEachNode('strings of two-byte characters, which Node 26 counts at half', async (node, major) => {
  const call = "kept.push(Buffer.alloc(3_000_000, 'ab' + kept.length).toString('utf16le'))"
  const check = await checkKind(node, { before: kept, call, grows: {} })
  expect(check.live.map(({ where }) => where)).toEqual(['declared'])
  expect(judge(check)).toBe(major === 26 ? 'unproven' : 'within')
})

testOnEachNode('modules evaluated in contexts of their own, which V8 lets go of only under memory pressure', async (node) => {
  const body = `const { createContext, SourceTextModule } = require('node:vm')
    const call = async () => {
      const made = new SourceTextModule('export const big = new Array(100_000).fill(0)', { context: createContext({}) })
      await made.link(() => undefined)
      await made.evaluate()
    }
    print(await checkRelease(call, { runs: 15, settleMs: 500 }))`
  const flags = ['--no-warnings', '--experimental-vm-modules']
  const { summary, advice, live } = (await runScript(body, { node, flags })) as ReleaseCheck
  // Of each call an array of 800,000 bytes, at least, survives gc(); of all calls less is left at the end.
  const [heap] = live.filter(({ where }) => where === 'javascript-heap')
  expect(heap?.bytesPerCall).toBeGreaterThan(800_000)
  expect(heap?.bytes).toBeLessThan(800_000)
  expect(summary).toMatch(/a call in the JavaScript heap after gc\(\) .*, of which the full collection at the end, .* left /)
  expect(advice.join()).toMatch(/survive gc\(\), until V8 collects under memory pressure/)
})
