import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'

import { AllocscopeError } from '../../errors/index.js'
import { checkLoadSettings, runProfiled } from '../../profile/index.js'
import type { FunctionProfile, ProfiledProgram } from '../../profile/index.js'
import { makeTemporaryFolder } from '../../program/index.js'
import { settledOccurrences } from '../experiment.js'
import type { LabLine, LabLines } from '../experiment.js'
import type { ExampleCall } from './example-call.js'
import type { CallMoment } from './line-program.js'

/** V8's other threads would give freed pages back some 100 ms later, when another line runs. */
const collectingAtOnce: readonly string[] = ['--single-threaded-gc']

/** A function to profile, and the title of its table. */
export interface ProfiledCall extends ExampleCall {
  readonly title: string
  readonly functionName: string
}

function describeLines({ lines }: FunctionProfile, { startRssBytes }: CallMoment): LabLine[] {
  let memoryUsageBytes = startRssBytes
  return lines.map(({ line, text, occurrences, rssIncrementBytes, incrementBytes }) => {
    const described = { line, text, occurrences }
    if (occurrences === 0) return { ...described, memoryUsageBytes: undefined, incrementBytes: undefined, liveBytes: undefined }
    memoryUsageBytes += rssIncrementBytes
    const liveBytes = occurrences > settledOccurrences ? undefined : incrementBytes
    return { ...described, memoryUsageBytes, incrementBytes: rssIncrementBytes, liveBytes }
  })
}

function describeCall(profiled: FunctionProfile, moment: CallMoment, { title, functionName }: ProfiledCall): LabLines {
  const lines = describeLines(profiled, moment)
  const { startRssBytes, endRssBytes } = moment
  const withinLines = lines.reduce((sum, { incrementBytes }) => sum + (incrementBytes ?? 0), 0)
  const betweenBytes = endRssBytes - startRssBytes - withinLines
  return {
    kind: 'lines',
    title,
    functionName,
    file: path.basename(profiled.file),
    measuredBy: 'allocscope',
    startRssBytes,
    endRssBytes,
    betweenBytes,
    lines,
  }
}

/** The program has ended, and these are the functions of its main thread. */
type ProfiledExample = Omit<ProfiledProgram, 'profiles'> & { readonly functions: readonly FunctionProfile[] }

function readExample({ profiles, ...ending }: ProfiledProgram): ProfiledExample {
  const [first] = profiles
  return { ...ending, functions: first?.functions ?? [] }
}

function complain({ exitCode, signal, notes }: ProfiledExample, reason: string): never {
  const how = signal ?? `exit code ${exitCode ?? 0}`
  throw new AllocscopeError('ERR_ALLOCSCOPE_LAB_CUT_SHORT', [`${reason} (${how})`, ...notes].join('. '))
}

function readMoments(ended: ProfiledExample, file: string): readonly CallMoment[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as readonly CallMoment[]
  } catch {
    return complain(ended, 'The profiled program ended before it was done')
  }
}

/** Calls functions of an example in a process of their own under the line profiler, with a full collection around each line. */
export async function profileLines({ calls }: { readonly calls: readonly ProfiledCall[] }): Promise<readonly LabLines[]> {
  const folder = makeTemporaryFolder()
  try {
    const answer = path.join(folder, 'moments.json')
    const settings = checkLoadSettings({ mode: 'settle', functions: calls.map(({ functionName }) => functionName) })
    const program = path.join(__dirname, 'line-program.js')
    const { reported: ended } = await runProfiled(program, [answer, JSON.stringify(calls)], {
      settings,
      nodeOptions: collectingAtOnce,
      allocator: undefined,
      report: readExample,
    })
    const moments = readMoments(ended, answer)
    return calls.map((call, index) => {
      const profiled =
        ended.functions.find(({ name }) => name === call.functionName) ?? complain(ended, `No figures of ${call.functionName}`)
      return describeCall(profiled, moments[index] as CallMoment, call)
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
