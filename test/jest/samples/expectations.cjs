// Tests of a user's project, defined for whichever runner it is that has imported 'allocscope/jest'. Their names say what must become of them.
const fixture = require(process.env.FIXTURE_ADDON)

const mebibyte = 2 ** 20
const quick = { runs: 3, settleMs: 300 }

/** What is called keeps something more each time: as long as its test lasts, so that the tests after it have a small heap. */
function keeping(make) {
  const kept = []
  return () => void kept.push(make())
}

const keepingBuffers = () => keeping(() => Buffer.alloc(2 * mebibyte, 1))
const keepingObjects = () => keeping(() => Array.from({ length: 20_000 }, (_, index) => ({ index })))
const leak = (bytes) => () => void fixture.allocate(1, bytes)
const nothing = () => undefined

/** Native memory that is kept, less with each call. */
function fillCache() {
  let calls = 0
  return () => {
    calls += 1
    fixture.allocate(1, Math.round((4 * mebibyte) / calls ** 3))
  }
}

/** A leak in one call of five. */
function leakNowAndThen() {
  let calls = 0
  return () => {
    calls += 1
    if (calls % 5 === 0) fixture.allocate(1, 2 * mebibyte)
  }
}

function use(bytes) {
  return Buffer.alloc(bytes, 1).length
}

async function useLater(bytes) {
  await new Promise((resolve) => setTimeout(resolve, 5))
  const buffer = Buffer.alloc(bytes, 1)
  await new Promise((resolve) => setTimeout(resolve, 5))
  return buffer.length
}

// So large that every allocator gives it back at once, whatever it has freed before.
const large = 48 * mebibyte

/** One short test of each kind, for each way of using the matchers. */
exports.defineFew = ({ test, expect }) => {
  test('passes: returns', () => expect(() => use(large)).toReturnMemoryToOS(quick))
  test('passes: stays under', () => expect(() => use(8 * mebibyte)).toStayUnderMemory('32 MB'))
  test('passes: is seen to leak', () => expect(leak(65_536)).not.toNotLeakNative({ runs: 30, settleMs: 300 }))
  test('fails: keeps', () => expect(keepingBuffers()).toReturnMemoryToOS(quick))
  test('fails: goes over', () => expect(() => useLater(large)).toStayUnderMemory('8 MB'))
  test('fails: leaks', () => expect(leak(65_536)).toNotLeakNative({ runs: 30, settleMs: 300 }))
}

exports.defineAll = ({ test, expect }) => {
  exports.defineFew({ test, expect })

  test('passes: does nothing', () => expect(nothing).toReturnMemoryToOS(quick))
  test('passes: returns, async', () => expect(() => useLater(large)).toReturnMemoryToOS(quick))
  test('passes: is seen to keep', () => expect(keepingBuffers()).not.toReturnMemoryToOS(quick))
  test('passes: is seen to go over', () => expect(() => useLater(large)).not.toStayUnderMemory('8 MiB'))
  test('passes: stays under a number of bytes, after a warm-up', () =>
    expect(() => use(8 * mebibyte)).toStayUnderMemory(32e6, { warmup: 1, settleMs: 200 }))
  test('passes: leaks less than is allowed', () => expect(leak(65_536)).toNotLeakNative({ perCall: '128 KiB', runs: 30, settleMs: 300 }))
  test('passes: leaks nothing native, though it keeps objects', () => expect(keepingObjects()).toNotLeakNative({ runs: 15, settleMs: 300 }))
  // Seven calls make that look like a leak, or not; more of them don't. What is checked again is not set up again.
  test('passes: fills a cache', async () => {
    const called = []
    const options = { setup: () => called.push('setup'), teardown: () => called.push('teardown') }
    await expect(fillCache()).toNotLeakNative({ runs: 7, settleMs: 300, ...options })
    expect(called).toEqual(['setup', 'teardown'])
  })
  test('passes: leaks nothing native, though it keeps Buffers', () => expect(keepingBuffers()).toNotLeakNative({ runs: 7, settleMs: 300 }))
  test('passes: setup and teardown are called', async () => {
    const called = []
    const options = { setup: () => called.push('setup'), teardown: async () => called.push('teardown') }
    await expect(() => void called.push('call')).toStayUnderMemory('64 MB', options)
    expect(called).toEqual(['setup', 'call', 'teardown'])
  })

  // As many calls as fit in the default budget: the leak must be found without telling how often to call.
  test('fails: leaks 64 bytes a call', () => expect(leak(64)).toNotLeakNative({ perCall: '32 B' }))
  test('fails: leaks now and then', () => expect(leakNowAndThen()).toNotLeakNative({ runs: 7, settleMs: 300 }))
  test('fails: returns, against the expectation', () => expect(nothing).not.toReturnMemoryToOS(quick))
  test('fails: stays under, against the expectation', () => expect(nothing).not.toStayUnderMemory('8 MB'))
  test('fails: leaks nothing, against the expectation', () => expect(nothing).not.toNotLeakNative({ runs: 1000, settleMs: 300 }))
  test('fails: keeps objects', () => expect(keepingObjects()).toReturnMemoryToOS({ ...quick, runs: 15 }))

  test('fails: throws', () =>
    expect(() => {
      throw new RangeError('thrown by the function')
    }).toReturnMemoryToOS(quick))
  test('fails: rejects, negated', () =>
    expect(() => Promise.reject(new Error('rejected by the function'))).not.toStayUnderMemory('8 MB', { settleMs: 200 }))
  test('fails: throws no error', () => expect(() => Promise.reject('a text')).toStayUnderMemory('8 MB', { settleMs: 200 }))
  test('fails: has too few calls to tell', () => expect(nothing).toNotLeakNative({ perCall: '1 B', ...quick }))
  test('fails: has too few calls to tell, negated', () => expect(nothing).not.toNotLeakNative({ perCall: '1 B', ...quick }))
  test('fails: has one round', () => expect(nothing).toNotLeakNative({ ...quick, runs: 1 }))

  for (const [kind, not] of [
    ['', (expectation) => expectation],
    [', negated', (expectation) => expectation.not],
  ]) {
    const on = (received) => not(expect(received))
    test(`fails: is a promise${kind}`, () => on(useLater(mebibyte)).toReturnMemoryToOS(quick))
    test(`fails: has a size without a space${kind}`, () => on(nothing).toStayUnderMemory('24MB'))
    test(`fails: has a size that is an object${kind}`, () => on(nothing).toNotLeakNative({ perCall: {} }))
    test(`fails: has an option that isn't one${kind}`, () => on(nothing).toNotLeakNative({ percall: 8 }))
  }

  test('fails: overlaps', async () => {
    const first = expect(nothing).toReturnMemoryToOS(quick)
    try {
      await expect(nothing).toStayUnderMemory('8 MB')
    } finally {
      await first
    }
  })
}

/** What a passing expectation says it could have missed. */
exports.defineFindings = ({ test, expect }) => {
  test('passes: tells what it could have missed', async () => {
    const findings = []
    const onFinding = (finding) => void findings.push(finding)
    await expect(nothing).toNotLeakNative({ runs: 1000, settleMs: 300, onFinding })
    await expect(nothing).toNotLeakNative({ perCall: '64 KiB', runs: 1000, settleMs: 300, onFinding })
    expect(findings).toHaveLength(2)
    for (const [index, allowedBytesPerCall] of [0, 65_536].entries()) {
      const { calls, boundBytesPerCall, ...rest } = findings[index]
      expect(rest).toEqual({ bytesPerCall: 0, allowedBytesPerCall })
      expect(calls).toBeGreaterThanOrEqual(1000)
      // The noise is 256 KiB, and half a hundredth of a rise that is small: over all calls at the most, and over one at the least.
      expect(boundBytesPerCall - allowedBytesPerCall).toBeGreaterThanOrEqual((256 * 1024) / calls)
      expect(boundBytesPerCall - allowedBytesPerCall).toBeLessThanOrEqual(65_536)
    }
  })
  test('fails: says what it leaks, and throws', () =>
    expect(leak(65_536)).toNotLeakNative({
      runs: 30,
      settleMs: 300,
      onFinding: ({ bytesPerCall }) => {
        throw new Error(`found ${Math.round(bytesPerCall / 65_536)} times 64 KiB`)
      },
    }))
  test('fails: could miss more than 64 KiB a call', () => expect(nothing).toNotLeakNative(quick))
  test('fails: leaks, and says where', () => {
    function hash() {
      fixture.leak(1, 65_536)
    }
    let found
    const onFinding = ({ where }) => void (found = where)
    const expectation = expect(hash).toNotLeakNative({ runs: 30, settleMs: 300, where: true, onFinding })
    return expectation.finally(() => expect(found.places[0].bytesPerCall).toBe(65_536))
  })
  test('passes: is seen to leak, and nothing is looked for', async () => {
    const findings = []
    const onFinding = (finding) => void findings.push(finding)
    await expect(leak(65_536)).not.toNotLeakNative({ runs: 30, settleMs: 300, where: true, onFinding })
    expect(findings[0].where).toBeUndefined()
  })
  test("fails: has a where that isn't one", () => expect(nothing).toNotLeakNative({ where: 'yes' }))
  test("fails: has a function that isn't one", () => expect(nothing).toNotLeakNative({ onFinding: 8 }))
}

/** The first test ends while its matcher measures: the error is the second's, and names the first. */
exports.defineUnawaited = ({ test, expect }) => {
  test("passes: doesn't await", () => void expect(nothing).toReturnMemoryToOS(quick))
  test('fails: comes after it', () => expect(nothing).toStayUnderMemory('8 MB'))
}

/** Where a figure can't be had, neither the expectation nor its negation holds. */
exports.defineUnavailable = ({ test, expect }) => {
  test('fails: native', () => expect(nothing).toNotLeakNative({ ...quick }))
  test('fails: native, negated', () => expect(nothing).not.toNotLeakNative({ ...quick }))
}

exports.defineWithoutAddon = ({ test, expect }) => {
  exports.defineUnavailable({ test, expect })
  test('fails: return', () => expect(nothing).toReturnMemoryToOS(quick))
  test('fails: return, negated', () => expect(nothing).not.toReturnMemoryToOS(quick))
  test('fails: peak', () => expect(nothing).toStayUnderMemory('8 MB'))
  test('fails: peak, negated', () => expect(nothing).not.toStayUnderMemory('8 MB'))
}
