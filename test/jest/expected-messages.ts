import { readFileSync } from 'node:fs'
import path from 'node:path'

import type { SampleResults } from './sample-project.js'

/** Each figure is signed bytes: `Run # 1: native=+388160 | rss=+327680 | (calls= 200, avg/call=+1940)`. */
const nativeRun = /^Run # ?\d+: native=[+-]\d+ \| rss=[+-]\d+ \| \(calls= *\d+, avg\/call=[+-]\d+\)$/gm
const everyRun = /^Run # ?\d+: rss=[+-]\d+ \| heap=[+-]\d+ \| external=[+-]\d+ \| native=[+-]\d+ \| \(calls= *\d+, avg\/call=[+-]\d+\)$/gm

function messageOf(results: SampleResults, title: string): string {
  const result = results.get(title)
  if (result === undefined) throw new Error(`no test is called '${title}', but ${[...results.keys()].join(', ')}`)
  return result.message
}

/** A test passed if and only if its name says so. */
function expectOutcomes(results: SampleResults): void {
  const wrong = [...results].filter(([title, { passed }]) => passed !== title.startsWith('passes: '))
  expect(wrong.map(([title, { message }]) => `${title}\n${message}`).join('\n\n')).toBe('')
}

function lines(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([line]) => line)
}

/** Both runners indent a message or not, and put the error's name before it or not. */
function unindented(message: string): string {
  return message.replaceAll(/^ +/gm, '')
}

function expectKept(message: string): void {
  expect(message).toContain('expect(received).toReturnMemoryToOS()')
  expect(message).toContain('Expected the memory that the function used to be back with the operating system.')
  expect(message).toMatch(/Verdict: still-live\. RSS rose by .*: still live: 2\.0 MiB a call in Buffers and array buffers/)
  const [, mebibytes] = /^B {2}array buffers +\+([\d.]+) MiB/m.exec(message) ?? []
  // Four Buffers of 2 MiB.
  expect(Number(mebibytes)).toBeCloseTo(8, 0)
  expect(lines(message, everyRun)).toHaveLength(2)
  const [, ofTwoCalls] = /external=\+(\d+) .*\(calls= +2,/.exec(message) ?? []
  expect(Math.abs(Number(ofTwoCalls) - 2 * 2 ** 21)).toBeLessThanOrEqual(2 ** 12)
  expect(message).toMatch(/^– 2\.0 MiB a call of Buffers and array buffers are kept by JavaScript objects/m)
}

function expectOver(message: string): void {
  expect(message).toContain('expect(received).toStayUnderMemory(limit)')
  expect(message).toContain('Expected peak above the baseline: at most 8 MB, which is 7.6 MiB (8,000,000 B)')
  const [, mebibytes] = /Received peak above the baseline: ([\d.]+) MiB/.exec(message) ?? []
  // The Buffer of 48 MiB, beside which little is allocated; less the 8 MiB of Buffers that the test before kept, where V8 collects them for its sake.
  expect(Number(mebibytes)).toBeGreaterThan(47 - 8)
  expect(Number(mebibytes)).toBeLessThan(60)
  expect(message).toMatch(/RSS at its peak +[\d.]+ MiB, (the kernel's own|of samples each 1 ms: the process had been larger before)/)
}

function expectLeak(message: string, kibibytes: number): void {
  expect(message).toContain('expect(received).toNotLeakNative(options)')
  const [, runs, perCall] = /memory kept increasing after (\d+) runs: by ([\d.]+) KiB a call \(confidence /.exec(message) ?? []
  // Noise of some 100 KiB is part of what some 30 calls show.
  expect(Number(perCall) / kibibytes).toBeCloseTo(1, 0)
  expect(lines(message, nativeRun)).toHaveLength(Number(runs))
}

/** What `defineFew` of the samples defines. */
export function expectFew(results: SampleResults): void {
  expectOutcomes(results)
  expectKept(unindented(messageOf(results, 'fails: keeps')))
  expectOver(unindented(messageOf(results, 'fails: goes over')))
  expectLeak(unindented(messageOf(results, 'fails: leaks')), 64)
}

const both = (title: string): readonly string[] => [title, `${title}, negated`]

/** What `defineAll` of the samples defines. */
export function expectAll(results: SampleResults): void {
  expectFew(results)
  expectNegations(results)
  expectErrors(results)
  const small = unindented(messageOf(results, 'fails: leaks 64 bytes a call'))
  const [, bytesPerCall] = /memory kept increasing after \d+ runs: by (\d+) B a call .*, allowed is 32 B a call/.exec(small) ?? []
  // The block, and what the fixture keeps to free it by: a vector of one pointer and its owner.
  expect(Number(bytesPerCall)).toBeGreaterThan(64)
  expect(Number(bytesPerCall)).toBeLessThan(260)
  expect(messageOf(results, 'fails: leaks now and then')).toMatch(/native memory kept increasing after \d+ runs/)
  expect(messageOf(results, 'fails: keeps objects')).toMatch(/Verdict: still-live\. .* in the JavaScript heap/)
}

function expectNegations(results: SampleResults): void {
  const returned = messageOf(results, 'fails: returns, against the expectation')
  expect(returned).toContain('expect(received).not.toReturnMemoryToOS()')
  expect(returned).toMatch(/not to be back with the operating system\.\s+Verdict: returned\./)
  const under = messageOf(results, 'fails: stays under, against the expectation')
  expect(under).toContain('Expected peak above the baseline: more than 8 MB')
  const leakless = unindented(messageOf(results, 'fails: leaks nothing, against the expectation'))
  expect(leakless).toMatch(
    /native memory did not increase by more than 0 B a call in \d+ runs: by 0 B a call, where growth below \d+ B a call/,
  )
  expect(leakless).toMatch(/^In [\d,]+ calls, a leak of less than \d+ B a call would not show\.$/m)
  expect(lines(leakless, nativeRun)).not.toHaveLength(0)
}

function expectErrors(results: SampleResults): void {
  expect(messageOf(results, 'fails: throws')).toContain('the function under check threw in call 1: RangeError: thrown by the function')
  expect(messageOf(results, 'fails: rejects, negated')).toContain('threw in call 1: Error: rejected by the function')
  expect(messageOf(results, 'fails: throws no error')).toContain("threw in call 1: 'a text'")
  for (const title of both('fails: is a promise')) {
    expect(messageOf(results, title)).toMatch(
      /"received" argument must be a function that this matcher can call.* Received an instance of Promise/,
    )
  }
  for (const title of both('fails: has a size without a space')) {
    expect(messageOf(results, title)).toMatch(/argument "limit" must be a number of bytes, or a size such as '24 MB'.* Received '24MB'/)
  }
  for (const title of both('fails: has a size that is an object')) {
    expect(messageOf(results, title)).toMatch(/"options\.perCall" property must be a number of bytes/)
  }
  for (const title of both("fails: has an option that isn't one")) {
    expect(messageOf(results, title)).toMatch(/must be an object with only 'perCall'.* Received 'percall'/)
  }
  for (const title of both('fails: has too few calls to tell')) {
    expect(messageOf(results, title)).toMatch(
      /can't tell: in 3 calls, growth below [\d.]+ KiB a call is noise, and 1 B a call is what is allowed/,
    )
  }
  expect(messageOf(results, 'fails: has one round')).toMatch(/called in 1 round, and it takes two to see growth/)
  expect(messageOf(results, 'fails: overlaps')).toMatch(/toStayUnderMemory would run while toReturnMemoryToOS still measures/)
  expect(messageOf(results, 'fails: overlaps')).toContain("The matcher of test 'fails: overlaps' wasn't awaited. Await")
}

/** What `defineFindings` of the samples defines. */
export function expectFindings(results: SampleResults): void {
  expectOutcomes(results)
  expect(messageOf(results, 'fails: says what it leaks, and throws')).toContain('found 1 times 64 KiB')
  expect(messageOf(results, 'fails: could miss more than 64 KiB a call')).toMatch(
    /can't tell: in 3 calls, growth below [\d.]+ KiB a call is noise, and 64 KiB a call is the most that may go unseen/,
  )
  expectWhere(results)
  expect(messageOf(results, "fails: has a function that isn't one")).toMatch(/"options\.onFinding" property must be of type function/)
}

/** The line in the sample on which `hash` begins, whatever the runner made of the file. */
const hashLine =
  readFileSync(path.join(__dirname, 'samples', 'expectations.cjs'), 'utf8')
    .split('\n')
    .findIndex((line) => line.includes('function hash()')) + 1

function expectWhere(results: SampleResults): void {
  const message = unindented(messageOf(results, 'fails: leaks, and says where'))
  expect(message).toMatch(/^Where it leaks, by \d+ more calls with every native block tracked \(bytes that were asked for\):$/m)
  const place = String.raw`hash, which begins at /\S*expectations\.cjs:${hashLine}, by \(anonymous namespace\)::Leak \[fixture\.node\]`
  expect(message).toMatch(new RegExp(String.raw`^64\.0 KiB a call ±0 B: ${place}$`, 'm'))
  expect(messageOf(results, "fails: has a where that isn't one")).toMatch(/"options\.where" property must be of type boolean/)
  expect(messageOf(results, 'fails: says what it leaks, and throws')).not.toContain('Where it leaks')
}

/** What `defineUnawaited` of the samples defines. `test` is the first one's name as the runner writes it. */
export function expectUnawaited(results: SampleResults, test: string): void {
  expectOutcomes(results)
  const message = messageOf(results, 'fails: comes after it')
  expect(message).toMatch(/toStayUnderMemory would run while toReturnMemoryToOS still measures/)
  expect(message).toContain(`The matcher of test '${test}' wasn't awaited, or that test timed out or is concurrent.`)
}

/** Tests that all fail for want of a figure, whatever they expect of it. */
export function expectUnavailable(results: SampleResults, reason: RegExp): void {
  expectOutcomes(results)
  for (const { message } of results.values()) expect(message).toMatch(reason)
}
