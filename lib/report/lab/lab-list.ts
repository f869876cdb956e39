import { formatCount } from '../../figures/index.js'
import { renderProse } from '../section.js'
import type { TextStyle } from '../text-style.js'

/** An experiment, as the list names it. */
export interface ListedExperiment {
  readonly name: string
  readonly summary: string
  readonly defaultCount: number
  readonly smallestCount: number
}

/** The experiments that there are: what `allocscope lab` prints without a name. */
export function renderLabList(experiments: readonly ListedExperiment[], style: TextStyle): string {
  const lines = experiments.flatMap(({ name, summary, defaultCount, smallestCount }, index) => [
    `  ${index + 1}. ${style.accent(name)}`,
    ...renderProse(`${summary}.`, '     ', style),
    style.dim(`     --n ${formatCount(defaultCount)} by default, ${formatCount(smallestCount)} at least`),
  ])
  return `${[style.bold('Experiments: allocscope lab <name>, or all'), '', ...lines].join('\n')}\n`
}
