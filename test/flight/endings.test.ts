import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { describeFlight } from '../../lib/record/index.js'
import type { Recording } from '../../lib/record/index.js'
import { flightText } from '../../lib/report/recording/flight-text.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { makeGroup, memoryVersion } from '../installed/control-group.js'
import type { TestGroup } from '../installed/control-group.js'
import { skipWhere } from '../installed/test-where.js'
import { fly, packageMain } from './flown-program.js'

const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

let files = 0
function newFile(): string {
  return path.join(folder, `${files++}.rec`)
}

const mebibyte = 2 ** 20

const bindingRoom = JSON.stringify(path.join(__dirname, '..', '..', 'dist', 'binding', 'index.js'))

/** Defines `rows()`: how many rows the sampling thread has begun to write, and `writeSync`. */
const countingRows = `const { writeSync } = require('node:fs')
  const { requireBinding } = require(${bindingRoom}); const counts = new Float64Array(4096)
  const rows = () => { requireBinding().drainSampler(counts, 1); return counts[1] };`

/** Keeps `allocate()` of about a mebibyte for each row, without a break: so the last row is of all that was kept but one or two, on any machine. */
function leaking(allocate: string): string {
  return `${countingRows} const kept = []; for (let last = rows(); ; ) {
    if (rows() === last) continue
    last = rows(); kept.push(${allocate}); writeSync(1, '.')
  }`
}

const aMebibyteOfBuffer = 'Buffer.alloc(2 ** 20, 1)'
const aMebibyteOfHeap = 'Array.from({ length: 32 }, () => new Array(4096).fill(0.5))'

function marksOf({ marks }: Recording): readonly string[] {
  return marks.map(({ name }) => name)
}

function expectWhole(recording: Recording): void {
  expect(recording).toMatchObject({ kind: 'flight', damage: undefined, processes: [{ node: { allocator: 'glibc' } }] })
  const { timeMs, columns } = recording.tracks[0] as Recording['tracks'][number]
  expect(timeMs.length).toBeGreaterThan(0)
  expect(timeMs).toEqual(timeMs.toSorted())
  expect(columns.rssBytes?.every((bytes) => bytes > mebibyte)).toBe(true)
}

// This Node's, and the newest's.
const majors = [...new Set([Number(process.versions.node.split('.')[0]), 26])]

testOnEachNode(
  'SIGKILL leaves what grew',
  async (node) => {
    const { recording, signal, stdout } = await fly({ node, file: newFile(), program: leaking(aMebibyteOfBuffer) }, (child, text) => {
      if (text.length >= 100) child.kill('SIGKILL')
    })
    expect(signal).toBe('SIGKILL')
    expectWhole(recording)
    const verdict = describeFlight(recording)
    expect(verdict).toMatchObject({ end: undefined, isRunning: false, growth: { hasGrown: true } })
    expect(verdict.growth?.owners[0]?.owner).toBe('allocator')
    // All that the program kept, but for what it allocated since the last row.
    expect(verdict.growth?.owners[0]?.bytes).toBeGreaterThan(50 * mebibyte)
    expect(verdict.growth?.owners[0]?.bytes).toBeLessThan((stdout.length + 16) * mebibyte)
    expect(flightText(verdict)[0]).toMatch(/^The allocator grew by [\d.]+ MiB in the last .* \(RSS by .*\), and no limit was near\.$/)
    expect(flightText(verdict).at(-1)).toMatch(/^It ended without a word: killed/)
  },
  majors,
)

testOnEachNode(
  "V8's heap out of memory shows the heap at its limit, though the event loop never turned",
  async (node) => {
    const program = leaking(aMebibyteOfHeap)
    const { recording, signal, stderr, stdout } = await fly({ node, flags: ['--max-old-space-size=64'], file: newFile(), program })
    expect(signal).toBe('SIGABRT')
    expect(stderr).toMatch(/heap out of memory/)
    expectWhole(recording)
    const verdict = describeFlight(recording)
    expect(verdict.end).toBeUndefined()
    expect(verdict.heap).toMatchObject({ of: 'old objects', isNear: true, limitBytes: 64 * mebibyte })
    expect(verdict.growth?.owners[0]?.owner).toBe('heap')
    expect(flightText(verdict)[0]).toMatch(/^V8's heap grew by .* and V8's heap limit was near\.$/)
    // Its collections were counted while it was blocked.
    const [rows, collections] = recording.tracks
    expect(collections).toMatchObject({ source: 'gc' })
    expect(collections?.timeMs.length).toBeGreaterThan(2)
    expect(collections?.columns.durationMs?.every((duration) => duration > 0)).toBe(true)
    expect([...(collections?.columns.gcKind ?? [])]).toContain(4)
    // All rows but those from before the program began have the loop's time of then. It printed something for each row that it saw; the last one may not be whole.
    const loopTimes = [...(rows?.columns.loopTimeMs ?? [])]
    expect(loopTimes.filter((time) => time === loopTimes.at(-1)).length).toBeGreaterThanOrEqual(stdout.length - 1)
    expect(stdout.length).toBeGreaterThan(20)
  },
  majors,
)

testOnEachNode(
  'abort(), process.exit(), an uncaught exception and a clean end',
  async (node) => {
    const [aborted, left, thrown, ended] = await Promise.all([
      fly({ node, file: newFile(), program: 'setTimeout(() => process.abort(), 50)' }),
      fly({ node, file: newFile(), program: 'setTimeout(() => process.exit(7), 50); setInterval(() => {}, 1)' }),
      fly({ node, file: newFile(), program: "setTimeout(() => { throw new RangeError('secret') }, 50)" }),
      fly({ node, file: newFile(), program: '' }),
    ] as const)
    for (const { recording } of [aborted, left, thrown, ended]) expectWhole(recording)
    expect(aborted).toMatchObject({ signal: 'SIGABRT', recording: { end: undefined } })
    expect(left).toMatchObject({ code: 7, recording: { end: { reason: 'program-ended', exitCode: 7, lostSamples: 0 } } })
    expect(thrown).toMatchObject({ code: 1, recording: { end: { reason: 'program-ended', exitCode: 1 } } })
    expect(thrown.stderr).toMatch(/RangeError: secret/)
    expect(marksOf(thrown.recording)).toEqual(['uncaught: RangeError'])
    expect(ended).toMatchObject({ code: 0, stdout: '', stderr: '', recording: { end: { exitCode: 0 } } })
    expect(flightText(describeFlight(ended.recording)).at(-1)).toBe('It ended by itself, with code 0.')
    // The last row is that of the end.
    expect(ended.recording.tracks[0]?.timeMs.at(-1)).toBeLessThanOrEqual(ended.recording.end?.timeMs as number)
  },
  majors,
)

testOnEachNode(
  'a worker that dies of its limits is marked, and the program goes on',
  async (node) => {
    const program = `const { Worker } = require('node:worker_threads')
      const worker = new Worker('const kept = []; for (;;) kept.push(new Array(1000).fill(1))', { eval: true, resourceLimits: { maxOldGenerationSizeMb: 16 } })
      worker.on('error', ({ code }) => console.log(code))`
    const { recording, code, stdout } = await fly({ node, file: newFile(), program })
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'ERR_WORKER_OUT_OF_MEMORY\n' })
    expectWhole(recording)
    expect(marksOf(recording)).toEqual(['worker 1 started', 'worker 1 failed: ERR_WORKER_OUT_OF_MEMORY', 'worker 1 ended with code 1'])
    expect(recording.end).toMatchObject({ reason: 'program-ended', exitCode: 0 })
  },
  // Node 26 collects without an end in half of such workers, with the recorder and without.
  majors.slice(0, 1),
)

test("a worker's error that nobody handles ends the program as it does without the recorder", async () => {
  const program = `new (require('node:worker_threads').Worker)("throw new TypeError('of a worker')", { eval: true })`
  const { recording, code, stderr } = await fly({ file: newFile(), program })
  expect(code).toBe(1)
  expect(stderr).toMatch(/TypeError: of a worker/)
  expect(marksOf(recording)).toContain('worker 1 failed: TypeError')
})

testOnEachNode(
  'marks and spans of workers are in it, of all at the same time, though the main thread never turns and the kernel ends it',
  async (node) => {
    const [workers, marks] = [3, 100]
    // Not by `eval`, for which node loads no preload of --import.
    const file = newFile()
    const worker = `${file}.cjs`
    const text = `const { mark, span } = require(${JSON.stringify(packageMain)}); const { workerData } = require('node:worker_threads')
    for (let number = 0; number < ${marks}; number++) mark('mark ' + number)
    span('work', () => span('part', () => undefined))
    Atomics.add(workerData, 0, 1); Atomics.notify(workerData, 0)`
    writeFileSync(worker, text)
    const program = `const { Worker } = require('node:worker_threads'); const ended = new Int32Array(new SharedArrayBuffer(4))
    for (let count = 0; count < ${workers}; count++) new Worker(${JSON.stringify(worker)}, { workerData: ended })
    for (let count = 0; count < ${workers}; count = Atomics.load(ended, 0)) Atomics.wait(ended, 0, count)
    process.kill(process.pid, 'SIGKILL')`
    const { recording, signal, stderr } = await fly({ node, file, program })
    expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' })
    expectWhole(recording)
    expect(recording.marks).toHaveLength(workers * marks)
    for (let thread = 1; thread <= workers; thread++) {
      const own = recording.marks.filter((mark) => mark.thread === thread)
      expect(own.map(({ name }) => name)).toEqual(Array.from({ length: marks }, (_, number) => `mark ${number}`))
      const spans = recording.spans.filter((each) => each.thread === thread)
      expect(spans).toMatchObject([
        { name: 'part', depth: 1 },
        { name: 'work', depth: 0 },
      ])
      const moments = [0, ...own.map(({ timeMs }) => timeMs), spans[1]?.startMs, spans[0]?.startMs, spans[0]?.endMs, spans[1]?.endMs].map(
        Number,
      )
      expect(moments).toEqual(moments.toSorted((one, other) => one - other))
    }
  },
)

/** Prints how many rows there are, again and again. */
const tellingRows = `${countingRows} setInterval(() => writeSync(1, rows() + '\\n'), 1)`

/** Kills it at some moment after it has told of its second row. Answers with how many rows it told of, and how many there are. */
async function killAtRandom(): Promise<{ readonly told: number; readonly recording: Recording }> {
  let isWaiting = false
  const { recording, stdout } = await fly({ file: newFile(), program: tellingRows }, (child, text) => {
    if (isWaiting || !/^(?:[2-9]|\d{2,})$/m.test(text)) return
    isWaiting = true
    setTimeout(() => child.kill('SIGKILL'), 150 * Math.random())
  })
  const whole = stdout.slice(0, stdout.lastIndexOf('\n')).split('\n')
  return { told: Number(whole.at(-1)), recording }
}

test('killed 50 times at any moment, it has every row but the one that was being written', async () => {
  const kill = async (): Promise<void> => {
    const { told, recording } = await killAtRandom()
    expectWhole(recording)
    // A row is counted before it is written.
    expect(recording.tracks[0]?.timeMs.length).toBeGreaterThanOrEqual(told - 1)
  }
  const runners = Array.from({ length: 5 }, async () => {
    for (let round = 0; round < 10; round++) await kill()
  })
  await Promise.all(runners)
})

const limitBytes = 150 * mebibyte
const group = makeGroup(memoryVersion, limitBytes)
afterAll(() => {
  if (typeof group !== 'string') group.remove()
})

skipWhere(typeof group === 'string' ? group : undefined)(
  'the OOM killer of a control group leaves the container at its limit',
  async () => {
    const { through } = group as TestGroup
    const { recording, signal } = await fly({ file: newFile(), program: leaking(aMebibyteOfBuffer), through })
    expect(signal).toBe('SIGKILL')
    expectWhole(recording)
    const verdict = describeFlight(recording)
    expect(verdict).toMatchObject({ end: undefined, container: { limitBytes, isNear: true }, heap: { isNear: false } })
    expect(flightText(verdict)[0]).toMatch(/^The allocator grew by .* and the container's limit was near\.$/)
  },
)

test('a disk without room for it: the program runs, and standard error says why it is not recorded', () => {
  const file = newFile()
  const script = `ulimit -f 100; exec ${JSON.stringify(process.execPath)} --require ${JSON.stringify(path.join(__dirname, '..', '..', 'dist', 'flight', 'flight.js'))} -p 1+1 2>&1`
  const text = execFileSync('sh', ['-c', script], { encoding: 'utf8', env: { ...process.env, ALLOCSCOPE_FLIGHT_FILE: file } })
  expect(text).toMatch(/^allocscope: the program runs without a flight recorder: posix_fallocate: .* \[ERR_ALLOCSCOPE_RECORDING\]\n2\n$/)
  expect(existsSync(file)).toBe(false)
})

test('the file is of fixed size, for this user alone', async () => {
  const file = newFile()
  await fly({ file, program: '' })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  // A minute at 10 ms, with a page for what stays.
  expect(statSync(file).size).toBe(4096 + 512 * (6001 + 512))
})
