import { spawnSync } from 'node:child_process'
import os from 'node:os'

/**
 * What runs a command, and all that it starts, without the kernel's randomisation of addresses; nothing where that isn't allowed. In one start of Node 20
 * in 90 V8's code lies right behind the heap of brk (findings/code-range-blocks-brk.sh). glibc's main arena is in several pieces then, of which less is
 * known: a test of its figures in a process of Node 20 would fail one time in 90. Without randomisation there was none in 600 starts. What is said in
 * such a process has tests of its own, which block the break themselves.
 */
export function withFixedAddresses() {
  const prefix = ['setarch', os.machine(), '-R']
  const isAllowed = spawnSync(prefix[0], [...prefix.slice(1), 'true']).status === 0
  if (!isAllowed) console.log("addresses are random: `setarch -R` isn't allowed here, so a test of glibc's figures may fail under Node 20")
  return isAllowed ? prefix : []
}
