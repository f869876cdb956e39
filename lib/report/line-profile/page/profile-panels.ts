import type { LineProfile, ProfileEnd, UninstrumentedCode } from '../../../profile/index.js'
import { formatDuration } from '../../duration-format.js'
import { appendVisible, make } from './elements.js'
import { showFunctions } from './functions-panel.js'
import type { PageState } from './page-state.js'
import { showSource } from './source-panel.js'

const endings: Readonly<Record<ProfileEnd, string>> = {
  exit: '',
  signal: 'ended by a signal',
  crash: 'crashed',
  running: 'still running',
}

function showFacts({ mode, durationMs, nodeVersion, pid, threadId, end }: LineProfile): void {
  const chips = document.getElementById('chips') as HTMLElement
  const facts = [`${mode} mode`, formatDuration(durationMs), `Node ${nodeVersion}`, `pid ${pid}`]
  if (threadId !== 0) facts.push(`worker ${threadId}`)
  chips.replaceChildren(...facts.map((fact) => make('span', 'chip', fact)))
  if (endings[end] !== '') chips.append(make('span', 'chip bad', endings[end]))
}

function describeRefusal({ file, name, line, reason }: UninstrumentedCode): string {
  const place = line === undefined ? file : `${file}:${line}`
  return `Without figures: ${name ?? 'all'} of ${place}: ${reason}`
}

function showNotes({ notes, uninstrumented }: LineProfile): void {
  const list = make('ul', '')
  for (const note of [...notes, ...uninstrumented.map(describeRefusal)]) {
    const item = make('li', '')
    appendVisible(item, note)
    list.append(item)
  }
  const panel = document.getElementById('notes') as HTMLElement
  panel.replaceChildren(list)
  panel.hidden = list.childElementCount === 0
}

/** Shows `profile`, beginning with its first function. */
export function showProfile(state: PageState, profile: LineProfile): void {
  state.profile = profile
  state.chosen = profile.functions[0]
  showFacts(profile)
  showNotes(profile)
  showFunctions(state)
  showSource(state)
}
