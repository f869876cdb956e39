import { formatShare } from '../../../figures/index.js'
import { make, select } from '../../line-profile/page/elements.js'
import type { PageData, PageFrame, PageStack, PageTimes } from '../page-data.js'
import { calleesOf, callersOf, fromInnermost, fromOutermost, functionFigures, makeTree } from './call-tree.js'
import type { PathOf } from './call-tree.js'
import { FlameView } from './flame-view.js'
import type { FlameContext } from './flame-view.js'
import { functionsTable } from './functions-table.js'
import { measures } from './measures.js'
import type { Measure } from './measures.js'
import { stacksAt, TimeSlider } from './time-slider.js'

// What runs in the page of a tracking report. All text goes in as text nodes; markup is never made of it.

const views = ['from the outermost call', 'from what asked for the memory', 'callers and callees of one function'] as const

function keyOf(): HTMLElement {
  const item = (look: string, text: string): HTMLElement => make('li', '', make('i', look), text)
  return make('ul', 'key', item('script', 'JavaScript'), item('native', 'native code'))
}

class TrackingPage {
  readonly #stage = make('div', '')
  readonly #readout = make('output', 'readout')
  readonly #found = make('span', 'faint')
  readonly #table = make('section', '')
  readonly #viewChoice: HTMLSelectElement
  readonly #frames: readonly PageFrame[]
  readonly #slider: HTMLElement
  /** As of the end. */
  readonly #endStacks: readonly PageStack[]
  /** As of the moment that is shown. */
  #stacks: readonly PageStack[]
  #momentStacks: readonly PageStack[]
  #measure = measures[0] as Measure
  #view = 0
  #subject: number | undefined
  #words = ''
  /** The functions from the root to the one that is zoomed to. */
  #zoom: readonly number[] = []

  constructor({ frames, stacks, times }: PageData, into: HTMLElement) {
    this.#frames = frames
    this.#endStacks = this.#stacks = this.#momentStacks = stacks
    this.#slider = times === null ? make('div', '') : this.#timeSlider(times)
    const measureChoice = select(
      'What widths stand for',
      measures.map(({ name }) => name),
      (index) => {
        this.#measure = measures[index] as Measure
        this.draw()
      },
    )
    this.#viewChoice = select('How stacks are drawn', views, (index) => {
      this.#view = index
      this.draw()
    })
    const graph = make('section', '', this.#toolbar(measureChoice), this.#slider, this.#stage, this.#readout)
    graph.setAttribute('aria-label', 'Flame graph')
    this.#table.setAttribute('aria-label', 'Functions')
    into.append(graph, this.#table)
  }

  draw(zoom: readonly number[] = []): void {
    this.#zoom = zoom
    this.#slider.hidden = !this.#measure.isOverTime
    this.#stacks = this.#measure.isOverTime ? this.#momentStacks : this.#endStacks
    this.#stage.className = this.#words === '' ? '' : 'searching'
    this.#stage.replaceChildren(...this.#graphs())
    this.#found.replaceChildren(this.#describeFound())
    const isShown = (frame: number): boolean => this.#words === '' || this.#isHit(frame)
    const table = functionsTable(this.#stacks, this.#frames, this.#measure, isShown, (frame) => {
      this.#subject = frame
      this.#view = 2
      this.#viewChoice.selectedIndex = 2
      this.draw()
    })
    this.#table.replaceChildren(make('h2', '', `Functions by ${this.#measure.name}`), table)
    this.#readout.replaceChildren('')
  }

  /** Another moment is looked at as the one before: what was zoomed to stays. */
  #timeSlider(times: PageTimes): HTMLElement {
    const endBytes = this.#endStacks.reduce((sum, { liveBytes }) => sum + liveBytes, 0)
    return new TimeSlider(times, endBytes, (moment) => {
      this.#momentStacks = moment === undefined ? this.#endStacks : stacksAt(times, moment)
      this.draw(this.#zoom)
    }).element
  }

  #toolbar(measureChoice: HTMLElement): HTMLElement {
    const search = make('input', 'plain') as HTMLInputElement
    search.type = 'search'
    search.placeholder = 'Search functions and files'
    search.setAttribute('aria-label', 'Search functions and files')
    search.addEventListener('input', () => {
      this.#words = search.value.trim().toLowerCase()
      this.draw()
    })
    const all = make('button', 'plain', 'Show all')
    all.setAttribute('type', 'button')
    all.addEventListener('click', () => {
      this.draw()
    })
    return make('div', 'head', measureChoice, this.#viewChoice, all, search, this.#found, keyOf())
  }

  #isHit(frame: number): boolean {
    const { name, place } = this.#frames[frame] as PageFrame
    return this.#words !== '' && `${name}\n${place}`.toLowerCase().includes(this.#words)
  }

  #sum(stacks: readonly PageStack[]): number {
    return stacks.reduce((sum, stack) => sum + this.#measure.of(stack), 0)
  }

  #describeFound(): string {
    if (this.#words === '') return ''
    const found = this.#stacks.filter(({ frames }) => frames.some((frame) => this.#isHit(frame)))
    return `${formatShare(this.#sum(found) / this.#sum(this.#stacks))} is under what was found`
  }

  #flame(pathOf: PathOf, isUpward = false): HTMLElement {
    const context: FlameContext = {
      frames: this.#frames,
      measure: this.#measure,
      total: this.#sum(this.#stacks),
      isHit: (frame) => this.#isHit(frame),
      describe: (text) => {
        this.#readout.replaceChildren(...text.split('\n').map((line) => make('div', '', line)))
      },
      zoom: this.#zoom,
      onZoom: (path) => {
        this.#zoom = path
      },
    }
    return new FlameView(makeTree(this.#stacks, this.#measure, pathOf), context, isUpward).element
  }

  #graphs(): readonly HTMLElement[] {
    if (this.#view < 2) return [this.#flame(this.#view === 0 ? fromOutermost : fromInnermost)]
    const subject = this.#subject ?? functionFigures(this.#stacks, this.#frames, this.#measure)[0]?.frame
    if (subject === undefined) return [make('p', 'empty', `No ${this.#measure.name}.`)]
    return [
      make('p', 'split', 'Callers'),
      this.#flame(callersOf(subject), true),
      make('p', 'split', 'What it called'),
      this.#flame(calleesOf(subject)),
    ]
  }
}

function startPage(): void {
  const data = JSON.parse((document.getElementById('tracking') as HTMLElement).textContent) as PageData
  new TrackingPage(data, document.querySelector('main') as HTMLElement).draw()
  performance.mark('drawn')
}

startPage()
