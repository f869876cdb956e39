import { areApart, comparable, spreadOf, valuesOf } from './judge.js'
import type { ComparedRun, ComparedSetting, ComparisonNote, Spread } from './comparison.js'
import { overriddenVariables } from './setting-environment.js'

/** Processors kept busy may differ by this share before runs count as unlike: the allocator's own work differs too. */
const busyShare = 0.25

function unlikeThreads(first: ComparedSetting, other: ComparedSetting): readonly string[] {
  const [one, two] = [first, other].map(({ runs }) => spreadOf(valuesOf(runs, 'mostThreads')))
  if (one === undefined || two === undefined || !areApart(one, two)) return []
  return [`up to ${two.median} threads, ${one.median} under ${first.setting.label}`]
}

function processorsBusy(run: ComparedRun): number | undefined {
  const { cpuMs, wallMs } = run.figures
  return cpuMs === undefined || wallMs === undefined ? undefined : cpuMs / wallMs
}

function busySpread({ runs }: ComparedSetting): Spread | undefined {
  return spreadOf(runs.map(processorsBusy).filter((value) => value !== undefined))
}

function unlikeProcessors(first: ComparedSetting, other: ComparedSetting): readonly string[] {
  const [one, two] = [busySpread(first), busySpread(other)]
  // A single run's share is at the mercy of whatever else the machine did.
  if (one === undefined || two === undefined || one.runs < 2 || two.runs < 2 || !areApart(one, two)) return []
  if (Math.abs(two.median / one.median - 1) <= busyShare) return []
  return [`${two.median.toFixed(1)} processors kept busy, ${one.median.toFixed(1)} under ${first.setting.label}`]
}

/** Where a setting seems to have changed the program itself, not only its memory. */
function unlikeNotes(settings: readonly ComparedSetting[], isDriven: boolean): readonly ComparisonNote[] {
  const [first, ...others] = comparable(settings)
  if (first === undefined) return []
  return others.flatMap((other) => {
    const signs = [...unlikeThreads(first, other), ...(isDriven ? [] : unlikeProcessors(first, other))]
    if (signs.length === 0) return []
    const message = `${other.setting.label}: its runs aren't alike: ${signs.join('; ')}. The setting may have changed what the program does.`
    return [{ kind: 'unlike' as const, message }]
  })
}

function failureNotes({ setting, missing, runs, failures }: ComparedSetting): readonly ComparisonNote[] {
  if (missing !== undefined) return [{ kind: 'missing', message: `${setting.label}: ${missing}` }]
  if (failures.length === 0) return []
  const all = failures.length + runs.length
  const reasons = [...new Set(failures.map(({ reason }) => reason))].join('; ')
  const how = runs.length === 0 ? (all === 1 ? 'failed' : `failed in all ${all} runs`) : `failed in ${failures.length} of ${all} runs`
  return [{ kind: 'failed', message: `${setting.label} ${how}: ${reasons}` }]
}

function mismatchNotes({ setting, runs }: ComparedSetting): readonly ComparisonNote[] {
  const asked = setting.allocator?.allocator
  const others = new Set(runs.map(({ allocator }) => allocator?.name).filter((name) => name !== undefined && name !== asked))
  if (asked === undefined || others.size === 0) return []
  const message = `${setting.label}: ${asked} was asked for, but ${[...others].join(', ')} served malloc: the figures are not ${asked}'s.`
  return [{ kind: 'allocator-mismatch', message }]
}

function runNotes({ setting, runs }: ComparedSetting): readonly ComparisonNote[] {
  const messages = new Set(runs.flatMap(({ notes }) => notes))
  return Array.from(messages, (message) => {
    const times = runs.filter(({ notes }) => notes.includes(message)).length
    return { kind: 'run', message: `${setting.label}, ${times} of ${runs.length} runs: ${message}` }
  })
}

function environmentNotes(settings: readonly ComparedSetting[]): readonly ComparisonNote[] {
  const names = settings.some(({ setting }) => setting.allocator !== undefined) ? overriddenVariables(process.env) : []
  if (names.length === 0) return []
  return [{ kind: 'environment', message: `${names.join(', ')} in the environment: left out, as each row names all that it sets.` }]
}

/** What a reader must know, the gravest first. */
export function describeNotes(settings: readonly ComparedSetting[], isDriven: boolean): readonly ComparisonNote[] {
  return [
    ...settings.flatMap(failureNotes),
    ...settings.flatMap(mismatchNotes),
    ...unlikeNotes(settings, isDriven),
    ...settings.flatMap(runNotes),
    ...environmentNotes(settings),
  ]
}
