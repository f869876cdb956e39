import type { WriteStream } from 'node:tty'

import { isForeground } from '../record/index.js'

/** With less a view would leave nothing of the program's own output. */
const [fewestRows, fewestColumns] = [8, 20]

const escape = '\u001b'
const saveCursor = `${escape}7`
const restoreCursor = `${escape}8`
const lineDown = `${escape}D`
const eraseBelow = `${escape}[J`
const eraseLine = `${escape}[K`
const plain = `${escape}[0m`
const wholeScreen = `${escape}[r`

/** The terminal's rows that are given to the view, the lowest ones. */
interface Reserved {
  readonly rows: number
  readonly ofRows: number
  readonly ofColumns: number
}

/**
 * A view that stays at the bottom of a terminal while the program, which writes to the same terminal by itself, scrolls above it: the terminal's
 * scroll region is what is left of the screen. The program's streams are its own, and its cursor is where it left it. Each frame is one write,
 * so that none of the program's comes between.
 */
export class LiveScreen {
  readonly #stream: WriteStream
  readonly #render: (rows: number) => readonly string[]
  #reserved: Reserved | undefined

  /** `render` gives the view in at most so many lines. */
  constructor(stream: WriteStream, render: (rows: number) => readonly string[]) {
    this.#stream = stream
    this.#render = render
    process.on('SIGTSTP', this.#suspend)
    process.on('exit', this.clear)
  }

  draw(): void {
    const { rows, columns } = this.#stream
    const isUsable = rows >= fewestRows && columns >= fewestColumns && isForeground()
    if (!isUsable) return
    const lines = this.#render(Math.floor(rows / 2))
    const frame = this.#makeRoom(lines.length)
    const { rows: reserved } = this.#reserved as Reserved
    const top = rows - reserved + 1
    const drawn = Array.from(
      { length: reserved },
      (_, index) => `${plain}${escape}[${top + index};1H${lines[index] ?? ''}${plain}${eraseLine}`,
    )
    // The region is set again with each frame: the program may have reset the terminal.
    this.#stream.write(`${frame}${saveCursor}${escape}[1;${top - 1}r${drawn.join('')}${restoreCursor}`)
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

  /** What makes room for so many lines, where there isn't room yet. Room once made is kept: a view that jumps can't be read. */
  #makeRoom(lines: number): string {
    const { rows, columns } = this.#stream
    const before = this.#reserved
    const isSameScreen = before?.ofRows === rows && before.ofColumns === columns
    if (isSameScreen && before.rows >= lines) return ''
    this.#reserved = { rows: lines, ofRows: rows, ofColumns: columns }
    // Going down scrolls where the cursor is too low, and keeps its column: the program may be in the middle of a line.
    const room = `${lineDown.repeat(lines)}${escape}[${lines}A`
    return `${before === undefined ? '' : this.#unreserve()}${room}`
  }

  #unreserve(): string {
    return `${saveCursor}${wholeScreen}${restoreCursor}${eraseBelow}`
  }

  /** Ctrl-Z: the shell gets its terminal back as it was. */
  readonly #suspend = (): void => {
    this.clear()
    process.kill(process.pid, 'SIGSTOP')
  }
}

/** Whether a view can be drawn on `stream` at all. */
export function isLiveTerminal(stream: NodeJS.WriteStream): stream is NodeJS.WriteStream & WriteStream {
  return (stream.isTTY as boolean | undefined) === true && process.env['TERM'] !== 'dumb'
}
