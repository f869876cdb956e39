import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { AttachedProcess, readAttached } from '../../lib/attach/index.js'
import type { AttachedReading } from '../../lib/attach/index.js'
import type { HeapWords } from '../../lib/heap/heap-stats.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { testWhere } from '../installed/test-where.js'
import { blockedSignals, endAfterBlocked, tracesOf, whileBlocked, withTarget } from './target.js'
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

const mebibyte = 1024 * 1024
const heldBytes = 96 * mebibyte

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

  testOnEachNode('while JavaScript runs without end, V8 tells its heap in the midst of it', async (node) => {
    await withTarget(node, async ({ pid, tell, child }) => {
      const lists = 6000
      const contexts = 5
      const told = (await tell({ do: 'spinHeld', lists, contexts })) as unknown as HeapWords
      const { allocator, heap, heapReason } = await readingOf(pid)
      expect([allocator.missing, heapReason]).toEqual([[], undefined])
      expect(heap).toMatchObject({
        source: 'v8::Isolate::RequestInterrupt',
        arrayBufferBytes: undefined,
        limitBytes: told.heap.heap_size_limit,
        nativeContexts: contexts + 1,
        detachedContexts: 0,
        globalHandles: { committedBytes: told.heap.total_global_handles_size, usedBytes: told.heap.used_global_handles_size },
      })
      expect(heap?.spaces.map(({ name }) => name)).toEqual(told.spaces.map((space) => space.space_name))
      const large = (spaces: readonly (number | undefined)[]): number => Math.max(...spaces.map((bytes) => bytes ?? 0))
      // What compilers had in hand, and what a message took, comes and goes.
      const pairs = [
        [heap?.usedBytes, told.heap.used_heap_size],
        [heap?.externalBytes, told.heap.external_memory],
        [heap?.mallocedBytes, told.heap.malloced_memory],
        [large(heap?.spaces.map(({ usedBytes }) => usedBytes) ?? []), large(told.spaces.map((space) => space.space_used_size))],
      ] as const
      for (const [found, known] of pairs) expect(Math.abs((found ?? Number.NaN) - known)).toBeLessThan(2 ** 20)
      expect(heap?.usedBytes).toBeGreaterThan(lists * 8000)
      expect(heap?.committedBytes).toBeGreaterThanOrEqual(heap?.usedBytes ?? Number.NaN)
      child.kill('SIGKILL')
    })
  })

  testOnEachNode('JavaScript that allocates without end is interrupted again and again, and keeps what it has', async (node) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
    await withTarget(node, async (target) => {
      const stop = path.join(folder, 'stop')
      expect(await target.tell({ do: 'churn', stop })).toEqual({ began: 'churn' })
      const done = target.next()
      const attached = new AttachedProcess(target.pid)
      const used: number[] = []
      for (let round = 0; round < 30; round++) {
        const taken = await attached.evaluateOrInterrupt('0', 50)
        // A thread that has to wait for its processor may come too late once.
        if ('heap' in taken) used.push(taken.heap.used_heap_size)
      }
      attached.close()
      writeFileSync(stop, '')
      const { wrong, least, most } = (await done) as { readonly wrong: number; readonly least: number; readonly most: number }
      expect(wrong).toBe(0)
      expect(used.length).toBeGreaterThan(0)
      // Between two looks of its own it may collect, and may fill its young generation.
      const youngBytes = 64 * mebibyte
      expect(Math.min(...used)).toBeGreaterThan(least / 2)
      expect(Math.max(...used)).toBeLessThan(most + youngBytes)
      expect(await target.tell({ do: 'ping' })).toEqual({ pong: true })
    })
    rmSync(folder, { recursive: true })
  })

  testOnEachNode('an interrupt that is pending when a program ends does no harm', async (node) => {
    await withTarget(node, async (target) => {
      const ended = await endAfterBlocked(target, async (free) => {
        expect((await readingOf(target.pid)).heapReason).toMatch(/event loop is blocked/)
        await free()
      })
      expect(ended).toBe(0)
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
