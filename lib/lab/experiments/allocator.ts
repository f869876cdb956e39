import { formatBytes, formatCount } from '../../figures/index.js'
import type { LabCell, LabFinding, LabPart, LabTable } from '../experiment.js'
import { stateThat } from '../experiment.js'
import { blockBytes, keptOneIn } from '../steps/free-blocks.js'
import type { FreedBlocks, FreeingOrder } from '../steps/free-blocks.js'
import type { MovedThresholds } from '../steps/move-thresholds.js'
import type { Bench, Experiment } from './bench.js'

const orders: readonly FreeingOrder[] = ['all', 'newest half', 'oldest half', 'all but scattered ones']
/** Below the 32 MiB that glibc's dynamic threshold may reach at most. */
const thresholdBlockBytes = 24 * 1024 ** 2

type Measured = readonly (readonly [order: FreeingOrder, blocks: FreedBlocks])[]

function orderTable(measured: Measured, count: number): LabTable {
  const rows = measured.map(([order, { held, freed, purged, inUseBytes }]): Record<string, LabCell> => ({
    order,
    inUseBytes,
    heldRssBytes: held.rssBytes,
    freedRssBytes: freed.rssBytes,
    purgedRssBytes: purged.rssBytes,
    freedMappedBytes: freed.mappedBytes,
    purgedMappedBytes: purged.mappedBytes,
  }))
  return {
    kind: 'table',
    title: `${formatCount(count)} blocks of ${blockBytes} bytes, freed in different orders: beyond the start`,
    columns: [
      { key: 'order', title: 'freed', unit: 'text' },
      { key: 'inUseBytes', title: 'in use', unit: 'bytes' },
      { key: 'heldRssBytes', title: 'RSS before', unit: 'bytes' },
      { key: 'freedRssBytes', title: 'freed', unit: 'bytes' },
      { key: 'purgedRssBytes', title: 'purged', unit: 'bytes' },
      { key: 'freedMappedBytes', title: 'mapped', unit: 'bytes' },
    ],
    rows,
    notes: [
      'in use: the blocks that are kept. RSS before freeing, after it with everything collected, and after a purge. mapped: what the allocator has from ' +
        'the system after freeing, resident or not.',
      `A block is the memory of an ArrayBuffer: malloc serves ${blockBytes} bytes of it and some 150 that node and V8 note about it.`,
      `Scattered: one in ${keptOneIn} is kept, and each keeps the page that it lies on.`,
    ],
  }
}

function thresholdTable({ blockBytes: freed, before, after }: MovedThresholds, allocator: string): LabTable {
  const unknown = `They are glibc's; ${allocator} serves malloc here, or its layout isn't proved.`
  return {
    kind: 'table',
    title: `glibc's thresholds, before and after one block of ${formatBytes(freed)} was freed`,
    columns: [
      { key: 'threshold', title: 'threshold', unit: 'text' },
      { key: 'beforeBytes', title: 'before', unit: 'bytes' },
      { key: 'afterBytes', title: 'after', unit: 'bytes' },
    ],
    rows: [
      { threshold: 'mmap', beforeBytes: before?.mmapThresholdBytes, afterBytes: after?.mmapThresholdBytes },
      { threshold: 'trim', beforeBytes: before?.trimThresholdBytes, afterBytes: after?.trimThresholdBytes },
    ],
    notes: [
      ...(before === undefined || after === undefined ? [unknown] : []),
      'mmap: larger blocks get a mapping of their own, which goes back when they are freed. trim: the free top goes back when it is larger.',
      'A program that frees one large block has smaller ones in its arenas from then on: the highest moment sets the footprint.',
    ],
  }
}

function courses(measured: Measured): LabPart {
  return {
    kind: 'courses',
    title: 'What the allocator has from the system, over time',
    courses: measured.map(([order, { course }]) => ({ name: order, bytes: course })),
    notes: ['Seen by watchArenas() every 5 ms: blocks taken, freed, collected, purged.'],
  }
}

async function perform({ count, measure }: Bench): Promise<LabFinding> {
  const measured: [FreeingOrder, FreedBlocks][] = []
  for (const order of orders) measured.push([order, await measure(`Free ${order}`, 'free-blocks', { order, count })])
  const moved = await measure('Free a large block', 'move-thresholds', { blockBytes: thresholdBlockBytes })
  const [, scattered] = measured.at(-1) as [FreeingOrder, FreedBlocks]
  const { allocator, inUseBytes, purged, freed } = scattered
  return {
    parts: [orderTable(measured, count), courses(measured), thresholdTable(moved, allocator)],
    statement: stateThat(
      `With ${formatBytes(inUseBytes)} of scattered blocks in use, ${formatBytes(freed.rssBytes)} stayed resident under ${allocator}; a purge got it down to ` +
        `${formatBytes(purged.rssBytes)}, as small blocks pin their pages.`,
      [
        { name: 'blocks in use', bytes: inUseBytes },
        { name: 'RSS after a purge', bytes: purged.rssBytes },
        { name: 'RSS after freeing', bytes: freed.rssBytes },
      ],
    ),
  }
}

export const allocatorExperiment: Experiment = {
  name: 'allocator',
  title: 'The allocator',
  summary: 'blocks freed in different orders: what stays, what pins a page, what moves a threshold',
  defaultCount: 200_000,
  smallestCount: 20_000,
  steps: orders.length + 1,
  perform,
}
