import type { ContainerMemory } from '../../lib/process/index.js'
import { containerText, plainStyle } from '../../lib/report/index.js'

const MiB = 2 ** 20

const container: ContainerMemory = {
  supported: true,
  version: 2,
  group: '/pod/app',
  limitBytes: 512 * MiB,
  limitedBy: '/pod',
  limits: [
    { group: '/pod/app', limitBytes: 1024 * MiB, usageBytes: 200 * MiB },
    { group: '/pod', limitBytes: 512 * MiB, usageBytes: 240 * MiB },
  ],
  measuredGroup: '/pod',
  folder: '/sys/fs/cgroup/pod',
  usageBytes: 240 * MiB,
  workingSetBytes: 60 * MiB,
  headroomBytes: 272 * MiB,
  anonymousBytes: 30 * MiB,
  fileBytes: 203 * MiB,
  inactiveFileBytes: 180 * MiB,
  activeFileBytes: 20 * MiB,
  sharedMemoryBytes: 2 * MiB,
  kernelBytes: 5 * MiB,
  slabBytes: 1 * MiB,
  socketBytes: 1 * MiB,
  pageTableBytes: 1 * MiB,
  kernelStackBytes: 1 * MiB,
  swapBytes: 0,
  highBytes: undefined,
  events: { low: 0, high: 0, max: 0, oom: 0, oomKill: 0 },
  processes: 3,
  unreadable: [],
  costMicros: 500,
}

function linesOf(changed: Partial<ContainerMemory> = {}, rssBytes: number | undefined = 41 * MiB): readonly string[] {
  return containerText({ ...container, ...changed }, rssBytes, plainStyle)
}

test('a group, what its charge is made of, and RSS beside it', () => {
  expect(linesOf()).toEqual([
    '',
    'Control group /pod/app, version 2',
    '  limit               512.0 MiB  set by /pod',
    '  charged             240.0 MiB  to /pod, by 3 processes',
    '    anonymous          30.0 MiB  heaps, stacks, V8',
    '    page cache        201.0 MiB  of files that were read, written or mapped',
    '    shared memory       2.0 MiB  and tmpfs',
    "    the kernel's own    5.0 MiB  page tables, stacks of threads, inodes",
    '    sockets             1.0 MiB  buffers',
    '    rest               +1.0 MiB  the kernel counts usage and its parts at different moments',
    '  headroom            272.0 MiB  until /pod is at its limit',
    "  240.0 MiB are charged to the group, which 3 processes share; this process's RSS is 41.0 MiB. 200.0 MiB of",
    '  the charge is page cache of files, which the kernel takes back before it kills.',
  ])
})

/** The row that begins with this name. */
function row(lines: readonly string[], name: string): string | undefined {
  return lines.find((line) => line.trim().startsWith(`${name} `))?.trim()
}

function sentence(lines: readonly string[]): string {
  const first = lines.findIndex((line) => line.includes('charged to the group'))
  return lines
    .slice(first)
    .map((line) => line.trim())
    .join(' ')
}

test('a process alone shares with none; without RSS and without cache nothing is said of them', () => {
  const cacheless = { inactiveFileBytes: 0, activeFileBytes: 0, processes: 1 }
  expect(sentence(containerText({ ...container, ...cacheless }, undefined, plainStyle))).toBe('240.0 MiB are charged to the group.')
  expect(row(linesOf({ processes: 1 }), 'charged')).toBe('charged             240.0 MiB  to /pod, by 1 process')
})

test('an unknown cache, an unknown number of processes', () => {
  const text = sentence(linesOf({ activeFileBytes: undefined, processes: undefined }))
  expect(text).toBe("240.0 MiB are charged to the group, which an unknown number of processes share; this process's RSS is 41.0 MiB.")
})

test('the rest has a sign, and is unknown where a part is', () => {
  expect(row(linesOf({ usageBytes: 238 * MiB }), 'rest')).toMatch(/^rest +-1\.0 MiB /)
  expect(row(linesOf({ kernelBytes: undefined }), 'rest')).toMatch(/^rest +– {2}some parts are not known$/)
  expect(row(linesOf({ kernelBytes: undefined }), "the kernel's own")).toMatch(/ – /)
})

test('version 1 charges sockets apart, so they are no part there', () => {
  const lines = linesOf({ version: 1, usageBytes: 239 * MiB })
  expect(row(lines, 'sockets')).toBeUndefined()
  expect(row(lines, 'rest')).toMatch(/^rest +\+1\.0 MiB /)
})

test('where shared memory is not told, the page cache has it in it', () => {
  const lines = linesOf({ sharedMemoryBytes: undefined })
  expect(row(lines, 'page cache')).toMatch(/203\.0 MiB {2}of files, and shared memory$/)
  expect(row(lines, 'shared memory')).toBeUndefined()
})

test('limits: none, unknown, and of a group that is not seen', () => {
  const none = { limitBytes: undefined, limitedBy: undefined, headroomBytes: undefined, limits: [] }
  expect(row(linesOf(none), 'limit')).toMatch(/– {2}no group seen from here sets one$/)
  expect(row(linesOf(none), 'headroom')).toBeUndefined()
  const unreadable = ['/sys/fs/cgroup/memory.max: EACCES']
  const lines = linesOf({ ...none, unreadable })
  expect(row(lines, 'limit')).toMatch(/– {2}none is known$/)
  expect(lines.at(-1)).toBe('  – not read: /sys/fs/cgroup/memory.max: EACCES')
  const unseen = linesOf({ limitedBy: undefined, headroomBytes: undefined })
  expect(row(unseen, 'limit')).toMatch(/512\.0 MiB {2}set by a group that is not seen from here$/)
})

test('headroom names the group that is the next at its limit, which need not have the smallest', () => {
  const limits = [
    { group: '/pod/app', limitBytes: 300 * MiB, usageBytes: 100 * MiB },
    { group: '/pod', limitBytes: 512 * MiB, usageBytes: 500 * MiB },
  ]
  expect(row(linesOf({ limits, headroomBytes: 12 * MiB }), 'headroom')).toMatch(/ 12\.0 MiB {2}until \/pod is at its limit$/)
})

test('what has happened is told, what has not is left out', () => {
  const names = ['at its limit', 'processes killed', 'swapped out', 'slowed down above']
  expect(names.map((name) => row(linesOf(), name))).toEqual([undefined, undefined, undefined, undefined])
  const events = { low: undefined, high: undefined, max: 1234, oom: undefined, oomKill: 2 }
  const lines = linesOf({ events, swapBytes: 7 * MiB, highBytes: 300 * MiB })
  expect(names.map((name) => row(lines, name)?.split(/ {2,}/)[1])).toEqual(['1,234', '2', '7.0 MiB', '300.0 MiB'])
})

test('without a group there is its reason', () => {
  const reason = '/proc/self/cgroup: ENOENT'
  expect(containerText({ supported: false, reason }, 1, plainStyle)).toEqual(['', 'Control group', `  – Not known: ${reason}`])
})

test("a group's name can't move the cursor", () => {
  const name = '/\u001b[2Jx'
  const text = linesOf({
    group: name,
    measuredGroup: name,
    limitedBy: name,
    limits: [{ limitBytes: 512 * MiB, usageBytes: 240 * MiB, group: name }],
  }).join('')
  expect(text).not.toContain('\u001b')
  expect(text).toContain('/\\u001b[2Jx')
})
