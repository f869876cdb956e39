import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { checkFlightSettings, readFlightVariables } from '../../lib/flight/flight-options.js'
import { youngGenerationBytes } from '../../lib/flight/heap-limits.js'
import { mark, span, startFlightRecorder } from '../../lib/index.js'
import { isRecording, readRecording } from '../../lib/record/index.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { fly, packageMain, preload } from './flown-program.js'

const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

test.each([
  [{ file: 7 }, TypeError, 'ERR_INVALID_ARG_TYPE'],
  [{ file: '' }, TypeError, 'ERR_INVALID_ARG_VALUE'],
  [{ file: 'a\0b' }, TypeError, 'ERR_INVALID_ARG_VALUE'],
  [{ minutes: 0 }, RangeError, 'ERR_OUT_OF_RANGE'],
  [{ minutes: '1' }, TypeError, 'ERR_INVALID_ARG_TYPE'],
  [{ minutes: NaN }, RangeError, 'ERR_OUT_OF_RANGE'],
  [{ intervalMs: 9 }, RangeError, 'ERR_OUT_OF_RANGE'],
  [{ minutes: 1440, intervalMs: 10 }, RangeError, 'ERR_OUT_OF_RANGE'],
  [{ minuets: 3 }, TypeError, 'ERR_INVALID_ARG_VALUE'],
])('%j is refused', (options, type, code) => {
  const start = (): unknown => startFlightRecorder(options as object)
  expect(start).toThrow(type)
  expect(start).toThrow(expect.objectContaining({ code }))
})

test('settings from the environment: empty is as if it were not there, and what is no number is refused by its name', () => {
  expect(readFlightVariables({ ALLOCSCOPE_FLIGHT_FILE: '', ALLOCSCOPE_FLIGHT_MINUTES: '' })).toEqual({
    file: path.resolve(`allocscope-flight-${process.pid}.rec`),
    fileOption: 'ALLOCSCOPE_FLIGHT_FILE',
    intervalMs: 100,
    rows: 6001,
  })
  expect(
    readFlightVariables({ ALLOCSCOPE_FLIGHT_FILE: '/a/%p-%p', ALLOCSCOPE_FLIGHT_MINUTES: '0.5', ALLOCSCOPE_FLIGHT_INTERVAL: '50' }),
  ).toEqual({ file: `/a/${process.pid}-${process.pid}`, fileOption: 'ALLOCSCOPE_FLIGHT_FILE', intervalMs: 50, rows: 601 })
  expect(() => readFlightVariables({ ALLOCSCOPE_FLIGHT_INTERVAL: '1e3' })).toThrow(
    /"ALLOCSCOPE_FLIGHT_INTERVAL" argument must be of type number/,
  )
  expect(checkFlightSettings({}, { file: 'f', minutes: 'm', intervalMs: 'i' }).rows).toBe(6001)
})

test('one at a time; marks of the program are kept; what is too long is cut; the earlier recording is set aside', () => {
  const file = path.join(folder, 'own.rec')
  const recorder = startFlightRecorder({ file, minutes: 1 })
  expect(recorder.file).toBe(file)
  expect(isRecording(process.pid, file)).toBe(true)
  expect(() => startFlightRecorder({ file })).toThrow(expect.objectContaining({ code: 'ERR_ALLOCSCOPE_FLIGHT_RUNNING' }))
  mark('loaded')
  mark('€'.repeat(500))
  expect(span('parse', () => span('inner', () => 7))).toBe(7)
  recorder.stop()
  recorder.stop()
  mark('too late')
  expect(isRecording(process.pid, file)).toBe(false)
  const { marks, spans, end, tracks, damage } = readRecording(file)
  expect(damage).toBeUndefined()
  expect(marks).toMatchObject([
    { process: 0, name: 'loaded', by: 'program' },
    { name: expect.stringMatching(/^€+…$/) as string, by: 'program' },
  ])
  expect(spans).toMatchObject([
    { process: 0, name: 'inner', depth: 1 },
    { process: 0, name: 'parse', depth: 0, startRssBytes: expect.any(Number) as number },
  ])
  const [loaded, , inner, parse] = [...marks, ...spans.map(({ startMs }) => ({ timeMs: startMs }))]
  const moments = [0, loaded?.timeMs, parse?.timeMs, inner?.timeMs, spans[0]?.endMs, spans[1]?.endMs, end?.timeMs]
  expect(moments).toEqual(moments.toSorted((one, other) => Number(one) - Number(other)))
  expect(end).toMatchObject({ reason: 'stopped', exitCode: undefined, lostSamples: 0 })
  // That of the beginning, if the thread came to it, and that of the end.
  expect(tracks[0]?.timeMs.length).toBeGreaterThanOrEqual(1)
  const first = readFileSync(file)
  startFlightRecorder({ file, minutes: 1 }).stop()
  expect(readFileSync(`${file}.previous`).equals(first)).toBe(true)
})

test('no other file is written over', () => {
  const file = path.join(folder, 'notes.txt')
  writeFileSync(file, 'notes')
  expect(() => startFlightRecorder({ file })).toThrow(expect.objectContaining({ code: 'ERR_ALLOCSCOPE_RECORDING' }))
  expect(readFileSync(file, 'utf8')).toBe('notes')
  const link = path.join(folder, 'link.rec')
  symlinkSync(path.join(folder, 'target'), link)
  expect(() => startFlightRecorder({ file: link })).toThrow(expect.objectContaining({ code: 'ERR_ALLOCSCOPE_RECORDING' }))
  expect(existsSync(path.join(folder, 'target'))).toBe(false)
  const pipe = path.join(folder, 'pipe.rec')
  execFileSync('mkfifo', [pipe])
  expect(() => startFlightRecorder({ file: pipe })).toThrow(/which is no file/)
  const nowhere = { file: path.join(folder, 'none', 'a.rec') }
  expect(() => startFlightRecorder(nowhere)).toThrow(
    expect.objectContaining({ code: 'ERR_ALLOCSCOPE_RECORDING', syscall: 'open', errno: 2 }),
  )
  expect(() => startFlightRecorder(nowhere)).toThrow(/: name a file elsewhere \(options\.file\)$/)
  // Neither has left a recorder.
  startFlightRecorder({ file: path.join(folder, 'after.rec'), minutes: 1 }).stop()
})

test('a child of the same file name runs unrecorded, and says so; a worker has none of its own', () => {
  const file = path.join(folder, 'shared.rec')
  const program = `const { execFileSync } = require('node:child_process'); const { Worker } = require('node:worker_threads')
    execFileSync(process.execPath, [...process.execArgv.slice(0, 2), '-e', ''], { stdio: 'inherit' })
    const worker = "try { require('allocscope').startFlightRecorder() } catch ({ code }) { console.log(code) }"
    new Worker(worker.replace('allocscope', ${JSON.stringify(path.join(__dirname, '..', '..', 'dist'))}), { eval: true })`
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', preload, '-e', program], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, ALLOCSCOPE_FLIGHT_FILE: file },
  })
  expect({ stdout, status }).toEqual({ stdout: 'ERR_ALLOCSCOPE_UNSUPPORTED\n', status: 0 })
  expect(stderr).toMatch(
    /^allocscope: the program runs without a flight recorder: .*shared\.rec: process \d+ is recording into it \[ERR_ALLOCSCOPE_RECORDING\]\n$/,
  )
  expect(readRecording(file).end).toMatchObject({ exitCode: 0 })
  expect(existsSync(`${file}.previous`)).toBe(false)
})

test('the preload is another copy than the package: one recorder at a time, and none in a worker, holds for both', async () => {
  const program = `const { isMainThread, Worker } = require('node:worker_threads')
    try { require(${JSON.stringify(packageMain)}).startFlightRecorder({ file: 'other.rec' }) } catch ({ code }) { console.log(isMainThread, code) }
    if (isMainThread) new Worker(__filename)`
  const script = path.join(folder, 'twice.cjs')
  writeFileSync(script, program)
  const { code, stdout } = await fly({ file: path.join(folder, 'twice.rec'), program: `require(${JSON.stringify(script)})` })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'true ERR_ALLOCSCOPE_FLIGHT_RUNNING\nfalse ERR_ALLOCSCOPE_UNSUPPORTED\n' })
})

testOnEachNode("the heap's limit is what V8 says, and node's streams, threads and V8 aren't loaded for it", async (node, major) => {
  const program = "console.log(require('node:v8').getHeapStatistics().heap_size_limit)"
  // The versions take their turns at the same time.
  const file = path.join(folder, `limit-${major}.rec`)
  const { stdout, recording } = await fly({ node, flags: ['--max-old-space-size=700'], file, program })
  expect(recording.processes[0]?.node?.limits.heapBytes).toBe(Number(stdout))
  const list =
    'console.log(JSON.stringify(process.moduleLoadList.filter((name) => /^NativeModule (?:stream|v8|worker_threads)$/.test(name))))'
  const loadedBeside = (preload: string): unknown => {
    const env = { ...process.env, ALLOCSCOPE_FLIGHT_FILE: path.join(folder, '%p.rec') }
    return JSON.parse(spawnSync(node, ['--import', preload, '-e', list], { encoding: 'utf8', env }).stdout)
  }
  expect(loadedBeside(preload)).toEqual(loadedBeside('data:text/javascript,'))
})

testOnEachNode('what V8 keeps of its limit for new objects', (node, major) => {
  const flags = ['--max-old-space-size=700', '-p', 'v8.getHeapStatistics().heap_size_limit']
  const { stdout } = spawnSync(node, flags, { encoding: 'utf8' })
  expect(Number(stdout) - 700 * 2 ** 20).toBe(youngGenerationBytes[major])
  return Promise.resolve()
})
