import { comparedFigures } from './comparison.js'
import type { ComparedFigure, ComparedRun, ComparedSetting, Finding, Spread } from './comparison.js'
import { adjustByHolm, rankTest, smallestP } from './rank-test.js'

/** The chance that is taken of calling noise a difference, for all comparisons of a figure together. */
export const level = 0.05

type Figure = keyof ComparedRun['figures']

/** The known values of a figure, one for each run. */
export function valuesOf(runs: readonly ComparedRun[], figure: Figure): readonly number[] {
  return runs.map(({ figures }) => figures[figure]).filter((value) => value !== undefined)
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2
}

/** Median, lowest and highest; undefined when no value is known. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined
  const sorted = [...values].sort((one, other) => one - other)
  return { median: median(sorted), lowest: sorted[0] as number, highest: sorted.at(-1) as number, runs: values.length }
}

/** Whether two spreads have no value in common. */
export function areApart(one: Spread, other: Spread): boolean {
  return one.highest < other.lowest || other.highest < one.lowest
}

/** The rows with which the first one can be compared: those that ran. */
export function comparable(settings: readonly ComparedSetting[]): readonly ComparedSetting[] {
  return settings.filter(({ runs }) => runs.length > 0)
}

function judgeFigure(figure: ComparedFigure, [first, ...others]: readonly ComparedSetting[]): readonly Finding[] {
  const baseline = valuesOf(first?.runs ?? [], figure)
  const samples = others
    .map(({ setting, runs }) => ({ label: setting.label, values: valuesOf(runs, figure) }))
    .filter(({ values }) => values.length > 0 && baseline.length > 0)
  const pValues = samples.map(({ values }) => rankTest(baseline, values))
  const adjusted = adjustByHolm(pValues)
  return samples.map(({ label, values }, index) => {
    const [one, other] = [spreadOf(baseline) as Spread, spreadOf(values) as Spread]
    const adjustedP = adjusted[index] as number
    const couldTell = smallestP(baseline.length, values.length) * samples.length <= level
    return {
      figure,
      label,
      verdict: adjustedP <= level ? 'differs' : couldTell ? 'not-shown' : 'too-few-runs',
      pValue: pValues[index] as number,
      adjustedP,
      difference: other.median - one.median,
      isApart: areApart(one, other),
    }
  })
}

/** Compares each row that ran with the first that did, figure by figure. */
export function judge(settings: readonly ComparedSetting[]): readonly Finding[] {
  return comparedFigures.flatMap((figure) => judgeFigure(figure, comparable(settings)))
}
