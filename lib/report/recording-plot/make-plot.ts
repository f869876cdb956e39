import { formatCount } from '../../figures/index.js'
import type { ProcessCourse, RecordedMark } from '../../record/index.js'
import { stackOrder } from '../owner-palette.js'
import { nameWithThread } from '../thread-name.js'
import { collectionsOf, cropCourse, sumCourses } from './plot-model.js'
import type { Plot, PlotChoice, PlotLine, PlottedRecording } from './plot-model.js'
import { commandOf, describeRecording, fileName, notesOf, processName } from './recording-words.js'

/** The program's own course, or that of the first process that has samples. */
function firstCourse({ courses }: PlottedRecording): ProcessCourse | undefined {
  return courses.find((course) => course !== undefined)
}

function shift(course: ProcessCourse): ProcessCourse {
  const first = course.timeMs[0] as number
  return { ...course, timeMs: course.timeMs.map((moment) => moment - first) }
}

function lineOf(name: string, course: ProcessCourse | undefined): PlotLine[] {
  return course === undefined ? [] : [{ name, timeMs: course.timeMs, bytes: course.rssBytes }]
}

/** The lines of other processes than the one that is shown by owner. */
function otherLines({ recording, courses }: PlottedRecording, shown: number, { fromMs, toMs }: PlotChoice): readonly PlotLine[] {
  return courses.flatMap((course, number) => {
    const process = recording.processes[number]
    if (course === undefined || process === undefined || number === shown) return []
    return lineOf(processName(process), cropCourse(course, fromMs, toMs))
  })
}

/** From the first sample to the last, or as it was chosen. */
function extentOf(
  parts: readonly { readonly timeMs: Float64Array }[],
  { fromMs, toMs }: PlotChoice,
): { readonly fromMs: number; readonly toMs: number } {
  const known = parts.filter(({ timeMs }) => timeMs.length > 0)
  const first = Math.min(...known.map(({ timeMs }) => timeMs[0] as number))
  const last = Math.max(...known.map(({ timeMs }) => timeMs.at(-1) as number))
  return { fromMs: Math.max(first, fromMs ?? -Infinity), toMs: Math.min(last, toMs ?? Infinity) }
}

function plotOne(plotted: PlottedRecording, choice: PlotChoice): Plot | undefined {
  const { recording, courses } = plotted
  const number = choice.process ?? firstCourse(plotted)?.process ?? 0
  const whole = choice.children ? sumCourses(plotted, stackOrder) : courses[number]
  const stack = whole === undefined ? undefined : cropCourse(whole, choice.fromMs, choice.toMs)
  if (stack === undefined) return undefined
  const lines = choice.children || choice.process !== undefined ? [] : otherLines(plotted, number, choice)
  const { fromMs, toMs } = extentOf([stack, ...lines], choice)
  const isShown = (process: number): boolean => choice.children || process === number
  const isWithin = ({ process, timeMs }: RecordedMark): boolean => isShown(process) && timeMs >= fromMs && timeMs <= toMs
  const process = recording.processes[number]
  return {
    title: commandOf(recording),
    facts: describeRecording(plotted),
    notes: notesOf(recording),
    fromMs,
    toMs,
    stack,
    stackName: choice.children ? 'all processes' : process === undefined ? '' : processName(process),
    lines,
    marks: recording.marks
      .filter(isWithin)
      .sort((one, other) => one.timeMs - other.timeMs)
      .map((mark) => ({ ...mark, name: nameWithThread(mark) })),
    spans: recording.spans
      .filter((span) => isShown(span.process) && span.endMs >= fromMs && span.startMs <= toMs)
      .sort((one, other) => one.startMs - other.startMs || one.depth - other.depth)
      .map((span) => ({ ...span, name: nameWithThread(span) })),
    collections: collectionsOf(recording, choice.children ? undefined : number).filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs),
  }
}

/** A recording's line in a picture of several: its program's RSS, or that of all its processes. */
function lineOfRecording(plotted: PlottedRecording, choice: PlotChoice): readonly PlotLine[] {
  const { recording } = plotted
  const course = choice.children ? sumCourses(plotted, stackOrder) : firstCourse(plotted)
  if (course === undefined) return []
  return lineOf(`${fileName(recording)}: ${commandOf(recording)}`, cropCourse(shift(course), choice.fromMs, choice.toMs))
}

/**
 * What a picture of these recordings shows: one by owner, several as lines that begin at the same moment. Undefined when there is no sample in the time that
 * was chosen.
 */
export function makePlot(recordings: readonly PlottedRecording[], choice: PlotChoice): Plot | undefined {
  const [only] = recordings
  if (recordings.length === 1 && only !== undefined) return plotOne(only, choice)
  const lines = recordings.flatMap((plotted) => lineOfRecording(plotted, choice))
  if (lines.length === 0) return undefined
  return {
    title: `${formatCount(recordings.length)} recordings`,
    facts: 'RSS from the first sample of each',
    notes: recordings.flatMap(({ recording }) => notesOf(recording).map((note) => `${fileName(recording)}: ${note}`)),
    ...extentOf(lines, choice),
    stack: undefined,
    stackName: '',
    lines,
    marks: [],
    spans: [],
    collections: [],
  }
}
