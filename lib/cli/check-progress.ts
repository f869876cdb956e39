import type { CheckProgress } from '../release/index.js'

const eraseLine = '\r\u001b[K'

const phases: Readonly<Record<CheckProgress['phase'], string>> = {
  baseline: 'collecting for the baseline',
  calls: 'calling',
  settling: 'collecting, and waiting for RSS to come to rest',
  holders: 'looking for what keeps the memory that grows',
}

/** Shows what the check is doing, in one line of the terminal. */
export function showCheckProgress({ phase, calls }: CheckProgress): void {
  process.stderr.write(`${eraseLine}  ${phases[phase]}${calls === 0 ? '' : `; ${calls} calls made`} …`)
}

/** Takes that line away. */
export function endCheckProgress(): void {
  process.stderr.write(eraseLine)
}
