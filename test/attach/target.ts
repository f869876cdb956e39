import { execFileSync, fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { plainEnvironment } from '../cli/run-cli.js'

export interface Target {
  readonly pid: number
  /** Sends an order and answers with the next message. */
  readonly tell: (order: Readonly<Record<string, unknown>>) => Promise<Readonly<Record<string, unknown>>>
  /** The next message that it sends. */
  readonly next: () => Promise<Readonly<Record<string, unknown>>>
  readonly child: ChildProcess
  readonly output: () => string
}

const program = path.join(__dirname, 'programs', 'target.cjs')

function nextMessage(child: ChildProcess): Promise<Readonly<Record<string, unknown>>> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null, signal: string | null): void => {
      reject(new Error(`the target ended: ${code ?? signal}`))
    }
    child.once('exit', onExit)
    child.once('message', (message) => {
      child.off('exit', onExit)
      resolve(message as Readonly<Record<string, unknown>>)
    })
  })
}

export interface TargetOptions {
  readonly execArgv?: readonly string[]
  readonly uid?: number
  readonly env?: NodeJS.ProcessEnv
  /** Whether it isn't waited for. */
  readonly early?: boolean
}

/** Runs `use` with a program that was started by `node`, and ends the program. */
export async function withTarget(node: string, use: (target: Target) => Promise<void>, options: TargetOptions = {}): Promise<void> {
  const { execArgv = [], uid, env, early = false } = options
  const child = fork(program, {
    execPath: node,
    execArgv: [...execArgv],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: plainEnvironment(env),
    uid,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
  const tell = async (order: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> => {
    const message = nextMessage(child)
    child.send(order)
    return await message
  }
  const ready = nextMessage(child)
  try {
    if (!early) await ready
    await use({ pid: child.pid as number, child, tell, next: () => nextMessage(child), output: () => output })
    await ready
  } finally {
    child.kill('SIGKILL')
  }
}

/**
 * Runs `use` while the target's event loop is blocked, as long as it may take; `free` ends that. Answers when the target is through. `use` has to call `free`.
 */
export async function whileBlocked(target: Target, use: (free: () => Promise<void>) => Promise<void>): Promise<void> {
  await withBlocked(target, 'block', async (free) => {
    const done = target.next()
    await use(free)
    expect(await done).toEqual({ done: true })
  })
}

/** The same; the target ends when it is free. Answers with its exit code, or with the signal that ended it. */
export async function endAfterBlocked(target: Target, use: (free: () => Promise<void>) => Promise<void>): Promise<number | string> {
  const ended = once(target.child, 'exit') as Promise<[number | null, string | null]>
  await withBlocked(target, 'blockAndEnd', use)
  const [code, signal] = await ended
  return code ?? signal ?? Number.NaN
}

async function withBlocked(
  { tell }: Target,
  order: 'block' | 'blockAndEnd',
  use: (free: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
  const pipe = path.join(folder, 'pipe')
  try {
    execFileSync('mkfifo', [pipe])
    expect(await tell({ do: order, pipe })).toEqual({ began: 'block' })
    await use(async () => {
      await writeFile(pipe, '')
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What can be seen of a process from outside. */
export interface Traces {
  /** Descriptors and what they are of. */
  readonly descriptors: readonly string[]
  readonly threads: number
  /** Files that are mapped. */
  readonly files: readonly string[]
  readonly rssBytes: number
}

/** What a descriptor is of; none once it is closed, which it may be between two looks. */
function linkOf(file: string): readonly string[] {
  try {
    return [readlinkSync(file)]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** A thread that is on its way out (PF_EXITING in the kernel's linux/sched.h): one that was joined keeps its entry for a moment. */
const exiting = 4

/** Whether a thread runs, by its `stat`. */
function isThread(task: string): boolean {
  try {
    const [, flags] = /^\d+ \(.*\) \S+(?: \S+){5} (\d+)/s.exec(readFileSync(`${task}/stat`, 'latin1')) ?? []
    return (Number(flags) & exiting) === 0
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}

export function tracesOf(pid: number): Traces {
  const folder = `/proc/${pid}/fd`
  const maps = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')
  const files = new Set(maps.map((line) => line.slice(73).trim()).filter((name) => name.startsWith('/')))
  return {
    descriptors: readdirSync(folder).flatMap((name) => linkOf(`${folder}/${name}`).map((link) => `${name} ${link}`)),
    threads: readdirSync(`/proc/${pid}/task`).filter((thread) => isThread(`/proc/${pid}/task/${thread}`)).length,
    files: [...files],
    rssBytes: Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024,
  }
}

/** Signals that each thread blocks, as the kernel has them. */
export function blockedSignals(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'latin1')
    return `${thread} ${/SigBlk:\s+(\w+)/.exec(status)?.[1]}`
  })
}
