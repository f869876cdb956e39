import type { WatchEvent, WatchListener, WatchReport, WatchView } from '../watch/index.js'
import {
  plainStyle,
  renderWatchEventJson,
  renderWatchEventLine,
  renderWatchLine,
  renderWatchSummary,
  renderWatchView,
} from '../report/index.js'
import { isLiveTerminal, LiveScreen } from './live-screen.js'
import { standardError } from './open-output.js'
import type { Output } from './open-output.js'
import { PacedChanges } from './paced-changes.js'
import { styleFor } from './terminal.js'

/** Shows a watch to the user, until it is closed. */
export interface WatchDisplay extends WatchListener {
  close(): void
}

const linePauseMs = 1000

/** Shows every event as a line of JSON. */
function showJson(output: Output): WatchDisplay {
  return {
    event: (event) => {
      output.write(renderWatchEventJson(event))
    },
    tick: () => undefined,
    close: () => undefined,
  }
}

/** Shows a line each second, and one for each event; for a figure's changes one a second and one a doubling. */
function showLines(output: Output): WatchDisplay {
  let lastLineMs = -Infinity
  const paced = new PacedChanges()
  const tell = (events: readonly (WatchEvent | undefined)[]): void => {
    const text = events.map((event) => (event === undefined ? '' : renderWatchEventLine(event))).join('')
    if (text !== '') output.write(text)
  }
  return {
    event: (event) => {
      tell([...(event.kind === 'end' ? paced.due(Infinity) : []), paced.take(event)])
    },
    tick: (view) => {
      tell(paced.due(view.last.timeMs))
      const now = performance.now()
      // Ticks come a little early or late. A line mustn't wait for the next tick because this one is early.
      if (now - lastLineMs < linePauseMs * 0.96) return
      lastLineMs = now
      output.write(renderWatchLine(view))
    },
    close: () => undefined,
  }
}

/** Shows a view at the bottom of the terminal. */
function showLive(stream: NodeJS.WriteStream & import('node:tty').WriteStream): WatchDisplay {
  let view: WatchView | undefined
  const screen = new LiveScreen(stream, (rows) => (view === undefined ? [] : renderWatchView(view, rows, styleFor(stream))))
  return {
    event: () => undefined,
    tick: (now) => {
      view = now
      screen.draw()
    },
    close: () => {
      screen.close()
    },
  }
}

/** All of `displays` at once. */
function showAll(displays: readonly WatchDisplay[]): WatchDisplay {
  return {
    event: (event) => {
      displays.forEach((display) => {
        display.event(event)
      })
    },
    tick: (view) => {
      displays.forEach((display) => {
        display.tick(view)
      })
    },
    close: () => {
      displays.forEach((display) => {
        display.close()
      })
    },
  }
}

/** How a watch is to be shown. */
export interface DisplayOptions {
  readonly json?: true
  readonly plain?: true
  readonly output?: string
}

/** Whether to show a view: on a terminal, unless lines or JSON are to go to standard error. */
function isLive({ json, plain, output }: DisplayOptions): boolean {
  if (plain === true || !isLiveTerminal(process.stderr)) return false
  return json !== true || output !== undefined
}

/** How a watch is shown while it goes on: in `file`, or on standard error. */
export function chooseDisplay(options: DisplayOptions, file: Output | undefined): WatchDisplay {
  const written = file ?? standardError
  const live = isLive(options)
  const lines = file === undefined && live ? [] : [options.json === true ? showJson(written) : showLines(written)]
  return showAll([...lines, ...(live && isLiveTerminal(process.stderr) ? [showLive(process.stderr)] : [])])
}

/** Says at the end what was seen, and closes `file`. */
export function printSummary(report: WatchReport, options: DisplayOptions, file: Output | undefined): void {
  if (options.json !== true) file?.write(renderWatchSummary(report, plainStyle))
  file?.close()
  if (isLive(options) || (file === undefined && options.json !== true)) {
    process.stderr.write(renderWatchSummary(report, styleFor(process.stderr)))
  }
}
