import type { InspectorUse, Invite } from '../attach/index.js'
import { lazily } from '../loading/index.js'

// Attaching by ptrace needs neither it nor what it loads.
const inspecting = lazily(() => require('../attach/invite-by-inspector.js') as typeof import('../attach/invite-by-inspector.js'))

function tellOfUse(pid: number, { address, port, wasOpen, isOpen, durationMs }: InspectorUse): string {
  const place = `${address.includes(':') ? `[${address}]` : address}:${port}`
  if (wasOpen)
    return `process ${pid} was asked through its inspector, which ${isOpen ? 'listens' : 'listened'} on ${place} ${isOpen ? 'as before' : 'before'}`
  const end = isOpen ? "and isn't closed yet" : `and was closed ${Math.ceil(durationMs)} ms after SIGUSR1`
  return `the inspector of process ${pid} listened on ${place}, open to every user of this machine, ${end}; it printed three lines on its standard error`
}

/** Keeps Ctrl-C from ending the command while the port is open. Where others listen for it, they do. What came ends it afterwards. */
async function holdingSignals<Result>(use: () => Promise<Result>): Promise<Result> {
  let came: NodeJS.Signals | undefined
  const hold = (signal: NodeJS.Signals): void => {
    came = signal
  }
  const held = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).filter((signal) => process.listenerCount(signal) === 0)
  for (const signal of held) process.on(signal, hold)
  try {
    return await use()
  } finally {
    for (const signal of held) process.off(signal, hold)
    if (came !== undefined) process.kill(process.pid, came)
  }
}

/** How `--inspector` brings an agent into a process, and says so on standard error unless JSON is printed there; undefined where it isn't asked for. */
export function inspectorWay(options: {
  readonly inspector?: true
  readonly closeInspector?: true
  readonly json?: true
}): Invite | undefined {
  if (options.inspector === undefined) return undefined
  return async (pid) => {
    const onUsed = (use: InspectorUse): void => {
      if (options.json === undefined) process.stderr.write(`allocscope: ${tellOfUse(pid, use)}\n`)
    }
    return await holdingSignals(() => inspecting().inviteByInspector(pid, { close: options.closeInspector === true, onUsed }))
  }
}
