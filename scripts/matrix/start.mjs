// Starts a program and waits for its end, with an environment that says nothing of this checkout.
import { spawn } from 'node:child_process'

const deadlineMs = 120_000

/** @typedef {{ argv: string[], cwd: string, env?: Record<string, string>, exitCode?: number }} Line how a program is started */
/** @typedef {{ code: number | null, signal: string | null, stdout: string, stderr: string, late: boolean }} Ended */

const inherited = Object.entries(process.env).filter(
  ([name]) => !/^(npm_|node_|prebuilds_only|ld_preload|allocscope|jest_|ci$)/i.test(name),
)

function environment() {
  return { ...Object.fromEntries(inherited), NO_COLOR: '1' }
}

/** @param {Line} line @returns {Promise<Ended>} */
export function start({ argv: [file, ...args], cwd, env }, { whileRunning, inherits = environment() } = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...inherits, ...env },
      stdio: [whileRunning === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    const texts = { stdout: '', stderr: '' }
    let late = false
    const deadline = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, deadlineMs)
    for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (text) => (texts[stream] += text))
    const end = (code, signal) => {
      clearTimeout(deadline)
      resolve({ code, signal, ...texts, late })
    }
    child.on('error', ({ message }) => {
      texts.stderr += message
      end(null, null)
    })
    child.on('close', end)
    whileRunning?.(child)
  })
}

/** What a preparation prints, or an error with what it said. It has the whole environment, in which package managers find the way to their registry. */
export async function prepareBy(line) {
  const ended = await start(line, { inherits: process.env })
  if (ended.code === 0) return ended.stdout
  throw new Error(
    `${line.argv.join(' ')}: ${(ended.stderr + ended.stdout).trim().slice(-600) || `it ended with ${ended.code ?? ended.signal}`}`,
  )
}
