/** A watch that must be ended when the process exits, so that its last samples are given out. */
interface RunningWatch {
  stop(): void
}

const running = new Set<RunningWatch>()

function stopAll(): void {
  for (const watch of [...running]) watch.stop()
}

/** All watches share one listener on the process: from the eleventh on, Node warns of a leak. */
export function addRunning(watch: RunningWatch): void {
  if (running.size === 0) process.once('exit', stopAll)
  running.add(watch)
}

export function removeRunning(watch: RunningWatch): void {
  running.delete(watch)
  if (running.size === 0) process.removeListener('exit', stopAll)
}
