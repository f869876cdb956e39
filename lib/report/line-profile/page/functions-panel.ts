import { formatByteChange, formatBytes, formatCount } from '../../../figures/index.js'
import type { FunctionProfile } from '../../../profile/index.js'
import { appendVisible, make } from './elements.js'
import type { PageState, SortKey } from './page-state.js'
import { showSource } from './source-panel.js'

function sortValue(one: FunctionProfile, key: SortKey): number | string {
  if (key === 'name') return one.name
  if (key === 'calls') return one.calls
  if (key === 'allocated') return one.allocatedBytes
  return key === 'increment' ? one.incrementBytes : (one.peakRssBytes ?? -1)
}

export function visibleFunctions({ profile, sort, ascending, filter }: PageState): FunctionProfile[] {
  const wanted = filter.toLowerCase()
  const found = profile.functions.filter(({ name, file }) => `${name}\n${file}`.toLowerCase().includes(wanted))
  if (sort === undefined) return found
  return found.sort((one, other) => {
    const [a, b] = [sortValue(one, sort), sortValue(other, sort)]
    const order = typeof a === 'string' ? a.localeCompare(b as string) : a - (b as number)
    return ascending ? order : -order
  })
}

function functionRow(state: PageState, one: FunctionProfile, most: number): HTMLElement {
  const button = make('button', 'name')
  button.setAttribute('aria-pressed', String(one === state.chosen))
  appendVisible(button, one.name)
  const place = make('span', 'place')
  appendVisible(place, `${one.file.split('/').slice(-2).join('/')}:${one.line}`)
  place.title = one.file
  const share = make('span', 'share')
  share.style.width = `${most > 0 ? ((one.allocatedBytes / most) * 100).toFixed(1) : 0}%`
  const row = make(
    'tr',
    one === state.chosen ? 'chosen' : '',
    make('td', '', button, place),
    make('td', '', formatBytes(one.allocatedBytes), share),
    make('td', '', formatByteChange(one.incrementBytes)),
    make('td', '', formatBytes(one.peakRssBytes)),
    make('td', '', formatCount(one.calls)),
  )
  row.addEventListener('click', () => {
    choose(state, one)
  })
  return row
}

export function choose(state: PageState, one: FunctionProfile): void {
  state.chosen = one
  showFunctions(state)
  showSource(state)
  document.querySelector<HTMLElement>('.chosen .name')?.focus({ preventScroll: false })
}

export function showFunctions(state: PageState): void {
  const found = visibleFunctions(state)
  const most = state.profile.functions.reduce((highest, { allocatedBytes }) => Math.max(highest, allocatedBytes), 0)
  const body = document.querySelector('#functions tbody') as HTMLElement
  body.replaceChildren(...found.map((one) => functionRow(state, one, most)))
  const count = document.getElementById('count') as HTMLElement
  count.textContent = `${formatCount(found.length)} of ${formatCount(state.profile.functions.length)}`
  document.querySelectorAll<HTMLElement>('#functions th').forEach((head) => {
    const isSorted = head.dataset['sort'] === state.sort
    head.setAttribute('aria-sort', isSorted ? (state.ascending ? 'ascending' : 'descending') : 'none')
  })
}
