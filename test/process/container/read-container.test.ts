import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

import fc from 'fast-check'

import { readContainerBelow } from '../../../lib/process/container/read-container.js'
import { readContainer, timeToLimit } from '../../../lib/process/index.js'
import type { Container, ContainerMemory, LimitedGroup } from '../../../lib/process/index.js'
import { firstGroup, groupIn, secondGroup, withTree } from './recorded-tree.js'

test('this process is in the group that /proc/self/cgroup names', () => {
  const container = readContainer()
  const lines = readFileSync('/proc/self/cgroup', 'utf8').split('\n')
  const line = lines.find((one) => /^\d+:(.*,)?memory(,.*)?:/.test(one)) ?? lines.find((one) => one.startsWith('0::'))
  if (!container.supported) {
    // As in a container without the controller: then a file and its error are named.
    expect(container.reason).toMatch(/^\/.+: E[A-Z]+|^\/proc\/self\/\w+ /)
    return
  }
  expect(line).toMatch(new RegExp(`^${container.version === 1 ? '[1-9]\\d*' : '0'}:`))
  expect(container.group).toBe(line?.split(':').slice(2).join(':'))
  expect(readContainer({ pid: process.pid })).toMatchObject({ group: container.group, limitBytes: container.limitBytes })
})

test.each([
  [{ pid: '1' }, 'ERR_INVALID_ARG_TYPE'],
  [{ pid: 0 }, 'ERR_OUT_OF_RANGE'],
  [{ pid: -1 }, 'ERR_OUT_OF_RANGE'],
  [{ pid: 1.5 }, 'ERR_OUT_OF_RANGE'],
  [{ pid: NaN }, 'ERR_OUT_OF_RANGE'],
  [{ id: 1 }, 'ERR_INVALID_ARG_VALUE'],
  [1, 'ERR_INVALID_ARG_TYPE'],
])('%j is refused: %s', (options, code) => {
  expect(() => readContainer(options as never)).toThrow(expect.objectContaining({ code }))
})

test('a process that never was', () => {
  const details = { code: 'ERR_ALLOCSCOPE_PROC_UNREADABLE', errno: 2, syscall: 'open' }
  expect(() => readContainer({ pid: 2 ** 29 })).toThrow(expect.objectContaining(details))
})

test('a process that has ended and was not waited for is in no group any more', async () => {
  // `cat` ends with this test's end of the pipe. What the shell has become by then doesn't wait for it.
  const parent = spawn('sh', ['-c', 'exec 4<&0; cat <&4 & echo $!; exec sleep 20'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const until = async (file: string, pattern: RegExp): Promise<void> => {
    while (!pattern.test(readFileSync(file, 'latin1'))) await new Promise((done) => setTimeout(done, 5))
  }
  try {
    const [answer] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(answer.toString())
    await until(`/proc/${parent.pid}/comm`, /^sleep$/m)
    expect(readContainer({ pid })).toMatchObject({ supported: readContainer().supported })
    parent.stdin.end()
    await until(`/proc/${pid}/stat`, /[)] Z /)
    expect(() => readContainer({ pid })).toThrow(expect.objectContaining({ code: 'ERR_ALLOCSCOPE_PROC_UNREADABLE' }))
  } finally {
    parent.kill('SIGKILL')
    await once(parent, 'exit')
  }
})

const mountinfo = `
20 1 0:1 / / rw - ext4 /dev/sda rw
24 20 0:27 /a /sys/fs/second ro - cgroup2 cgroup rw
25 20 0:28 /a /sys/fs/first ro - cgroup cgroup rw,memory
`
const trees = {
  1: { ...groupIn('/sys/fs/first', firstGroup(200, '500', '500')), ...groupIn('/sys/fs/first/b', firstGroup(100, '400', '400')) },
  2: { ...groupIn('/sys/fs/second', secondGroup(200, '500', '450')), ...groupIn('/sys/fs/second/b', secondGroup(100, '400', 'max')) },
}
const machines = {
  1: { ...trees[1], '/proc/self/cgroup': '5:memory:/a/b\n0::/\n', '/proc/self/mountinfo': mountinfo },
  2: { ...trees[2], '/proc/self/cgroup': '0::/a/b\n', '/proc/self/mountinfo': mountinfo },
}

function numbersIn(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : []
}

function expectSound(container: Container): void {
  if (!container.supported) {
    expect(container.reason).not.toBe('')
    return
  }
  for (const figure of numbersIn(container)) {
    expect(figure).toBeGreaterThanOrEqual(0)
    expect(Number.isFinite(figure)).toBe(true)
  }
  const { limitBytes, headroomBytes = 0, usageBytes, workingSetBytes = 0 } = container
  expect(headroomBytes).toBeLessThanOrEqual(limitBytes ?? Infinity)
  expect(workingSetBytes).toBeLessThanOrEqual(usageBytes)
}

const words = fc.constantFrom(
  ...['max', '-1', '0', '5', '1e9', 'NaN', '18446744073709551615', '99999999999999999999999', '0x10', ' ', '\n', '\0', '\\040', '..', '/'],
  ...['anon 5', 'total_inactive_file -3', 'inactive_file 99999999999999999999', 'memory', '0::/', '3:memory:/a/../..', ' - ', 'cgroup2'],
  ...['24 24 0:27 / /x rw - cgroup2 c rw', '25 24 0:28 /a /sys/fs/first/ ro - cgroup c memory'],
)
const hostile = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.array(words, { maxLength: 12 }).map((parts) => Buffer.from(parts.join(''), 'latin1')),
)

test.each([1, 2] as const)('version %i: whatever a file has in it, no figure is wrong in kind and nothing is thrown', (version) => {
  const machine = machines[version]
  const changes = fc.dictionary(fc.constantFrom(...Object.keys(machine)), hostile, { minKeys: 1, maxKeys: 3 })
  fc.assert(
    fc.property(changes, (changed) => {
      expectSound(withTree({ ...machine, ...changed }, (root) => readContainerBelow(root, undefined)))
    }),
    { numRuns: 300 },
  )
})

test('as they are, the two machines of that test can be read', () => {
  for (const version of [1, 2] as const) {
    const container = withTree(machines[version], (root) => readContainerBelow(root, undefined))
    expect(container).toMatchObject({ supported: true, version, limitBytes: 400, limitedBy: '/a/b', unreadable: [] })
  }
})

describe('timeToLimit', () => {
  const reading = (...limits: readonly LimitedGroup[]): ContainerMemory => ({ limits }) as unknown as ContainerMemory
  const at = (group: string, usageBytes: number | undefined, limitBytes = 1000): LimitedGroup => ({ group, limitBytes, usageBytes })

  test('is what is left by what was added', () => {
    expect(timeToLimit(reading(at('/a', 100)), reading(at('/a', 300)), 2000)).toEqual({
      group: '/a',
      bytesPerSecond: 100,
      secondsToLimit: 7,
    })
  })

  test('of several groups the first to be at its limit counts', () => {
    const [earlier, later] = [reading(at('/p/a', 0), at('/p', 0, 5000)), reading(at('/p/a', 100), at('/p', 4500, 5000))]
    expect(timeToLimit(earlier, later, 1000)).toMatchObject({ group: '/p', secondsToLimit: 500 / 4500 })
  })

  test('is 0 at the limit and above it', () => {
    expect(timeToLimit(reading(at('/a', 0)), reading(at('/a', 1200)), 1000)).toMatchObject({ secondsToLimit: 0 })
  })

  test.each([
    ['usage stays', reading(at('/a', 5)), reading(at('/a', 5))],
    ['usage falls', reading(at('/a', 5)), reading(at('/a', 4))],
    ['nothing limits', reading(), reading()],
    ['the group is another', reading(at('/a', 5)), reading(at('/b', 9))],
    ['usage was not known', reading(at('/a', undefined)), reading(at('/a', 9))],
    ['usage is not known', reading(at('/a', 5)), reading(at('/a', undefined))],
  ])('is undefined where %s', (_why, earlier, later) => {
    expect(timeToLimit(earlier, later, 1000)).toBeUndefined()
  })

  test.each([
    ['1', 'ERR_INVALID_ARG_TYPE'],
    [undefined, 'ERR_INVALID_ARG_TYPE'],
    [0, 'ERR_OUT_OF_RANGE'],
    [-1, 'ERR_OUT_OF_RANGE'],
    [NaN, 'ERR_OUT_OF_RANGE'],
    [Infinity, 'ERR_OUT_OF_RANGE'],
  ])('%p ms are refused: %s', (elapsedMs, code) => {
    expect(() => timeToLimit(reading(), reading(), elapsedMs as number)).toThrow(expect.objectContaining({ code }))
  })

  test('any two readings give a time that is a number', () => {
    const limits = fc.array(
      fc.record({ group: fc.constantFrom('/a', '/b'), limitBytes: fc.nat(), usageBytes: fc.option(fc.nat(), { nil: undefined }) }),
    )
    fc.assert(
      fc.property(limits, limits, fc.double({ min: 1e-3, max: 1e9, noNaN: true }), (one, other, elapsedMs) => {
        const answer = timeToLimit(reading(...one), reading(...other), elapsedMs)
        for (const figure of numbersIn(answer)) expect(figure >= 0 && Number.isFinite(figure)).toBe(true)
      }),
    )
  })
})
