import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { performance } from 'node:perf_hooks'

import { ContainerReader } from '../../../lib/process/container/container-figures.js'
import { firstGroup, groupIn, secondGroup, withTree } from './recorded-tree.js'
import type { Tree } from './recorded-tree.js'

const second = {
  '/proc/self/cgroup': '0::/pod/app\n',
  '/proc/self/mountinfo': '31 30 0:27 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n',
}
const folder = '/sys/fs/cgroup'
/** The hierarchy's root has no figures. */
const nested: Tree = {
  ...second,
  '/sys/fs/cgroup/cgroup.procs': '1\n',
  ...groupIn(`${folder}/pod`, secondGroup(190_000, '200000')),
  ...groupIn(`${folder}/pod/app`, secondGroup(90_000, '150000')),
}

function write(root: string, file: string, text: string): void {
  mkdirSync(path.dirname(root + file), { recursive: true })
  writeFileSync(root + file, text)
}

test('version 2: usage is that of the group with the smallest limit, the headroom that of the fullest group', () => {
  expect(withTree(nested, (root) => new ContainerReader(root).read())).toEqual({
    limitBytes: 150_000,
    usageBytes: 90_000,
    workingSetBytes: 40_000,
    headroomBytes: 10_000,
  })
})

test('version 1: the limit of an ancestor that is not mounted leaves no headroom to tell', () => {
  const tree = {
    '/proc/self/cgroup': '4:memory:/docker/a\n',
    '/proc/self/mountinfo': '31 30 0:27 /docker/a /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n',
    ...groupIn('/sys/fs/cgroup/memory', firstGroup(100_000, '500000', '300000')),
  }
  expect(withTree(tree, (root) => new ContainerReader(root).read())).toEqual({
    limitBytes: 300_000,
    usageBytes: 100_000,
    workingSetBytes: 50_000,
    headroomBytes: undefined,
  })
})

test('without a limit there is usage alone; without a group there is nothing', () => {
  const unlimited = {
    ...second,
    ...groupIn(`${folder}/pod/app`, secondGroup(90_000, 'max')),
    ...groupIn(`${folder}/pod`, secondGroup(90_000, 'max')),
  }
  expect(withTree(unlimited, (root) => new ContainerReader(root).read())).toEqual({
    limitBytes: undefined,
    usageBytes: 90_000,
    workingSetBytes: 40_000,
    headroomBytes: undefined,
  })
  expect(withTree({ '/proc/self/mountinfo': '' }, (root) => new ContainerReader(root).read())).toBeUndefined()
})

test('each reading has the usage of its moment, and nothing once the group is gone', () => {
  withTree(nested, (root) => {
    const reader = new ContainerReader(root)
    write(root, `${folder}/pod/memory.current`, '120000\n')
    write(root, `${folder}/pod/app/memory.current`, '149000\n')
    expect(reader.read()).toMatchObject({ usageBytes: 149_000, headroomBytes: 1000 })
    rmSync(`${root}${folder}/pod/app/memory.stat`)
    expect(reader.read()).toMatchObject({ usageBytes: 149_000, workingSetBytes: undefined })
    rmSync(`${root}${folder}/pod/memory.current`)
    expect(reader.read()).toMatchObject({ usageBytes: 149_000, headroomBytes: undefined })
    rmSync(`${root}${folder}/pod/app/memory.current`)
    expect(reader.read()).toBeUndefined()
  })
})

test('the group and its limits are looked for again when they are older than a minute, after a reading', () => {
  jest.useFakeTimers({ doNotFake: ['performance'] })
  const now = jest.spyOn(performance, 'now')
  const readAfter = (reader: ContainerReader, seconds: number): unknown => {
    now.mockReturnValue(seconds * 1000)
    const figures = reader.read()
    jest.runAllTimers()
    return figures
  }
  now.mockReturnValue(0)
  withTree(nested, (root) => {
    const reader = new ContainerReader(root)
    write(root, `${folder}/pod/app/memory.max`, '100000\n')
    expect([59, 60, 61, 62].map((seconds) => readAfter(reader, seconds))).toMatchObject(
      [150_000, 150_000, 150_000, 100_000].map((limitBytes) => ({ limitBytes })),
    )
  })
  now.mockRestore()
  jest.useRealTimers()
})
