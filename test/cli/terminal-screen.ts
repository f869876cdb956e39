import { execFileSync, spawnSync } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'

import { plainEnvironment } from './run-cli.js'

let opened = 0

/** A real terminal, as tmux emulates one, with a shell in it. */
export class Terminal {
  readonly #socket = `allocscope-test-${process.pid}-${(opened += 1)}`

  constructor(columns: number, rows: number, env: Readonly<Record<string, string>> = {}) {
    const shell = ['env', 'PS1=$ ', 'sh']
    this.#tmux(['-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', String(rows), ...shell], env)
  }

  type(text: string): void {
    this.#tmux(['send-keys', text, 'Enter'])
  }

  press(key: string): void {
    this.#tmux(['send-keys', key])
  }

  resize(columns: number, rows: number): void {
    this.#tmux(['resize-window', '-x', String(columns), '-y', String(rows)])
  }

  /** The screen's lines; with `escapes`, its colours as well, and with `history`, what has scrolled off it, with wrapped lines made whole. */
  lines({ escapes = false, history = false } = {}): readonly string[] {
    return this.#tmux(['capture-pane', '-p', ...(escapes ? ['-e'] : []), ...(history ? ['-J', '-S', '-'] : [])]).split('\n')
  }

  /** The screen once `isReady` holds of it. The deadline is for what hangs, so that its screen is shown: before the test's own. */
  async until(isReady: (lines: readonly string[]) => boolean): Promise<readonly string[]> {
    for (const end = Date.now() + 200_000; Date.now() < end;) {
      const lines = this.lines()
      if (isReady(lines)) return lines
      await wait(50)
    }
    throw new Error(`the screen never came to it:\n${this.lines().join('\n')}`)
  }

  close(): void {
    spawnSync('tmux', ['-L', this.#socket, 'kill-server'])
  }

  #tmux(args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
    return execFileSync('tmux', ['-L', this.#socket, ...args], { encoding: 'utf8', env: plainEnvironment(env) })
  }
}

/** That a line of the screen matches. */
export function has(pattern: RegExp): (lines: readonly string[]) => boolean {
  return (lines) => lines.some((line) => pattern.test(line))
}

/** That a line matches and the shell has its prompt in the next: it writes it some time after the last line of what it ran. */
export function isPromptAfter(pattern: RegExp): (lines: readonly string[]) => boolean {
  return (lines) => lines.some((line, index) => pattern.test(line) && lines[index + 1] === '$')
}
