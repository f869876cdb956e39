import { figuresOf, toReading } from '../../lib/pressure/pressure-reading.js'
import { findPressureFiles } from '../../lib/process/container/pressure-files.js'
import type { PressureFiles } from '../../lib/process/container/pressure-files.js'
import { firstGroup, groupIn, secondGroup, withTree } from '../process/container/recorded-tree.js'
import type { Tree } from '../process/container/recorded-tree.js'

const psi = 'some avg10=1.25 avg60=0.00 avg300=0.00 total=7\nfull avg10=0.50 avg60=0.00 avg300=0.00 total=5\n'

function find(tree: Tree): PressureFiles {
  return withTree(tree, findPressureFiles)
}

const second = {
  '/proc/self/cgroup': '0::/app/web\n',
  '/proc/self/mountinfo': '30 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n',
  ...groupIn('/sys/fs/cgroup/app', secondGroup(100_000, '500000')),
  ...groupIn('/sys/fs/cgroup/app/web', { ...secondGroup(50_000, '400000'), 'memory.pressure': psi }),
}

test('version 2: every group with a limit, and the pressure of the one with the smallest', () => {
  const files = find(second)
  expect(files.limits).toMatchObject([{ group: '/app/web' }, { group: '/app' }])
  expect(files.psi).toMatchObject({ of: 'group', some: { path: '/sys/fs/cgroup/app/web/memory.pressure' } })
  expect(figuresOf(files).map(({ path: file, key }) => `${file.slice('/sys/fs/cgroup'.length)} ${key}`.trim())).toEqual([
    ...['/app/web/memory.max', '/app/web/memory.current', '/app/web/memory.stat inactive_file'],
    ...['/app/memory.max', '/app/memory.current', '/app/memory.stat inactive_file'],
    ...['low', 'high', 'max', 'oom', 'oom_kill'].map((name) => `/app/web/memory.events ${name}`),
    ...['/app/web/memory.pressure some avg10', '/app/web/memory.pressure full avg10'],
  ])
  expect(toReading(files, 7, Float64Array.of(400, 50, 20, Infinity, 60, NaN, 1, 2, 3, 4, 5, 1.25, 0.5))).toEqual({
    timeMs: 7,
    groups: [
      { group: '/app/web', limitBytes: 400, usageBytes: 50, inactiveFileBytes: 20 },
      { group: '/app', limitBytes: Infinity, usageBytes: 60, inactiveFileBytes: NaN },
    ],
    events: { low: 1, high: 2, max: 3, oom: 4, oomKill: 5 },
    psi: { of: 'group', someAvg10: 1.25, fullAvg10: 0.5 },
  })
})

test('version 1: the pressure is that of the machine, and "unlimited" is a number', () => {
  const files = find({
    '/proc/self/cgroup': '4:memory:/app\n0::/\n',
    '/proc/self/mountinfo': '30 1 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n',
    '/proc/pressure/memory': psi,
    ...groupIn('/sys/fs/cgroup/memory', firstGroup(200_000, 'unlimited', 'unlimited')),
    ...groupIn('/sys/fs/cgroup/memory/app', firstGroup(100_000, '500000', '500000')),
  })
  expect(files.limits).toMatchObject([{ group: '/app', inactiveFile: { key: 'total_inactive_file' } }])
  expect(files.psi).toMatchObject({ of: 'machine', some: { path: '/proc/pressure/memory' } })
  const { groups, events } = toReading(files, 0, Float64Array.of(9223372036854771712, 5, 1, 8, 9, 0, 0))
  expect(groups).toEqual([{ group: '/app', limitBytes: Infinity, usageBytes: 5, inactiveFileBytes: 1 }])
  expect(events).toEqual({ low: undefined, high: undefined, max: 8, oom: undefined, oomKill: 9 })
})

test('what is not there is said', () => {
  const { '/proc/self/cgroup': membership, '/proc/self/mountinfo': mountinfo } = second
  const unlimited = find({
    '/proc/self/cgroup': membership,
    '/proc/self/mountinfo': mountinfo,
    ...groupIn('/sys/fs/cgroup/app', secondGroup(100_000, 'max')),
    ...groupIn('/sys/fs/cgroup/app/web', secondGroup(50_000, 'max')),
  })
  expect(unlimited).toMatchObject({
    limits: 'no limit is set on the group /app/web or above it',
    psi: '/proc/pressure/memory: ENOENT',
  })
  expect(figuresOf(unlimited)).toHaveLength(5)
  expect(toReading(unlimited, 0, Float64Array.of(1, 2, 3, 4, 5))).toMatchObject({ groups: [], psi: undefined })
  expect(find({})).toEqual({ limits: '/proc/self/cgroup: ENOENT', events: {}, psi: '/proc/pressure/memory: ENOENT' })
  const outside = {
    '/proc/self/cgroup': '4:memory:/app\n',
    '/proc/self/mountinfo': '30 1 0:26 /app /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n',
    ...groupIn('/sys/fs/cgroup/memory', firstGroup(100_000, 'unlimited', '500000')),
  }
  expect(find(outside).limits).toBe("the limit of /app is set by a group that isn't mounted here")
})
