import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** Files by their paths on the machine that they are of. */
export type Tree = Readonly<Record<string, string | Buffer>>

/** Writes the files of a machine below a folder, and reads there. */
export function withTree<Result>(tree: Tree, read: (root: string) => Result): Result {
  const root = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
  try {
    for (const [file, text] of Object.entries(tree)) {
      mkdirSync(path.dirname(root + file), { recursive: true })
      writeFileSync(root + file, text)
    }
    return read(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}

/** The files of one group, in its folder. */
export function groupIn(folder: string, files: Tree): Tree {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]))
}

const unlimited = '9223372036854771712\n'

/** A group of version 1 whose `memory.stat` says that this is the smallest limit of all ancestors. */
export function firstGroup(usage: number, limit: string, hierarchical: string): Tree {
  return {
    'cgroup.procs': '1\n7\n',
    'memory.usage_in_bytes': `${usage}\n`,
    'memory.limit_in_bytes': limit === 'unlimited' ? unlimited : `${limit}\n`,
    'memory.use_hierarchy': '1\n',
    'memory.failcnt': '5\n',
    'memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n',
    'memory.kmem.usage_in_bytes': '3000\n',
    'memory.kmem.tcp.usage_in_bytes': '200\n',
    'memory.stat': [
      ...['cache 1', 'rss 2', 'shmem 3', 'swap 4', 'inactive_file 5', 'active_file 6'],
      `hierarchical_memory_limit ${hierarchical === 'unlimited' ? unlimited.trim() : hierarchical}`,
      ...['total_cache 70000', 'total_rss 20000', 'total_shmem 9000', 'total_swap 400'],
      ...['total_inactive_file 50000', 'total_active_file 11000', ''],
    ].join('\n'),
  }
}

/** A group of version 2. */
export function secondGroup(usage: number, limit: string, high = 'max'): Tree {
  return {
    'cgroup.procs': '12\n13\n',
    'cgroup.controllers': 'cpu memory\n',
    'memory.current': `${usage}\n`,
    'memory.max': `${limit}\n`,
    'memory.high': `${high}\n`,
    'memory.swap.current': '4096\n',
    'memory.events': 'low 1\nhigh 2\nmax 3\noom 4\noom_kill 5\noom_group_kill 6\n',
    'memory.stat': [
      ...['anon 20000', 'file 70000', 'kernel 3000', 'kernel_stack 100', 'pagetables 200', 'sock 300', 'shmem 9000'],
      ...['inactive_file 50000', 'active_file 11000', 'slab_reclaimable 400', 'slab_unreclaimable 500', 'slab 900', ''],
    ].join('\n'),
  }
}
