import { checkRelease } from '../../lib/index.js'
import type { ReleaseCheck, ReleaseStep } from '../../lib/index.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { runScript } from './scripts.js'

const mebibyte = 2 ** 20
const quick = { runs: 1, warmup: 0, settleMs: 100 } as const

describe('checkRelease', () => {
  test('calls setup once before, teardown once after, and the action as often as it was told', async () => {
    const calls: string[] = []
    const note = (name: string) => () => void calls.push(name)
    const options = { setup: note('setup'), teardown: note('teardown'), runs: 5, warmup: 2, settleMs: 0 }
    const check = await checkRelease(note('call'), options)
    expect(calls).toEqual(['setup', ...Array.from({ length: 7 }, () => 'call'), 'teardown'])
    expect(check.calls).toBe(7)
    expect(check.rounds.reduce((sum, round) => sum + round.calls, 0)).toBe(5)
  })

  test('waits for each call of an async action before the next', async () => {
    let running = 0
    let most = 0
    await checkRelease(
      async () => {
        most = Math.max(most, (running += 1))
        await new Promise((resolve) => setTimeout(resolve, 5))
        running -= 1
      },
      { runs: 3, settleMs: 0 },
    )
    expect(most).toBe(1)
  })

  test.each(['action', 'setup', 'teardown'] as const)('hands on what %s throws, and still tears down', async (where) => {
    let tornDown = 0
    const fail = (): never => {
      throw new Error(`from ${where}`)
    }
    const options = {
      ...quick,
      setup: where === 'setup' ? fail : () => undefined,
      teardown: () => {
        tornDown += 1
        if (where === 'teardown') fail()
      },
    }
    await expect(checkRelease(where === 'action' ? fail : () => undefined, options)).rejects.toThrow(`from ${where}`)
    expect(tornDown).toBe(where === 'setup' ? 0 : 1)
  })

  test.each([
    [undefined, undefined, 'ERR_INVALID_ARG_TYPE', /"action" argument must be of type function/],
    ['text', undefined, 'ERR_INVALID_ARG_TYPE', /"action" argument must be of type function/],
    [() => undefined, { runs: 0 }, 'ERR_OUT_OF_RANGE', /options\.runs/],
    [() => undefined, { runs: 1.5 }, 'ERR_OUT_OF_RANGE', /options\.runs.*integer/],
    [() => undefined, { warmup: -1 }, 'ERR_OUT_OF_RANGE', /options\.warmup/],
    [() => undefined, { allowBytes: '4 MiB' }, 'ERR_INVALID_ARG_TYPE', /options\.allowBytes.*number/],
    [() => undefined, { whatIf: 1 }, 'ERR_INVALID_ARG_TYPE', /options\.whatIf.*boolean/],
    [() => undefined, { setup: {} }, 'ERR_INVALID_ARG_TYPE', /options\.setup.*function/],
    [() => undefined, { allow: 1 }, 'ERR_INVALID_ARG_VALUE', /'allowBytes'/],
  ])('refuses %p with %j', async (action, options, code, message) => {
    await expect(checkRelease(action as never, options as never)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    })
  })

  test('refuses a revoked Proxy of a function', async () => {
    const { proxy, revoke } = Proxy.revocable(() => undefined, {})
    revoke()
    await expect(checkRelease(proxy)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
  })

  testOnEachNode('tells objects that are kept from objects that are dropped', async (node) => {
    const { kept, dropped, purged } = (await runScript(
      `
      let held
      const make = () => Array.from({ length: 400_000 }, (_, index) => ({ index, text: 'number ' + index }))
      const dropped = await checkRelease(() => make().length, { runs: 1 })
      const { steps: [purged] } = await releaseMemory({ gc: false, settleMs: 0 })
      const kept = await checkRelease(() => { held = make() }, { runs: 1 })
      print({ kept, dropped, purged })`,
      { node },
    )) as { readonly kept: ReleaseCheck; readonly dropped: ReleaseCheck; readonly purged: ReleaseStep }
    expect(dropped.live).toEqual([])
    // What V8's collecting threads took and freed stays in glibc's arenas, in some runs more than may stay. Then a purge gives it back.
    if (dropped.bytes.stayedBytes > dropped.allowedBytes) {
      expect(dropped.verdict).toBe('held-by-allocator')
      expect(purged.returnedAnonymousBytes).toBeGreaterThan(dropped.bytes.stayedBytes - dropped.allowedBytes)
    } else expect(dropped.verdict).toBe('returned')
    expect(kept.verdict).toBe('still-live')
    expect(kept.live[0]?.where).toBe('javascript-heap')
  })

  testOnEachNode(
    'names V8’s pool of pages after a worker of 60 MiB or more has ended, and not its free pages',
    async (node) => {
      const source =
        "const kept = Array.from({ length: 400_000 }, (_, index) => ({ index, list: [index] })); require('node:worker_threads').parentPort.postMessage(kept.length)"
      const { verdict, summary, advice, bytes } = (await runScript(
        `
        const work = () => new Promise((resolve) => new worker_threads.Worker(${JSON.stringify(source)}, { eval: true }).once('exit', resolve))
        print(await checkRelease(work, { runs: 1, warmup: 0 }))`,
        // So that the pool is there when it is read, however long that takes.
        { node, flags: ['--memory-pool-timeout=3600'] },
      )) as ReleaseCheck
      expect(bytes.held.pagePoolBytes).toBeGreaterThan(20 * mebibyte)
      expect(verdict).toBe('held-by-v8')
      expect(summary).toMatch(/: V8 keeps \d+\.\d MiB in its pool of pages/)
      expect(advice).toEqual([expect.stringMatching(/in its pool of pages.*A collection doesn't return them/)])
    },
    [26],
  )

  test('sees the peak of a call that gives everything back, though the event loop is blocked', async () => {
    const check = (await runScript(`
      const action = () => { fixture.free(fixture.allocate(1, 200 * 2 ** 20), 0) }
      print(await checkRelease(action, { runs: 1, warmup: 0 }))`)) as ReleaseCheck
    expect(check.verdict).toBe('returned')
    // 200 MiB were touched; the check's own reading of the baseline has given some pages back before the call.
    expect((check.bytes.peakBytes - check.bytes.baselineBytes) / mebibyte).toBeGreaterThan(199)
    expect((check.bytes.peakBytes - check.bytes.baselineBytes) / mebibyte).toBeLessThan(215)
  })

  test('leaves this process’s memory as it is: what the child purged is still there', async () => {
    const { before, after, releasable } = (await runScript(`
      const handle = fixture.allocate(200_000, 500)
      fixture.free(handle, 0)
      fixture.allocate(1, 500)
      const { whatIf } = await checkRelease(() => undefined, { runs: 1, settleMs: 0 })
      const before = allocscope.getRss()
      const { steps } = await releaseMemory({ gc: false, settleMs: 0 })
      print({ before, after: allocscope.getRss(), releasable: whatIf.releasableBytes })`)) as Record<
      'before' | 'after' | 'releasable',
      number
    >
    // 100 MB were freed; where they lay at the top of the heap glibc has given some back by itself.
    expect(Math.abs(before - after - releasable)).toBeLessThan(2 * mebibyte)
  })

  test('works in a worker thread', async () => {
    const verdict = await runScript(`
      const source = \`
        const { checkRelease } = require(\${JSON.stringify(${JSON.stringify(require.resolve('../../dist/index.js'))})})
        checkRelease(() => undefined, { runs: 1 }).then(({ verdict }) => require('node:worker_threads').parentPort.postMessage(verdict))\`
      const worker = new worker_threads.Worker(source, { eval: true })
      print(await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject)))`)
    expect(verdict).toBe('returned')
  })

  test('a worker that is terminated in the middle of a check, and a process that exits in it, end cleanly', async () => {
    const ended = await runScript(`
      const source = \`
        const { checkRelease } = require(\${JSON.stringify(${JSON.stringify(require.resolve('../../dist/index.js'))})})
        const again = () => checkRelease(() => undefined, { runs: 1, settleMs: 0 }).then(again)
        again()\`
      let ended = 0
      for (let round = 0; round < 12; round += 1) {
        const worker = new worker_threads.Worker(source, { eval: true })
        await pause(60 + 17 * round)
        await worker.terminate()
        ended += 1
      }
      print(ended)
      checkRelease(() => undefined, { runs: 1, settleMs: 0 })
      setTimeout(() => process.exit(0), 70)`)
    expect(ended).toBe(12)
  })
})
