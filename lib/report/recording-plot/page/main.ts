import { make, select } from '../../line-profile/page/elements.js'
import type { PageData, PagePicture, PageRecording } from '../page-data.js'
import { tablesOf } from './happenings.js'
import { onThemeChange } from './looks.js'
import { PlotView } from './plot-view.js'
import { zoom, zoomOut } from './zoom.js'

// What runs in the page of a plot. All text goes in as text nodes; markup is never made of it.

/** A picture in a section of the page, with the choices that change it. */
class Section {
  readonly element: HTMLElement
  readonly #stage = make('div', 'stage')
  readonly #below = make('div', 'below')
  #view: PlotView | undefined
  #show: () => void = () => undefined

  constructor(title: string, tools: readonly HTMLElement[]) {
    const button = (text: string, act: (view: PlotView) => void): HTMLElement => {
      const element = make('button', 'plain', text)
      element.setAttribute('type', 'button')
      element.addEventListener('click', () => {
        if (this.#view !== undefined) act(this.#view)
      })
      return element
    }
    const zooms = [
      button('Zoom in', ({ plot }) => {
        zoom(plot, 0.5)
      }),
      button('Zoom out', ({ plot }) => {
        zoom(plot, 2)
      }),
      button('Show all', ({ plot }) => {
        zoomOut(plot)
      }),
    ]
    const head = make('div', 'head', make('h2', '', title), ...tools, make('span', 'zooms', ...zooms))
    this.element = make('section', '', head, this.#stage, this.#below)
    this.element.setAttribute('aria-label', title)
  }

  show(picture: PagePicture, isStacked: boolean): void {
    this.#show = () => {
      this.#view?.remove()
      const view = new PlotView(picture, isStacked, Math.max(240, this.#stage.clientWidth))
      this.#view = view
      this.#stage.replaceChildren(view.element)
      this.#below.replaceChildren(...tablesOf(picture, view))
    }
    this.redraw()
  }

  redraw(): void {
    this.#show()
  }
}

/** The sections of one recording. Each must be in the document before its picture is drawn, as it is as wide as its place. */
function showRecording({ byOwner, byProcess, facts, notes }: PageRecording, into: HTMLElement): readonly Section[] {
  const first = byOwner[0]
  if (first === undefined) return []
  const names = byOwner.map(({ name }) => name)
  const tools = byOwner.length === 1 ? [] : [select('Process', names, (index) => {
    owners.show(byOwner[index] ?? first, true)
  })] // prettier-ignore
  const owners = new Section(byOwner.length === 1 ? `RSS of ${first.name}, by owner` : 'RSS by owner', tools)
  into.replaceChildren(make('p', 'faint', facts), ...notes.map((note) => make('p', 'odd', note)), owners.element)
  owners.show(first, true)
  if (byProcess === null) return [owners]
  const stacking = select('How processes are drawn', ['stacked', 'as lines'], (index) => {
    processes.show(byProcess, index === 0)
  })
  const processes = new Section('RSS by process', [stacking])
  into.append(processes.element)
  processes.show(byProcess, true)
  return [owners, processes]
}

function startPage(): void {
  const data = JSON.parse((document.getElementById('plot') as HTMLElement).textContent) as PageData
  const main = document.querySelector('main') as HTMLElement
  const first = data.recordings[0]
  if (first === undefined) return
  const sections: Section[] = []
  let shown: readonly Section[] = []
  const place = make('div', 'recording')
  if (data.overlay !== null) {
    const overlay = new Section('RSS of each recording, from its first sample', [])
    main.append(overlay.element)
    overlay.show(data.overlay, false)
    sections.push(overlay)
    const names = data.recordings.map(({ name }) => name)
    const choice = select('Recording', names, (index) => {
      shown = showRecording(data.recordings[index] ?? first, place)
    })
    main.append(make('p', 'choice', choice))
  }
  main.append(place)
  shown = showRecording(first, place)
  onThemeChange(() => {
    for (const section of [...sections, ...shown]) section.redraw()
  })
  performance.mark('drawn')
}

startPage()
