import { readContainerBelow } from '../../../lib/process/container/read-container.js'
import type { Container } from '../../../lib/process/index.js'
import { firstGroup, groupIn, secondGroup, withTree } from './recorded-tree.js'
import type { Tree } from './recorded-tree.js'

function read(tree: Tree, pid?: number): Container {
  return withTree(tree, (root) => readContainerBelow(root, pid))
}

function self(cgroup: string, mountinfo: string): Tree {
  return { '/proc/self/cgroup': cgroup, '/proc/self/mountinfo': mountinfo }
}

const id = '3b5e0c7a9d1f4e2c8a6b0d9f7e5c3a1b2d4f6e8a0c9b7d5f3e1a2c4b6d8f0e9c'

describe('Docker, version 1', () => {
  const cgroup = `12:pids:/docker/${id}\n9:memory:/docker/${id}\n4:cpu,cpuacct:/docker/${id}\n1:name=systemd:/docker/${id}\n`
  const mountinfo = `
1029 912 0:92 / / rw,relatime master:304 - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A:/var/lib/docker/overlay2/l/B
1030 1029 0:94 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
1033 1029 0:96 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro
1034 1033 0:97 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,mode=755
1035 1034 0:29 /docker/${id} /sys/fs/cgroup/systemd ro,nosuid,nodev,noexec,relatime master:11 - cgroup cgroup rw,xattr,name=systemd
1042 1034 0:36 /docker/${id} /sys/fs/cgroup/cpu,cpuacct ro,nosuid,nodev,noexec,relatime master:19 - cgroup cgroup rw,cpu,cpuacct
1043 1034 0:37 /docker/${id} /sys/fs/cgroup/memory ro,nosuid,nodev,noexec,relatime master:20 - cgroup cgroup rw,memory
`
  const tree = { ...self(cgroup, mountinfo), ...groupIn('/sys/fs/cgroup/memory', firstGroup(100_000, '536870912', '536870912')) }

  test("the mount's root is the container's own path", () => {
    expect(read(tree)).toEqual({
      supported: true,
      version: 1,
      group: `/docker/${id}`,
      limitBytes: 536_870_912,
      limitedBy: `/docker/${id}`,
      limits: [{ group: `/docker/${id}`, limitBytes: 536_870_912, usageBytes: 100_000 }],
      measuredGroup: `/docker/${id}`,
      folder: '/sys/fs/cgroup/memory',
      usageBytes: 100_000,
      workingSetBytes: 50_000,
      headroomBytes: 536_770_912,
      anonymousBytes: 20_000,
      fileBytes: 70_000,
      inactiveFileBytes: 50_000,
      activeFileBytes: 11_000,
      sharedMemoryBytes: 9000,
      kernelBytes: 3000,
      slabBytes: undefined,
      socketBytes: 200,
      pageTableBytes: undefined,
      kernelStackBytes: undefined,
      swapBytes: 400,
      highBytes: undefined,
      events: { low: undefined, high: undefined, max: 5, oom: undefined, oomKill: 2 },
      processes: 2,
      unreadable: [],
      costMicros: expect.any(Number) as number,
    })
  })

  test("an ancestor's limit outside of the mount is known, but neither whose it is nor what is left of it", () => {
    const group = groupIn('/sys/fs/cgroup/memory', firstGroup(100_000, '536870912', '200000'))
    expect(read({ ...tree, ...group })).toMatchObject({
      limitBytes: 200_000,
      limitedBy: undefined,
      headroomBytes: undefined,
      measuredGroup: `/docker/${id}`,
      usageBytes: 100_000,
    })
  })

  test.each([
    ['9223372036854771712', 'pages of 4 KiB'],
    ['9223372036854710272', 'pages of 64 KiB'],
    ['9223372036854775807', 'kernels before 3.19'],
  ])('%s is no limit (%s)', (limit) => {
    const group = groupIn('/sys/fs/cgroup/memory', firstGroup(100_000, limit, limit))
    expect(read({ ...tree, ...group })).toMatchObject({ limitBytes: undefined, limitedBy: undefined, limits: [], headroomBytes: undefined })
  })
})

describe('Docker, version 2, in a cgroup namespace of its own', () => {
  const mountinfo = `
719 598 0:65 / / rw,relatime master:265 - overlay overlay rw
720 719 0:68 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
723 719 0:71 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro
724 723 0:27 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate,memory_recursiveprot
`
  const tree = { ...self('0::/\n', mountinfo), ...groupIn('/sys/fs/cgroup', secondGroup(100_000, '300000', '250000')) }

  test("the namespace's root is told as /", () => {
    expect(read(tree)).toEqual({
      supported: true,
      version: 2,
      group: '/',
      limitBytes: 300_000,
      limitedBy: '/',
      limits: [{ group: '/', limitBytes: 300_000, usageBytes: 100_000 }],
      measuredGroup: '/',
      folder: '/sys/fs/cgroup',
      usageBytes: 100_000,
      workingSetBytes: 50_000,
      headroomBytes: 200_000,
      anonymousBytes: 20_000,
      fileBytes: 70_000,
      inactiveFileBytes: 50_000,
      activeFileBytes: 11_000,
      sharedMemoryBytes: 9000,
      kernelBytes: 3000,
      slabBytes: 900,
      socketBytes: 300,
      pageTableBytes: 200,
      kernelStackBytes: 100,
      swapBytes: 4096,
      highBytes: 250_000,
      events: { low: 1, high: 2, max: 3, oom: 4, oomKill: 5 },
      processes: 2,
      unreadable: [],
      costMicros: expect.any(Number) as number,
    })
  })

  test('usage above a limit that was lowered leaves no room, and more inactive cache than usage no working set', () => {
    const group = { '/sys/fs/cgroup/memory.current': '40000\n', '/sys/fs/cgroup/memory.max': '30000\n' }
    expect(read({ ...tree, ...group })).toMatchObject({ usageBytes: 40_000, workingSetBytes: 0, headroomBytes: 0 })
  })

  test('before Linux 5.18 the kernel told its own memory in parts', () => {
    const stat = 'anon 5\nkernel_stack 100\npagetables 200\npercpu 10\nslab_reclaimable 400\nslab_unreclaimable 500\n'
    const parts = { kernelBytes: 1210, slabBytes: 900, fileBytes: undefined, workingSetBytes: undefined }
    expect(read({ ...tree, '/sys/fs/cgroup/memory.stat': stat })).toMatchObject(parts)
  })

  test('a limit that is no number is not known, and says so', () => {
    expect(read({ ...tree, '/sys/fs/cgroup/memory.max': 'much\n' })).toMatchObject({
      limitBytes: undefined,
      limitedBy: undefined,
      headroomBytes: undefined,
      usageBytes: 100_000,
      unreadable: ['/sys/fs/cgroup/memory.max: not a number of bytes'],
    })
  })

  test('a file that is not there leaves its figures undefined', () => {
    const rest = Object.fromEntries(Object.entries(tree).filter(([file]) => !/memory\.(stat|events|high|swap\.current)$/.test(file)))
    expect(read(rest)).toMatchObject({
      limitBytes: 300_000,
      workingSetBytes: undefined,
      anonymousBytes: undefined,
      swapBytes: undefined,
      highBytes: undefined,
      events: { low: undefined, high: undefined, max: undefined, oom: undefined, oomKill: undefined },
      unreadable: ['stat', 'swap.current', 'high', 'events'].map((name) => `/sys/fs/cgroup/memory.${name}: ENOENT`),
    })
  })

  test.each(['', 'plenty\n', '-5\n', '1e5\n', 'NaN\n'])('of a usage of %j nothing is told', (usage) => {
    const reason = '/sys/fs/cgroup/memory.current: not a number'
    expect(read({ ...tree, '/sys/fs/cgroup/memory.current': usage })).toEqual({ supported: false, reason })
  })

  test('one that was moved out of the namespace is not in the mount', () => {
    const answer = read({ ...tree, '/proc/self/cgroup': '0::/../other\n' })
    expect(answer).toEqual({ supported: false, reason: expect.stringContaining('shows the group /../other') as string })
  })

  test('a mount from outside of the namespace shows the groups beside it', () => {
    const outside = mountinfo.replace('0:27 / ', '0:27 /.. ')
    const other = groupIn('/sys/fs/cgroup/other', secondGroup(7000, 'max'))
    expect(read({ ...tree, ...self('0::/../other\n', outside), ...other })).toMatchObject({
      group: '/../other',
      limitedBy: '/..',
      limits: [{ group: '/..', limitBytes: 300_000, usageBytes: 100_000 }],
    })
    // How the own group, the namespace's root, is called from above isn't told.
    expect(read({ ...tree, ...self('0::/\n', outside), ...other })).toMatchObject({ supported: false })
  })
})

describe('Kubernetes, version 1', () => {
  const pod = '/kubepods/burstable/pod8d8c5b1e-4f0a-4c0e-9a52-6f3a4d6f6a11'
  const mountinfo = (root: string): string => `
2111 1891 0:312 / / rw,relatime - overlay overlay rw
2115 2111 0:318 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro
2116 2115 0:319 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,mode=755
2122 2116 0:33 ${root} /sys/fs/cgroup/memory ro,nosuid,nodev,noexec,relatime master:16 - cgroup cgroup rw,memory
2130 2111 0:33 / /host/sys\\040fs/memory ro,relatime - cgroup cgroup rw,memory
`
  const cgroup = `11:memory:${pod}/${id}\n10:cpu,cpuacct:${pod}/${id}\n`
  const container = firstGroup(100_000, '400000', '300000')
  const groups = {
    ...groupIn('/sys/fs/cgroup/memory', container),
    ...groupIn('/host/sys fs/memory', firstGroup(9_000_000, 'unlimited', 'unlimited')),
    ...groupIn('/host/sys fs/memory/kubepods', firstGroup(8_000_000, '8100000', '8100000')),
    ...groupIn('/host/sys fs/memory/kubepods/burstable', firstGroup(7_000_000, 'unlimited', '8100000')),
    ...groupIn(`/host/sys fs/memory${pod}`, { ...firstGroup(150_000, '300000', '300000'), 'cgroup.procs': '' }),
    ...groupIn(`/host/sys fs/memory${pod}/pause`, { 'cgroup.procs': '3\n' }),
    ...groupIn(`/host/sys fs/memory${pod}/${id}`, container),
  }

  test('of two mounts the one that shows the ancestors is read: the pod has the smallest limit', () => {
    expect(read({ ...self(cgroup, mountinfo(`${pod}/${id}`)), ...groups })).toMatchObject({
      group: `${pod}/${id}`,
      limitBytes: 300_000,
      limitedBy: pod,
      measuredGroup: pod,
      folder: `/host/sys fs/memory${pod}`,
      usageBytes: 150_000,
      limits: [
        { group: `${pod}/${id}`, limitBytes: 400_000, usageBytes: 100_000 },
        { group: pod, limitBytes: 300_000, usageBytes: 150_000 },
        { group: '/kubepods', limitBytes: 8_100_000, usageBytes: 8_000_000 },
      ],
      // All pods together are nearer to their limit than this one is to its own.
      headroomBytes: 100_000,
      processes: 3,
      unreadable: [],
    })
  })

  test('of equal limits the outermost counts', () => {
    const equal = { [`/host/sys fs/memory${pod}/memory.limit_in_bytes`]: '400000\n' }
    const answer = read({ ...self(cgroup, mountinfo(`${pod}/${id}`)), ...groups, ...equal })
    // The pod's limit isn't the smallest that memory.stat of the container tells any more: another, unseen one is.
    expect(answer).toMatchObject({ limitBytes: 300_000, limitedBy: undefined })
    const told = groupIn(`/host/sys fs/memory${pod}/${id}`, firstGroup(100_000, '400000', '400000'))
    expect(read({ ...self(cgroup, mountinfo(`${pod}/${id}`)), ...groups, ...equal, ...told })).toMatchObject({ limitedBy: pod })
  })

  test('a kernel that was told not to charge ancestors (before 5.11) does not limit by them', () => {
    const apart = { [`/host/sys fs/memory${pod}/memory.use_hierarchy`]: '0\n' }
    const told = groupIn(`/host/sys fs/memory${pod}/${id}`, firstGroup(100_000, '400000', '400000'))
    expect(read({ ...self(cgroup, mountinfo(`${pod}/${id}`)), ...groups, ...apart, ...told })).toMatchObject({
      limitBytes: 400_000,
      limitedBy: `${pod}/${id}`,
      limits: [{ limitBytes: 400_000 }],
    })
  })
})

describe('systemd', () => {
  const base = `
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:21 / /sys rw,nosuid - sysfs sysfs rw
`
  const hybrid = `${base}
30 23 0:25 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:8 - tmpfs tmpfs ro,mode=755
31 30 0:26 / /sys/fs/cgroup/unified rw,nosuid shared:9 - cgroup2 cgroup rw
32 30 0:27 / /sys/fs/cgroup/systemd rw,nosuid shared:10 - cgroup cgroup rw,xattr,name=systemd
36 30 0:31 / /sys/fs/cgroup/memory rw,nosuid shared:14 - cgroup cgroup rw,memory
`
  const service = '/system.slice/my app.service'

  test("hybrid: the memory controller is version 1's", () => {
    const tree = {
      ...self(`5:memory:${service}\n1:name=systemd:${service}\n0::${service}\n`, hybrid),
      ...groupIn('/sys/fs/cgroup/memory', firstGroup(5_000_000, 'unlimited', 'unlimited')),
      ...groupIn('/sys/fs/cgroup/memory/system.slice', firstGroup(900_000, 'unlimited', 'unlimited')),
      ...groupIn(`/sys/fs/cgroup/memory${service}`, firstGroup(100_000, 'unlimited', 'unlimited')),
      ...groupIn(`/sys/fs/cgroup/unified${service}`, { 'cgroup.procs': '1\n' }),
    }
    expect(read(tree)).toMatchObject({ version: 1, group: service, limitBytes: undefined, usageBytes: 100_000, measuredGroup: service })
  })

  const unified = `${base}
30 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate
`
  const slices = {
    // The root of the hierarchy has no such files but the counts.
    '/sys/fs/cgroup/memory.stat': 'anon 5\n',
    ...groupIn('/sys/fs/cgroup/system.slice', secondGroup(900_000, '1000000', '950000')),
    ...groupIn(`/sys/fs/cgroup${service}`, secondGroup(100_000, 'max', 'max')),
  }

  test('unified: a limit of the slice, and none at the root', () => {
    expect(read({ ...self(`0::${service}\n`, unified), ...slices })).toMatchObject({
      version: 2,
      group: service,
      limitedBy: '/system.slice',
      usageBytes: 900_000,
      highBytes: 950_000,
      processes: 2,
      unreadable: [],
    })
  })

  test('a group without the memory controller is charged to the one above it', () => {
    const inner = { [`/sys/fs/cgroup${service}/workers/cgroup.type`]: 'threaded\n' }
    expect(read({ ...self(`0::${service}/workers\n`, unified), ...slices, ...inner })).toMatchObject({
      group: `${service}/workers`,
      limits: [{ group: '/system.slice' }],
      limitedBy: '/system.slice',
    })
    const apart = { ...slices, '/sys/fs/cgroup/system.slice/memory.max': 'max\n' }
    expect(read({ ...self(`0::${service}/workers\n`, unified), ...apart, ...inner })).toMatchObject({ measuredGroup: service })
  })

  test('a group that is not there is not taken for the one above it', () => {
    const reason = `/sys/fs/cgroup${service}/gone/memory.current: ENOENT`
    const answer = read({ ...self(`0::${service}/gone\n`, unified), ...slices })
    expect(answer).toEqual({ supported: false, reason: expect.stringContaining(reason) as string })
  })

  test('of the root group version 2 keeps no usage', () => {
    const reason = '/sys/fs/cgroup/memory.current: ENOENT (the hierarchy has no memory controller, or this is its root group)'
    expect(read({ ...self('0::/\n', unified), ...slices })).toEqual({ supported: false, reason })
  })

  test.each([
    ['over it', '40 30 0:99 / /sys/fs/cgroup rw - tmpfs none rw'],
    ['over a folder above', '40 23 0:99 / /sys/fs rw - tmpfs none rw'],
  ])('a mount that another one hides (%s) is not read', (_where, line) => {
    const answer = read({ ...self(`0::${service}\n`, unified + line), ...slices })
    expect(answer).toMatchObject({ supported: false, reason: expect.stringContaining('/proc/self/mountinfo has no version 2') as string })
  })

  test("another process's group is seen through this one's mounts, or else through its own", () => {
    const shown = { ...self('0::/\n', unified), ...slices, '/proc/42/cgroup': `0::${service}\n` }
    expect(read(shown, 42)).toMatchObject({ group: service, folder: '/sys/fs/cgroup/system.slice' })
    const through = Object.fromEntries(Object.entries(slices).map(([file, text]) => [`/proc/42/root${file}`, text]))
    const hidden = { ...self('0::/\n', base), '/proc/42/cgroup': `0::${service}\n`, '/proc/42/mountinfo': unified, ...through }
    expect(read(hidden, 42)).toMatchObject({ group: service, folder: '/proc/42/root/sys/fs/cgroup/system.slice' })
  })

  test('names are bytes: those beyond ASCII are found and told', () => {
    const group = '/Größe\u202f日本'
    const tree = { ...self(`0::${group}\n`, unified), ...groupIn(`/sys/fs/cgroup${group}`, secondGroup(5, 'max')), ...slices }
    expect(read(tree)).toMatchObject({ supported: true, group, folder: `/sys/fs/cgroup${group}` })
  })
})

describe('no control group', () => {
  test('a kernel without them', () => {
    expect(read({ '/proc/self/stat': '' })).toEqual({ supported: false, reason: '/proc/self/cgroup: ENOENT' })
  })

  test('hierarchies without the memory controller', () => {
    const reason = "/proc/self/cgroup names neither version 1's memory controller nor version 2's hierarchy"
    expect(read(self('2:cpu:/\n1:name=systemd:/\n', ''))).toEqual({ supported: false, reason })
  })

  test('nothing mounted', () => {
    const reason = '/proc/self/mountinfo has no version 2 mount with the memory controller that shows the group /a'
    expect(read(self('0::/a\n', ''))).toEqual({ supported: false, reason })
  })

  test('no list of mounts', () => {
    expect(read({ '/proc/self/cgroup': '0::/a\n' })).toEqual({ supported: false, reason: '/proc/self/mountinfo: ENOENT' })
  })
})
