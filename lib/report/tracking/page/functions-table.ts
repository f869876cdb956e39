import { formatShare } from '../../../figures/index.js'
import { appendVisible, make } from '../../line-profile/page/elements.js'
import type { PageFrame, PageStack } from '../page-data.js'
import { functionFigures } from './call-tree.js'
import type { Measure } from './measures.js'

const mostRows = 200

function headed(...titles: readonly string[]): HTMLElement {
  const heads = titles.map((title) => make('th', '', title))
  heads.forEach((head) => {
    head.setAttribute('scope', 'col')
  })
  return make('thead', '', make('tr', '', ...heads))
}

/** Functions by figures. A name shows its function's callers and callees. */
export function functionsTable(
  stacks: readonly PageStack[],
  frames: readonly PageFrame[],
  measure: Measure,
  isHit: (frame: number) => boolean,
  show: (frame: number) => void,
): HTMLElement {
  const all = functionFigures(stacks, frames, measure).filter(({ frame }) => isHit(frame))
  const sum = stacks.reduce((total, stack) => total + measure.of(stack), 0)
  const rows = all.slice(0, mostRows).map(({ frame, total, own }) => {
    const { name, place } = frames[frame] as PageFrame
    const button = make('button', 'name')
    button.setAttribute('type', 'button')
    button.title = place
    appendVisible(button, name)
    button.addEventListener('click', () => {
      show(frame)
    })
    const figures = [measure.format(own), formatShare(own / sum), measure.format(total), formatShare(total / sum)]
    return make('tr', '', ...figures.map((text) => make('td', '', text)), make('td', '', button))
  })
  const table = make('table', '', headed('by itself', '', 'with what it called', '', 'function'), make('tbody', '', ...rows))
  const about = make(
    'p',
    'faint',
    'By itself: a function of the program with what it called of node and of native code, any other without what it called.',
  )
  const rest = all.length > mostRows ? [make('p', 'faint', `${all.length - mostRows} more have less.`)] : []
  return make('div', '', about, table, ...rest)
}
