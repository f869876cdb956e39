import { readFileSync } from 'node:fs'

import { AttachedProcess, readAttached } from '../../lib/attach/index.js'
import type { AttachedReading } from '../../lib/attach/index.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { testWhere } from '../installed/test-where.js'
import { blockedSignals, tracesOf, whileBlocked, withTarget } from './target.js'
import { notAttachable } from './where-attachable.js'

async function readingOf(pid: number, detail: 'footprint' | 'usage' | 'arenas' = 'usage'): Promise<AttachedReading> {
  const attached = new AttachedProcess(pid)
  try {
    return await readAttached(attached, detail)
  } finally {
    attached.close()
  }
}

/** What glibc has mapped for single blocks. */
function mmappedBytes({ allocator }: AttachedReading): number {
  if (allocator.allocator !== 'glibc') throw new Error(`the target's allocator is ${allocator.allocator}`)
  return allocator.mmappedBytes ?? Number.NaN
}

const heldBytes = 96 * 1024 * 1024

if (notAttachable !== undefined) testWhere(notAttachable)('figures of another process', () => undefined)
else {
  testOnEachNode('the figures of a process are its own', async (node) => {
    await withTarget(node, async ({ pid, tell }) => {
      const before = await readingOf(pid)
      await tell({ do: 'hold', bytes: heldBytes })
      const after = await readingOf(pid, 'arenas')
      // A block of its own mapping, with the header and what the page rounds. All that had one before may have been freed meanwhile.
      expect(mmappedBytes(after)).toBeGreaterThanOrEqual(heldBytes)
      expect(mmappedBytes(after)).toBeLessThanOrEqual(mmappedBytes(before) + heldBytes + 8192)
      expect(after.allocator.missing).toEqual([])
      expect(after.heap?.arrayBufferBytes).toBeGreaterThanOrEqual(heldBytes)
      expect(after.heap?.limitBytes).toBe((await tell({ do: 'heap' }))['limitBytes'])
      expect(after.process.peakRssBytes).toBeGreaterThanOrEqual(before.process.rssBytes + heldBytes)
      expect(after.process.virtualBytes).toBeGreaterThan(after.process.rssBytes)
    })
  })

  testOnEachNode('nothing is left but the library, and what waits goes on waiting', async (node) => {
    await withTarget(node, async ({ pid, tell, output }) => {
      const before = tracesOf(pid)
      const blocked = blockedSignals(pid)
      for (let round = 0; round < 5; round++) await readingOf(pid)
      const after = tracesOf(pid)
      expect({ ...after, files: [], rssBytes: 0 }).toEqual({ ...before, files: [], rssBytes: 0 })
      expect(blockedSignals(pid)).toEqual(blocked)
      const added = after.files.filter((file) => !before.files.includes(file))
      expect(added).toEqual([expect.stringMatching(/allocscope\..*node$/)])
      expect(await tell({ do: 'ping' })).toEqual({ pong: true })
      expect(output()).toBe('')
    })
  })

  testOnEachNode('while JavaScript runs without end, native figures come and V8 has a reason', async (node) => {
    await withTarget(node, async ({ pid, tell, child }) => {
      expect(await tell({ do: 'spin', ms: 600_000 })).toEqual({ began: 'spin' })
      const reading = await readingOf(pid)
      expect(reading.allocator.missing).toEqual([])
      expect(reading.process.rssBytes).toBeGreaterThan(0)
      expect(reading).toMatchObject({ heap: undefined, heapReason: expect.stringMatching(/event loop is blocked/) as string })
      child.kill('SIGKILL')
    })
  })

  testOnEachNode('a script that came too late does no harm when the event loop is free again', async (node) => {
    await withTarget(node, async (target) => {
      const { pid, tell } = target
      await whileBlocked(target, async (free) => {
        const reading = await readingOf(pid)
        expect(reading.allocator.missing).toEqual([])
        expect(reading.heapReason).toMatch(/event loop is blocked/)
        await free()
      })
      expect(await tell({ do: 'ping' })).toEqual({ pong: true })
      expect((await readingOf(pid)).heap?.usedBytes).toBeGreaterThan(0)
    })
  })

  test('RSS is what the kernel says, and its price what the documents promise', async () => {
    await withTarget(process.execPath, async ({ pid }) => {
      const before = tracesOf(pid).rssBytes
      const { allocator } = await readingOf(pid)
      const statm = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * 4096
      expect(Math.abs((allocator.rssBytes ?? 0) - statm)).toBeLessThan(4 * 1024 * 1024)
      expect(tracesOf(pid).rssBytes - before).toBeLessThan(6 * 1024 * 1024)
    })
  })
}
