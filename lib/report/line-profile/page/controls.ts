import { formatCount } from '../../../figures/index.js'
import type { LineProfile } from '../../../profile/index.js'
import { choose, showFunctions, visibleFunctions } from './functions-panel.js'
import type { PageState, SortKey } from './page-state.js'
import { showProfile } from './profile-panels.js'

export function listenToKeys(state: PageState): void {
  const filter = document.getElementById('filter') as HTMLInputElement
  filter.addEventListener('input', () => {
    state.filter = filter.value
    showFunctions(state)
  })
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === '/' && document.activeElement !== filter) {
      event.preventDefault()
      filter.focus()
    }
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    const inList = document.activeElement === filter || document.activeElement?.classList.contains('name') === true
    if (step === 0 || !inList) return
    event.preventDefault()
    const found = visibleFunctions(state)
    const now = state.chosen === undefined ? -1 : found.indexOf(state.chosen)
    const next = found[Math.min(found.length - 1, Math.max(0, now + step))]
    if (next !== undefined) choose(state, next)
  })
}

export function listenToControls(state: PageState): void {
  document.querySelectorAll<HTMLElement>('#functions th').forEach((head) => {
    head.querySelector('button')?.addEventListener('click', () => {
      const key = head.dataset['sort'] as SortKey
      state.ascending = state.sort === key ? !state.ascending : key === 'name'
      state.sort = key
      showFunctions(state)
    })
  })
  const themes = document.getElementById('theme') as HTMLElement
  themes.addEventListener('click', () => {
    const root = document.documentElement
    const isDark =
      root.dataset['theme'] === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : root.dataset['theme'] === 'dark'
    root.dataset['theme'] = isDark ? 'light' : 'dark'
  })
  const threads = document.getElementById('threads') as HTMLSelectElement
  state.profiles.forEach(({ pid, threadId, functions }, index) => {
    const thread = threadId === 0 ? `process ${pid}` : `process ${pid}, worker ${threadId}`
    threads.append(new Option(`${thread}: ${formatCount(functions.length)} functions`, String(index)))
  })
  threads.hidden = state.profiles.length < 2
  threads.addEventListener('change', () => {
    showProfile(state, state.profiles[Number(threads.value)] as LineProfile)
  })
}
