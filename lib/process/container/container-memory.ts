/** A group that sets a limit, and how much is charged to it. */
export interface LimitedGroup {
  /** Path within the hierarchy. */
  readonly group: string
  /** `memory.max`, or `memory.limit_in_bytes` in version 1; bytes. */
  readonly limitBytes: number
  /** `memory.current`, or `memory.usage_in_bytes`; bytes. Undefined where that file can't be read. */
  readonly usageBytes: number | undefined
}

/** How often a group met a limit, since the group was made. */
export interface MemoryEvents {
  /** Times that memory below the group's protection, `memory.low`, was taken back. Undefined in version 1. */
  readonly low: number | undefined
  /** Times that a process was slowed down to take memory back, as the group was above `memory.high`. Undefined in version 1. */
  readonly high: number | undefined
  /** Times that a charge met the limit. `max` of `memory.events`; version 1: `memory.failcnt`. */
  readonly max: number | undefined
  /** Times that a charge was about to fail, as taking memory back wasn't enough. Undefined in version 1. */
  readonly oom: number | undefined
  /**
   * Processes killed by the OOM killer. Version 2: `oom_kill` of `memory.events`, of the group and those within it. Version 1: `oom_kill`
   * of the own group's `memory.oom_control` (Linux 4.13), as that version counts a kill only in the group of the process that was killed.
   */
  readonly oomKill: number | undefined
}

/**
 * The memory control group of a process: what the kernel charges to it, and where it stops. Figures are bytes, and are those of {@link
 * measuredGroup} unless their comment says otherwise: of all processes in it and in the groups within it, and of the kernel's memory on
 * their behalf. A page is charged to the group that touched it first, and stays charged when a process moves. The kernel keeps usage in
 * batches for each processor and updates the parts only every two seconds, so parts and usage differ by up to some MiB.
 */
export interface ContainerMemory {
  readonly supported: true
  /** Version of the hierarchy that has the memory controller. Hosts that mount both are 1 where that controller is in version 1. */
  readonly version: 1 | 2
  /**
   * The process's group, a path within its hierarchy as `/proc/<pid>/cgroup` tells it: within a cgroup namespace it begins at the
   * namespace's root. All threads of a process are charged together; a thread that was moved to a threaded group of version 2 is charged to
   * the group that this one is in.
   */
  readonly group: string
  /**
   * The smallest limit of the group's and its ancestors', bytes, even where it is more than the machine has. Undefined when none sets one,
   * and when one couldn't be read, which is then named in {@link unreadable}. `memory.max`, `memory.limit_in_bytes`; in version 1 also
   * `hierarchical_memory_limit` of `memory.stat`, which knows ancestors outside of the mount. Version 2 has nothing like it: what is set
   * above a container's own root isn't seen from within.
   */
  readonly limitBytes: number | undefined
  /**
   * The group that sets {@link limitBytes}, the outermost of equals. Undefined when none does, and when it is outside of what is mounted
   * here (version 1).
   */
  readonly limitedBy: string | undefined
  /** All groups that set a limit, the innermost first. */
  readonly limits: readonly LimitedGroup[]
  /** The group that the figures below are of: the one that sets the limit, or else the innermost one that memory is charged to. */
  readonly measuredGroup: string
  /** The folder whose files these figures are. */
  readonly folder: string
  /**
   * All that is charged, page cache and the kernel's own memory included: what the limit is enforced on. `memory.current`,
   * `memory.usage_in_bytes`.
   */
  readonly usageBytes: number
  /** Usage less inactive page cache, never below 0: what kubelet and `kubectl top` show. Undefined where {@link inactiveFileBytes} is. */
  readonly workingSetBytes: number | undefined
  /**
   * What may still be charged before some group is at its limit: the smallest limit less usage of {@link limits}, never below 0. By usage,
   * as the kernel enforces it; page cache is part of it. At the limit the kernel takes back page cache first (see {@link activeFileBytes}),
   * and kills only where that isn't enough. Undefined without a limit, and where one or a usage isn't known.
   */
  readonly headroomBytes: number | undefined
  /** Memory that no file backs: heaps, stacks, V8. `anon` of `memory.stat`; version 1: `total_rss`. */
  readonly anonymousBytes: number | undefined
  /**
   * Page cache of files, and {@link sharedMemoryBytes}. `file`; version 1: `total_cache`. Files that a process reads or writes stay in it
   * after they are closed.
   */
  readonly fileBytes: number | undefined
  /** Page cache that wasn't used lately. `inactive_file`; version 1: `total_inactive_file`. The kernel takes it back first. */
  readonly inactiveFileBytes: number | undefined
  /**
   * Page cache that was used more than once. `active_file`; version 1: `total_active_file`. Taken back next; what is dirty has to be
   * written before.
   */
  readonly activeFileBytes: number | undefined
  /**
   * Shared memory, tmpfs, and anonymous memory that is shared; part of {@link fileBytes}, can only be swapped. `shmem`; version 1:
   * `total_shmem`.
   */
  readonly sharedMemoryBytes: number | undefined
  /**
   * The kernel's own memory. `kernel` (Linux 5.18); before, the sum of what is told: `slab`, `kernel_stack`, `pagetables`,
   * `sec_pagetables`, `percpu`, `vmalloc`, which may be too low. Version 1: `memory.kmem.usage_in_bytes`.
   */
  readonly kernelBytes: number | undefined
  /** The kernel's objects, such as inodes and directory entries; part of {@link kernelBytes}. `slab`. Undefined in version 1. */
  readonly slabBytes: number | undefined
  /** Buffers of sockets, apart from {@link kernelBytes}. `sock`. Version 1: `memory.kmem.tcp.usage_in_bytes`, which isn't part of usage there. */
  readonly socketBytes: number | undefined
  /** Page tables; part of {@link kernelBytes}. `pagetables`. Undefined in version 1. */
  readonly pageTableBytes: number | undefined
  /** The kernel's stacks of threads; part of {@link kernelBytes}. `kernel_stack`. Undefined in version 1. */
  readonly kernelStackBytes: number | undefined
  /** Swapped out, not part of usage. `memory.swap.current`; version 1: `total_swap`. Undefined where the kernel doesn't account swap. */
  readonly swapBytes: number | undefined
  /**
   * The smallest `memory.high` of the group's and its ancestors': above it processes are slowed down. Undefined in version 1, and when none
   * sets one.
   */
  readonly highBytes: number | undefined
  readonly events: MemoryEvents
  /**
   * Processes that share the charge: those of the measured group and of all groups within it. `cgroup.procs`. Undefined where one of these files
   * can't be read, and for more than 1,000 groups. In version 1 processes outside of this one's pid namespace aren't counted.
   */
  readonly processes: number | undefined
  /** Files that couldn't be read or understood, each with the reason: why a figure is undefined. Empty when the snapshot is complete. */
  readonly unreadable: readonly string[]
  /** What this reading cost, microseconds of this thread's time: some 30 for each file, about 1,000 in all. */
  readonly costMicros: number
}

/** The group couldn't be found or read. */
export interface NoContainerMemory {
  readonly supported: false
  /** Names the file and its error. */
  readonly reason: string
}

export type Container = ContainerMemory | NoContainerMemory

/** Options of `readContainer`. */
export interface ContainerOptions {
  /**
   * The process whose group is read, as this process's pid namespace numbers it; this process by default. Its group is told as seen from
   * this process's cgroup namespace.
   */
  readonly pid?: number
}
