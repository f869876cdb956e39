import { performance } from 'node:perf_hooks'

import { findEmbedded } from '../allocator/embedded/index.js'
import { getAllocatorStats } from '../allocator/index.js'
import type { OtherAllocator } from '../allocator/index.js'
import { isFailure, requireBinding, toError } from '../binding/index.js'
import { checkBoolean, checkNumber, readOptions } from '../errors/index.js'
import { collectFully, getHeapStats } from '../heap/index.js'
import { readResidency } from '../process/index.js'
import type { ReleaseOptions, ReleaseReport, ReleaseStep, ResidentMemory } from './release-report.js'
import { waitUntilStill } from './wait-until-still.js'
import { StallMeter } from './stall-meter.js'

const defaultSettleMs = 1000
const longestSettleMs = 600_000

type Done = Pick<ReleaseStep, 'calls'> &
  Partial<Pick<ReleaseStep, 'supported' | 'reason' | 'libraries' | 'arenasSkipped' | 'longestLockMs'>>

async function collect(): Promise<Done> {
  return { calls: await collectFully() }
}

async function settle(maxMs: number): Promise<Done> {
  const still = await waitUntilStill(maxMs)
  return { calls: 'none', reason: still ? undefined : `RSS didn't come to rest within ${maxMs} ms` }
}

async function purge(): Promise<Done> {
  const binding = requireBinding()
  binding.flushAllocatorThread()
  const answer = await binding.purgeAllocator()
  if (!isFailure(answer)) {
    const { calls, arenasSkipped, longestLockMillis } = answer
    const isGlibc = getAllocatorStats().allocator === 'glibc'
    return { calls, arenasSkipped: isGlibc ? arenasSkipped : undefined, longestLockMs: isGlibc ? longestLockMillis : undefined }
  }
  if (answer.failure.code === 'UNSUPPORTED') return { calls: 'none', supported: false, reason: answer.failure.message }
  throw toError(answer, getAllocatorStats().allocator)
}

/** Why a copy can't be asked, and what helps instead. */
function refusalOf({ allocator, setting }: OtherAllocator): string {
  const remedy = setting === undefined ? '' : `: ${setting} in the environment has it give memory back at once`
  return `this ${allocator} exports no call that would give memory back${remedy}`
}

/** Purges each allocator within a loaded library by itself, so that the report says what each gave back. */
async function purgeEmbedded(): Promise<ReleaseStep[]> {
  const { copies, purge: purgeCopy } = findEmbedded(requireBinding())
  const steps: ReleaseStep[] = []
  for (const copy of copies) {
    const { libraries, purgePlace } = copy
    const act = async (): Promise<Done> =>
      purgePlace === undefined
        ? { calls: 'none', supported: false, reason: refusalOf(copy), libraries }
        : { calls: await purgeCopy(purgePlace), libraries }
    steps.push(await perform('purge-embedded', act))
  }
  return steps
}

async function readResident(): Promise<ResidentMemory> {
  const { residentBytes, anonymousBytes } = await readResidency()
  const { usedBytes, committedBytes, externalBytes } = getHeapStats()
  const { mappedBytes } = getAllocatorStats()
  return { rssBytes: residentBytes, anonymousBytes, heap: { usedBytes, committedBytes, externalBytes }, mappedBytes }
}

async function perform(step: ReleaseStep['step'], act: () => Promise<Done>): Promise<ReleaseStep> {
  const before = await readResidency()
  const meter = new StallMeter()
  const startMs = performance.now()
  const done = await act().finally(() => meter.end())
  const longestStallMs = await meter.end()
  const durationMs = performance.now() - startMs
  const after = await readResidency()
  return {
    step,
    supported: true,
    reason: undefined,
    libraries: undefined,
    arenasSkipped: undefined,
    longestLockMs: undefined,
    ...done,
    durationMs,
    longestStallMs,
    returnedBytes: before.residentBytes - after.residentBytes,
    returnedAnonymousBytes: before.anonymousBytes - after.anonymousBytes,
  }
}

/** The options, checked and complete. */
export function checkReleaseOptions(options: unknown): Required<ReleaseOptions> {
  const given = readOptions(options, ['gc', 'purge', 'settleMs'])
  return {
    gc: checkBoolean('options.gc', given.gc, true),
    purge: checkBoolean('options.purge', given.purge, true),
    settleMs: checkNumber('options.settleMs', given.settleMs, 0, defaultSettleMs, longestSettleMs),
  }
}

/** Public: described where it is exported, in lib/index.ts. */
export async function releaseMemory(options?: ReleaseOptions): Promise<ReleaseReport> {
  const { gc, purge: purges, settleMs } = checkReleaseOptions(options)
  const startMs = performance.now()
  const before = await readResident()
  const steps: ReleaseStep[] = []
  if (gc) steps.push(await perform('gc', collect))
  if (settleMs > 0) steps.push(await perform('settle', () => settle(settleMs)))
  if (purges) steps.push(await perform('purge', purge), ...(await purgeEmbedded()))
  const after = await readResident()
  return {
    before,
    after,
    returnedBytes: before.rssBytes - after.rssBytes,
    steps,
    durationMs: performance.now() - startMs,
    longestStallMs: Math.max(0, ...steps.map(({ longestStallMs }) => longestStallMs)),
  }
}
