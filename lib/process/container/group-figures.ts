import type { ContainerMemory, MemoryEvents } from './container-memory.js'
import { readFigure } from './group-levels.js'
import type { GroupLevel } from './group-levels.js'
import { parseFigures } from './kernel-files.js'
import type { KernelFiles } from './kernel-files.js'

type PartName =
  | 'anonymousBytes'
  | 'fileBytes'
  | 'inactiveFileBytes'
  | 'activeFileBytes'
  | 'sharedMemoryBytes'
  | 'kernelBytes'
  | 'slabBytes'
  | 'socketBytes'
  | 'pageTableBytes'
  | 'kernelStackBytes'
  | 'swapBytes'

/** What a group's usage is made of. */
export type GroupParts = Pick<ContainerMemory, PartName>

type Figures = ReadonlyMap<string, number>

function sumOf(stat: Figures, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + (stat.get(name) ?? 0), 0)
}

function slabOf(stat: Figures): number | undefined {
  const [reclaimable, other] = [stat.get('slab_reclaimable'), stat.get('slab_unreclaimable')]
  return stat.get('slab') ?? (reclaimable === undefined || other === undefined ? undefined : reclaimable + other)
}

function kernelOf(stat: Figures): number | undefined {
  const slab = slabOf(stat)
  const others = ['kernel_stack', 'pagetables', 'sec_pagetables', 'percpu', 'vmalloc']
  return stat.get('kernel') ?? (slab === undefined ? undefined : slab + sumOf(stat, others))
}

function readSecondParts(files: KernelFiles, level: GroupLevel): GroupParts {
  const stat = parseFigures(files.read(`${level.folder}/memory.stat`))
  return {
    anonymousBytes: stat.get('anon'),
    fileBytes: stat.get('file'),
    inactiveFileBytes: stat.get('inactive_file'),
    activeFileBytes: stat.get('active_file'),
    sharedMemoryBytes: stat.get('shmem'),
    kernelBytes: kernelOf(stat),
    slabBytes: slabOf(stat),
    socketBytes: stat.get('sock'),
    pageTableBytes: stat.get('pagetables'),
    kernelStackBytes: stat.get('kernel_stack'),
    swapBytes: readFigure(files, level, 'memory.swap.current'),
  }
}

/** The names without `total_` are of the group without those within it. */
function readFirstParts(files: KernelFiles, level: GroupLevel): GroupParts {
  const stat = parseFigures(files.read(`${level.folder}/memory.stat`))
  return {
    anonymousBytes: stat.get('total_rss'),
    fileBytes: stat.get('total_cache'),
    inactiveFileBytes: stat.get('total_inactive_file'),
    activeFileBytes: stat.get('total_active_file'),
    sharedMemoryBytes: stat.get('total_shmem'),
    kernelBytes: readFigure(files, level, 'memory.kmem.usage_in_bytes'),
    slabBytes: undefined,
    socketBytes: readFigure(files, level, 'memory.kmem.tcp.usage_in_bytes'),
    pageTableBytes: undefined,
    kernelStackBytes: undefined,
    swapBytes: stat.get('total_swap'),
  }
}

/** What the usage of `level` is made of. */
export function readParts(files: KernelFiles, version: 1 | 2, level: GroupLevel): GroupParts {
  return version === 1 ? readFirstParts(files, level) : readSecondParts(files, level)
}

/** How often `level` met its limit; `own` is the process's own group. */
export function readEvents(files: KernelFiles, version: 1 | 2, level: GroupLevel, own: GroupLevel): MemoryEvents {
  if (version === 1) {
    const control = parseFigures(files.read(`${own.folder}/memory.oom_control`))
    const max = readFigure(files, level, 'memory.failcnt')
    return { low: undefined, high: undefined, max, oom: undefined, oomKill: control.get('oom_kill') }
  }
  const events = parseFigures(files.read(`${level.folder}/memory.events`))
  const [low, high, max, oom, oomKill] = ['low', 'high', 'max', 'oom', 'oom_kill'].map((name) => events.get(name))
  return { low, high, max, oom, oomKill }
}
