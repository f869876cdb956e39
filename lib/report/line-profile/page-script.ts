/// <reference lib="dom" />
import type { FunctionProfile, LineFigures, LineProfile } from '../../profile/index.js'

// The script of the HTML report. The page gets the functions' source text, so they use only their arguments, each other by name, and what a browser
// has. All text goes in as text nodes, never as markup.

type Metric = 'allocated' | 'increment' | 'peak' | 'others' | 'occurrences'
type SortKey = 'name' | 'allocated' | 'increment' | 'peak' | 'calls'

interface PageState {
  readonly profiles: readonly LineProfile[]
  profile: LineProfile
  chosen: FunctionProfile | undefined
  metric: Metric
  sort: SortKey | undefined
  ascending: boolean
  filter: string
}

function make(tag: string, className: string, ...children: readonly (Node | string)[]): HTMLElement {
  const element = document.createElement(tag)
  if (className !== '') element.className = className
  element.append(...children)
  return element
}

function formatSize(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return '–'
  const size = Math.abs(bytes)
  const sign = bytes < 0 ? '−' : ''
  if (size < 1024) return `${sign}${Math.round(size)} B`
  if (size < 1024 ** 2) return `${sign}${(size / 1024).toFixed(1)} KiB`
  return `${sign}${(size / 1024 ** 2).toLocaleString('en-US', { maximumFractionDigits: 2, minimumFractionDigits: 2 })} MiB`
}

function formatChange(bytes: number): string {
  return bytes > 0 ? `+${formatSize(bytes)}` : formatSize(bytes)
}

/** Shows characters that would move, hide or reverse text by their codes, and all others as they are. */
function appendVisible(parent: HTMLElement, text: string): void {
  const odd = /([\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}])/u
  for (const part of text.split(odd)) {
    if (part !== '\t' && part.length <= 2 && odd.test(part)) {
      parent.append(make('span', 'odd', `u+${(part.codePointAt(0) as number).toString(16).padStart(4, '0')}`))
    } else if (part !== '') parent.append(part)
  }
}

/** Splits source into pieces, each with its class: comment, string, keyword or number. */
function tokensOf(source: string): { readonly text: string; readonly kind: string }[] {
  const pattern =
    /(\/\/[^\n]*|\/\*[^]*?(?:\*\/|$))|("(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|`(?:[^`\\]|\\[^])*`?)|\b(async|await|break|case|catch|class|const|continue|default|delete|do|else|export|extends|false|finally|for|from|function|if|import|in|instanceof|interface|let|new|null|of|return|static|super|switch|this|throw|true|try|type|typeof|undefined|var|void|while|yield)\b|\b(\d[\w.]*)/g
  const tokens: { text: string; kind: string }[] = []
  let end = 0
  for (const match of source.matchAll(pattern)) {
    if (match.index > end) tokens.push({ text: source.slice(end, match.index), kind: '' })
    const kind = match[1] !== undefined ? 'c' : match[2] !== undefined ? 's' : match[3] !== undefined ? 'k' : 'n'
    tokens.push({ text: match[0], kind })
    end = match.index + match[0].length
  }
  tokens.push({ text: source.slice(end), kind: '' })
  return tokens
}

/** A cell of source for each line, coloured. */
function codeCells(lines: readonly LineFigures[]): HTMLElement[] {
  const longest = 2000
  const texts = lines.map(({ text }) => (text.length > longest ? `${text.slice(0, longest)} …` : text).replace(/\n/g, ' '))
  const cells = [make('td', 'code')]
  for (const { text, kind } of tokensOf(texts.join('\n'))) {
    text.split('\n').forEach((part, index) => {
      if (index > 0) cells.push(make('td', 'code'))
      const cell = cells[cells.length - 1] as HTMLElement
      const target = kind === '' ? cell : make('span', kind)
      appendVisible(target, part)
      if (target !== cell && part !== '') cell.append(target)
    })
  }
  return cells
}

function metricOf(line: LineFigures, metric: Metric): number {
  if (metric === 'allocated') return line.allocatedBytes
  if (metric === 'increment') return Math.abs(line.incrementBytes)
  if (metric === 'others') return Math.abs(line.othersBytes)
  if (metric === 'occurrences') return line.occurrences
  return line.peakRssBytes ?? 0
}

/** How hot a line is, 0 to 1. RSS is never near zero, so its scale begins at the function's lowest line. */
function heatScale(lines: readonly LineFigures[], metric: Metric): (line: LineFigures) => number {
  const values = lines.filter((line) => metricOf(line, metric) > 0).map((line) => metricOf(line, metric))
  const most = values.reduce((highest, value) => Math.max(highest, value), 0)
  const least = metric === 'peak' ? values.reduce((lowest, value) => Math.min(lowest, value), most) : 0
  return (line) => (most === least ? 0 : Math.sqrt(Math.max(0, metricOf(line, metric) - least) / (most - least)))
}

function figureCell(text: string, isHot: boolean, heat: number): HTMLElement {
  const cell = make('td', isHot ? 'hot' : '', text)
  if (isHot && heat > 0) cell.style.backgroundColor = `rgba(var(--heat), ${(0.06 + heat * 0.56).toFixed(3)})`
  return cell
}

function sourceRow(line: LineFigures, code: HTMLElement, metrics: readonly Metric[], metric: Metric, heat: number): HTMLElement {
  const ran = line.occurrences > 0
  const texts: Record<Metric, string> = {
    allocated: formatSize(line.allocatedBytes),
    increment: formatChange(line.incrementBytes),
    peak: formatSize(line.peakRssBytes),
    others: formatChange(line.othersBytes),
    occurrences: line.occurrences.toLocaleString('en-US'),
  }
  const cells = metrics.map((one) => {
    const shown = ran || (one === 'others' && line.othersBytes !== 0)
    return figureCell(shown ? texts[one] : '', one === metric, ran ? heat : 0)
  })
  return make('tr', ran ? '' : 'idle', make('td', 'no', String(line.line)), ...cells, code)
}

function metricTitles(): Record<Metric, string> {
  return { allocated: 'Allocated', increment: 'Increment', others: 'Others', peak: 'Peak RSS', occurrences: 'Occurrences' }
}

function metricsOf({ lines }: FunctionProfile): Metric[] {
  const others: Metric[] = lines.some(({ othersBytes }) => othersBytes !== 0) ? ['others'] : []
  return ['allocated', 'increment', ...others, 'peak', 'occurrences']
}

function metricChooser(state: PageState, metrics: readonly Metric[]): HTMLElement {
  const group = make('div', 'metric')
  group.setAttribute('role', 'radiogroup')
  group.setAttribute('aria-label', 'What the heat shows')
  for (const metric of metrics) {
    const input = make('input', '') as HTMLInputElement
    input.type = 'radio'
    input.name = 'metric'
    input.checked = metric === state.metric
    input.addEventListener('change', () => {
      state.metric = metric
      showSource(state)
      document.querySelector<HTMLElement>('.metric :checked')?.focus()
    })
    group.append(make('label', '', input, metricTitles()[metric]))
  }
  return group
}

function sourceHead(state: PageState, chosen: FunctionProfile, metrics: readonly Metric[]): HTMLElement {
  const title = make('h2', '')
  appendVisible(title, chosen.name)
  const place = make('span', 'place')
  appendVisible(place, `${chosen.file}:${chosen.line}–${chosen.endLine}`)
  const figures = make('div', 'figures')
  const all: [string, string][] = [
    ['Allocated', formatSize(chosen.allocatedBytes)],
    ['Net change', formatChange(chosen.incrementBytes)],
    ['Peak RSS', formatSize(chosen.peakRssBytes)],
    ['Calls', chosen.calls.toLocaleString('en-US')],
    ['Allocated a call', formatSize(chosen.allocatedBytes / Math.max(1, chosen.calls))],
  ]
  for (const [name, figure] of all) figures.append(make('div', '', make('b', '', figure), make('span', '', name)))
  return make('div', 'head', title, place, figures, metricChooser(state, metrics))
}

function showSource(state: PageState): void {
  const panel = document.getElementById('source') as HTMLElement
  const { chosen } = state
  if (chosen === undefined) {
    panel.replaceChildren(make('div', 'empty', 'No function ran under the profiler.'))
    return
  }
  const metrics = metricsOf(chosen)
  if (!metrics.includes(state.metric)) state.metric = 'allocated'
  const heat = heatScale(chosen.lines, state.metric)
  const titles = ['Line', ...metrics.map((metric) => metricTitles()[metric]), 'Source'].map((title) => make('th', '', title))
  titles.forEach((title) => {
    title.setAttribute('scope', 'col')
  })
  const code = codeCells(chosen.lines)
  const rows = chosen.lines.map((line, index) => sourceRow(line, code[index] as HTMLElement, metrics, state.metric, heat(line)))
  const table = make('table', '', make('thead', '', make('tr', '', ...titles)), make('tbody', '', ...rows))
  panel.replaceChildren(sourceHead(state, chosen, metrics), make('div', 'scroll', table))
}

function sortValue(one: FunctionProfile, key: SortKey): number | string {
  if (key === 'name') return one.name
  if (key === 'calls') return one.calls
  if (key === 'allocated') return one.allocatedBytes
  return key === 'increment' ? one.incrementBytes : (one.peakRssBytes ?? -1)
}

function visibleFunctions({ profile, sort, ascending, filter }: PageState): FunctionProfile[] {
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
    make('td', '', formatSize(one.allocatedBytes), share),
    make('td', '', formatChange(one.incrementBytes)),
    make('td', '', formatSize(one.peakRssBytes)),
    make('td', '', one.calls.toLocaleString('en-US')),
  )
  row.addEventListener('click', () => {
    choose(state, one)
  })
  return row
}

function choose(state: PageState, one: FunctionProfile): void {
  state.chosen = one
  showFunctions(state)
  showSource(state)
  document.querySelector<HTMLElement>('.chosen .name')?.focus({ preventScroll: false })
}

function showFunctions(state: PageState): void {
  const found = visibleFunctions(state)
  const most = state.profile.functions.reduce((highest, { allocatedBytes }) => Math.max(highest, allocatedBytes), 0)
  const body = document.querySelector('#functions tbody') as HTMLElement
  body.replaceChildren(...found.map((one) => functionRow(state, one, most)))
  const count = document.getElementById('count') as HTMLElement
  count.textContent = `${found.length} of ${state.profile.functions.length}`
  document.querySelectorAll<HTMLElement>('#functions th').forEach((head) => {
    const isSorted = head.dataset['sort'] === state.sort
    head.setAttribute('aria-sort', isSorted ? (state.ascending ? 'ascending' : 'descending') : 'none')
  })
}

function showProfile(state: PageState, profile: LineProfile): void {
  state.profile = profile
  state.chosen = profile.functions[0]
  const chips = document.getElementById('chips') as HTMLElement
  const endings = { exit: '', signal: 'ended by a signal', crash: 'crashed', running: 'still running' }
  const facts = [`${profile.mode} mode`, `${(profile.durationMs / 1000).toFixed(2)} s`, `Node ${profile.nodeVersion}`, `pid ${profile.pid}`]
  if (profile.threadId !== 0) facts.push(`worker ${profile.threadId}`)
  chips.replaceChildren(...facts.map((fact) => make('span', 'chip', fact)))
  if (endings[profile.end] !== '') chips.append(make('span', 'chip bad', endings[profile.end]))
  const notes = profile.notes.concat(
    profile.uninstrumented.map(
      ({ file, name, line, reason }) => `Without figures: ${name ?? 'all'} of ${file}${line ? `:${line}` : ''}: ${reason}`,
    ),
  )
  const list = make('ul', '')
  for (const note of notes) {
    const item = make('li', '')
    appendVisible(item, note)
    list.append(item)
  }
  const panel = document.getElementById('notes') as HTMLElement
  panel.replaceChildren(list)
  panel.hidden = notes.length === 0
  showFunctions(state)
  showSource(state)
}

function listenToKeys(state: PageState): void {
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

function listenToControls(state: PageState): void {
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
    threads.append(new Option(`${thread}: ${functions.length} functions`, String(index)))
  })
  threads.hidden = state.profiles.length < 2
  threads.addEventListener('change', () => {
    showProfile(state, state.profiles[Number(threads.value)] as LineProfile)
  })
}

function startPage(): void {
  const data = document.getElementById('profile') as HTMLElement
  const { profiles } = JSON.parse(data.textContent) as { readonly profiles: readonly LineProfile[] }
  const first = profiles[0]
  if (first === undefined) return
  const state: PageState = {
    profiles,
    profile: first,
    chosen: undefined,
    metric: 'allocated',
    sort: undefined,
    ascending: false,
    filter: '',
  }
  listenToControls(state)
  listenToKeys(state)
  showProfile(state, first)
}

const parts: readonly ((...given: never[]) => unknown)[] = [
  ...[make, formatSize, formatChange, appendVisible, tokensOf, codeCells, metricOf, heatScale, figureCell, sourceRow, metricTitles],
  ...[metricsOf, metricChooser, sourceHead, showSource, sortValue, visibleFunctions, functionRow, choose, showFunctions, showProfile],
  ...[listenToKeys, listenToControls, startPage],
]

/** The script of the HTML report. */
export const pageScript = `'use strict';\n${parts.map(String).join('\n')}\n${startPage.name}();\n`
