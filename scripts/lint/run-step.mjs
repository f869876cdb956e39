import { spawnSync } from 'node:child_process'
import path from 'node:path'

export const root = path.join(import.meta.dirname, '..', '..')

/** Runs a command with its output shown. Answers whether it succeeded. */
export function runStep(title, command, args, options = {}) {
  console.log(`\n── ${title}: ${[path.basename(command), ...args].join(' ').slice(0, 160)}`)
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (error !== undefined) console.error(`${command}: ${error.message}`)
  return status === 0
}

/** The path of a tool that a development dependency brings. */
export function packageTool(name) {
  return path.join(root, 'node_modules', '.bin', name)
}

/** Whether `command` can be run here. */
export function isInstalled(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0
}
