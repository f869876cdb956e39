import type { WriteStream } from 'node:tty'

import { isForeground } from '../program/index.js'

/** On a smaller terminal there is no view: it would leave no room for the program's own output. */
const [fewestRows, fewestColumns] = [8, 20]

const escape = '\u001b'
const saveCursor = `${escape}7`
const restoreCursor = `${escape}8`
const lineDown = `${escape}D`
const eraseBelow = `${escape}[J`
const eraseLine = `${escape}[K`
const plain = `${escape}[0m`
const wholeScreen = `${escape}[r`
const bottomLeft = `${escape}[9999;1H`

function up(lines: number): string {
  return lines === 0 ? '' : `${escape}[${lines}A`
}

/** The lowest rows of the terminal, which are kept for the view. */
interface Reserved {
  readonly rows: number
  readonly ofRows: number
  readonly ofColumns: number
}

/**
 * Asks the terminal for its size now: a frame drawn for an old size would overwrite the program's output. Node itself asks by this undocumented
 * method, but only when it comes to handle SIGWINCH.
 */
function refreshSize(stream: WriteStream & { _refreshSize?: () => void }): void {
  stream._refreshSize?.()
}

/**
 * A view that stays at the bottom of a terminal. The program writes to the same terminal by itself, and its output scrolls above the view: the
 * terminal's scroll region is the rest of the screen. The cursor is always put back where the program left it. Each frame is one write, so that no
 * output of the program comes between.
 */
export class LiveScreen {
  readonly #stream: WriteStream
  readonly #render: (rows: number) => readonly string[]
  #reserved: Reserved | undefined

  /** `render` gives the view in at most `rows` lines. */
  constructor(stream: WriteStream, render: (rows: number) => readonly string[]) {
    this.#stream = stream
    this.#render = render
    process.on('SIGTSTP', this.#suspend)
    process.on('exit', this.clear)
  }

  draw(): void {
    refreshSize(this.#stream)
    const { rows, columns } = this.#stream
    if (!isForeground()) return
    if (rows < fewestRows || columns < fewestColumns) {
      this.clear()
      return
    }
    const lines = this.#render(Math.floor(rows / 2))
    const frame = this.#makeRoom(lines.length)
    const { rows: reserved } = this.#reserved as Reserved
    const drawn = Array.from({ length: reserved }, (_, index) => `${plain}${lines[index] ?? ''}${plain}${eraseLine}`)
    // Counted from the bottom, wherever that is: the terminal may have changed its size and not said so yet.
    const view = `${wholeScreen}${bottomLeft}${up(reserved - 1)}${drawn.join(`\r${escape}[B`)}`
    // The scroll region is set again with each frame: the program may have reset it, and terminals reset it when they change their size.
    this.#stream.write(`${frame}${saveCursor}${view}${escape}[1;${rows - reserved}r${restoreCursor}`)
  }

  /** Takes the view off the screen; the next frame puts it there again. */
  readonly clear = (): void => {
    if (this.#reserved === undefined) return
    this.#reserved = undefined
    this.#stream.write(this.#unreserve())
  }

  close(): void {
    this.clear()
    process.off('SIGTSTP', this.#suspend)
    process.off('exit', this.clear)
  }

  /** The codes that make room for this many lines; empty when there is room. Room is never given up, as a view that jumps can't be read. */
  #makeRoom(lines: number): string {
    const { rows, columns } = this.#stream
    const before = this.#reserved
    const isSameScreen = before?.ofRows === rows && before.ofColumns === columns
    if (isSameScreen && before.rows >= lines) return ''
    this.#reserved = { rows: lines, ofRows: rows, ofColumns: columns }
    // Moving down scrolls the screen if the cursor is too low. It keeps the column, as the program may be in the middle of a line.
    const room = `${lineDown.repeat(lines)}${up(lines)}`
    return `${before === undefined ? '' : this.#unreserve()}${room}`
  }

  #unreserve(): string {
    return `${saveCursor}${wholeScreen}${restoreCursor}${eraseBelow}`
  }

  /** On Ctrl-Z the shell gets its terminal back as it was. */
  readonly #suspend = (): void => {
    this.clear()
    process.kill(process.pid, 'SIGSTOP')
  }
}

/** Whether a view can be drawn on `stream` at all. */
export function isLiveTerminal(stream: NodeJS.WriteStream): stream is NodeJS.WriteStream & WriteStream {
  return (stream.isTTY as boolean | undefined) === true && process.env['TERM'] !== 'dumb'
}
