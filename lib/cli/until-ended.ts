/** Resolves after `forMs`, or with the first Ctrl-C or SIGTERM: what was found by then is kept. A second one ends the command, as without this. */
export function untilEnded(forMs: number | undefined): { readonly ended: Promise<void>; readonly dispose: () => void } {
  let dispose: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    // A timer keeps the command alive, as the socket does.
    const timer = forMs === undefined ? undefined : setTimeout(resolve, forMs)
    const onSignal = (): void => {
      resolve()
    }
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal)
    dispose = () => {
      clearTimeout(timer)
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal)
    }
  })
  return { ended, dispose }
}
