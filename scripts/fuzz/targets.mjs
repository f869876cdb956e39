// Under what the fuzzer runs: Node versions, allocators, and flags of V8's that collect at bad moments.
import { spawnSync } from 'node:child_process'
import path from 'node:path'

import { root } from '../lint/run-step.mjs'
import { installedNodes } from '../testing/glibcs.mjs'
import { findPreloads } from '../testing/preloads.mjs'

/** Each is a run of its own; the first has none. */
const flagSets = [
  [],
  ['--gc-interval=500'],
  ['--stress-compaction'],
  ['--jitless'],
  ['--max-semi-space-size=1'],
  ['--max-semi-space-size=1', '--gc-interval=200', '--stress-compaction', '--jitless'],
]

/** What the values need is bounded to this. So work that grows with them is found out. */
const heapFlags = ['--max-old-space-size=256']

/** AddressSanitizer, whose malloc is then the live one. It watches a copy of the package that is built for it. */
function sanitizer() {
  const { stdout } = spawnSync(process.env.CXX ?? 'g++', ['-print-file-name=libasan.so'], { encoding: 'utf8' })
  const file = stdout?.trim() ?? ''
  return { allocator: 'asan', file: path.isAbsolute(file) ? file : undefined, checkout: path.join(root, '.cache', 'sanitize', 'package') }
}

const ofSanitizer = { ASAN_OPTIONS: 'detect_leaks=0:verify_asan_link_order=0', UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1' }

function takesFlags(binary, flags) {
  return spawnSync(binary, [...flags, '-e', '0'], { stdio: 'ignore' }).status === 0
}

function nodesNamed(majors, skip) {
  const installed = installedNodes()
  const wanted = majors ?? installed.map(({ major }) => major)
  const missing = wanted.filter((major) => !installed.some((node) => node.major === major))
  for (const major of missing) skip(`Node ${major} isn't installed: scripts/install-test-tools.sh installs it`)
  return installed.filter(({ major }) => wanted.includes(major))
}

function allocatorsNamed(names, skip) {
  const known = [{ allocator: 'glibc', file: '' }, ...findPreloads().filter(({ allocator }) => allocator !== 'unknown'), sanitizer()]
  return names.flatMap((name) => {
    const found = known.find(({ allocator }) => allocator === name)
    if (found === undefined) throw new Error(`--allocator: ${name} is none of ${known.map(({ allocator }) => allocator).join(', ')}`)
    if (found.file === undefined) skip(`${name} isn't installed: scripts/install-test-tools.sh installs it`)
    return found.file === undefined ? [] : [{ allocator: name, preload: found.file, checkout: found.checkout ?? root }]
  })
}

/**
 * Every combination of them, those of one set of flags after those of another, but so that neighbours differ in all: little time meets many kinds.
 * `skip` is told what can't be run. `flags` are the only ones to use.
 */
export function findTargets({ majors, allocators, flags }, skip) {
  const nodes = nodesNamed(majors, skip)
  const preloads = allocatorsNamed(allocators, skip)
  const sets = flags === undefined ? flagSets : [flags]
  const pairs = preloads.flatMap((preload) => nodes.map((node) => ({ ...node, ...preload })))
  const targets = sets.flatMap((_, turn) => pairs.map((pair, index) => ({ ...pair, flags: sets[(turn + index) % sets.length] })))
  return targets.filter((target) => {
    const takes = takesFlags(target.binary, target.flags)
    if (!takes) skip(`Node ${target.major} doesn't take ${target.flags.join(' ')}`)
    return takes
  })
}

/** The command and environment of one target, for what scripts/fuzz/child.cjs shall do. */
export function commandOf({ binary, allocator, preload, checkout, flags }, order) {
  const ofAllocator = allocator === 'asan' ? ofSanitizer : { PREBUILDS_ONLY: '1' }
  const env = { ...process.env, ...ofAllocator, LD_PRELOAD: preload }
  if (preload === '') delete env.LD_PRELOAD
  return { command: binary, args: [...heapFlags, ...flags, path.join(checkout, 'scripts', 'fuzz', 'child.cjs'), order], env }
}

export function nameOf({ major, allocator, flags }) {
  return `Node ${major}, ${allocator}, ${flags.length === 0 ? 'no flags' : flags.join(' ')}`
}
