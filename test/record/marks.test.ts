import { mark, receiveMarks, runSpan, span } from '../../lib/record/marks.js'
import type { ReceivedSpan } from '../../lib/record/marks.js'

interface Received {
  readonly marks: { readonly name: string; readonly timeMs: number }[]
  readonly spans: ReceivedSpan[]
}

function receive(): Received & { readonly stop: () => void } {
  const received: Received = { marks: [], spans: [] }
  const stop = receiveMarks({
    mark: (name, timeMs) => received.marks.push({ name, timeMs }),
    span: (ended) => received.spans.push(ended),
  })
  return { ...received, stop }
}

function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

test('a mark comes with its time, to every receiver, until it stops', () => {
  mark('before anybody listens')
  const [one, other] = [receive(), receive()]
  const from = monotonicMs()
  mark('loaded')
  const to = monotonicMs()
  one.stop()
  mark('later')
  other.stop()
  mark('never')
  expect(one.marks.map(({ name }) => name)).toEqual(['loaded'])
  expect(other.marks.map(({ name }) => name)).toEqual(['loaded', 'later'])
  expect(one.marks[0]?.timeMs).toBeGreaterThanOrEqual(from)
  expect(one.marks[0]?.timeMs).toBeLessThanOrEqual(to)
})

test.each([undefined, null, {}, 'text'])('a span without work to do, %p, is refused, recorded or not', (work) => {
  const message = expect.stringMatching(/^The "work" argument must be of type function/) as string
  const refused = expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE', message }) as Error
  expect(() => span('name', work as never)).toThrow(refused)
})

test('a span gives what its work gives, also without a receiver', async () => {
  const failure = new Error('of the work')
  const fail = (): never => {
    throw failure
  }
  for (const listen of [() => undefined, receive]) {
    const received = listen()
    expect(span('sum', () => 42)).toBe(42)
    await expect(span('later', () => Promise.resolve(43))).resolves.toBe(43)
    expect(() => span('fails', fail)).toThrow(failure)
    await expect(span('rejects', () => Promise.reject(failure))).rejects.toBe(failure)
    expect(received?.spans.map(({ name, depth }) => [name, depth])).toEqual(
      received && [
        ['sum', 0],
        ['later', 0],
        ['fails', 0],
        ['rejects', 0],
      ],
    )
    received?.stop()
  }
})

test('a span lasts until its promise is settled, and knows what it stands in', async () => {
  const received = receive()
  await span('outer', async () => {
    span('inner', () => undefined)
    await new Promise((resolve) => setTimeout(resolve, 50))
  })
  received.stop()
  const [inner, outer] = received.spans
  expect([inner?.name, inner?.depth, outer?.name, outer?.depth]).toEqual(['inner', 1, 'outer', 0])
  // A timer may fire a millisecond early by this clock.
  expect((outer?.endMs ?? 0) - (outer?.startMs ?? 0)).toBeGreaterThanOrEqual(49)
  for (const end of received.spans) {
    expect(end.startRssBytes).toBeGreaterThan(2 ** 20)
    expect(end.endRssBytes).toBeGreaterThan(2 ** 20)
  }
})

test('another copy of the package reaches the same receivers', () => {
  const received = receive()
  jest.isolateModules(() => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only require() is isolated
    const other = require('../../lib/record/marks.js') as { readonly mark: typeof mark }
    expect(other.mark).not.toBe(mark)
    other.mark('of the other')
  })
  received.stop()
  expect(received.marks.map(({ name }) => name)).toEqual(['of the other'])
})

test.each([
  [42, 'ERR_INVALID_ARG_TYPE', /"name" argument must be a string. Received type number/],
  ['', 'ERR_INVALID_ARG_VALUE', /1 to 500 characters without a line break/],
  ['two\nlines', 'ERR_INVALID_ARG_VALUE', /without a line break/],
  ['x'.repeat(501), 'ERR_INVALID_ARG_VALUE', /1 to 500/],
])('the name %p is refused, recorded or not', (name, code, message) => {
  for (const listen of [() => undefined, receive]) {
    const received = listen()
    const calls = [
      () => {
        mark(name as string)
      },
      () => {
        span(name as string, () => undefined)
      },
    ]
    for (const call of calls) {
      expect(call).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error)
    }
    expect(received?.marks ?? []).toEqual([])
    received?.stop()
  }
})

test('what is no function is refused as work; a long name of a function is cut', () => {
  expect(() => span('parse', 'text' as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }) as Error)
  const received = receive()
  runSpan('y'.repeat(600), () => undefined)
  received.stop()
  expect(received.spans[0]?.name).toBe('y'.repeat(500))
})
