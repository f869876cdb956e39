import { existsSync } from 'node:fs'
import path from 'node:path'

import { runFile } from '../installed/run-file.js'
import { notInstalled, testWhere } from '../installed/test-where.js'

const root = path.join(__dirname, '..', '..')

/** The versions that sizes are promised for; scripts/install-test-tools.sh fetches them. */
export const nodeMajors = [20, 22, 24, 26] as const

/** A folder of other Nodes, `<major>/bin/node`, to be tested in place of this machine's: scripts/test-arm64.mjs has those for arm64. */
const otherNodes = process.env['ALLOCSCOPE_TEST_NODES']

/** The program of a Node version; undefined where it isn't installed. This very Node stands for its own version. */
export function findNode(major: number): string | undefined {
  if (otherNodes === undefined && process.versions.node.startsWith(`${major}.`)) return process.execPath
  const file = path.join(otherNodes ?? path.join(root, '.cache', 'node'), String(major), 'bin', 'node')
  return existsSync(file) ? file : undefined
}

/** Runs a script of test/heap/oracle in a Node of its own, and returns what it prints, as JSON. */
export async function runOracle(
  node: string,
  script: string,
  options: { readonly flags?: readonly string[]; readonly args?: readonly string[] } = {},
): Promise<unknown> {
  const file = path.join(__dirname, 'oracle', script)
  const { stdout } = await runFile(node, [...(options.flags ?? []), file, ...(options.args ?? [])], {
    maxBuffer: 64 * 1024 * 1024,
  })
  return JSON.parse(stdout)
}

/** One test for each version, beside each other, as each runs programs of its own. One that isn't installed is a skip that says so, and in CI a failure. */
export function testOnEachNode(
  title: string,
  body: (node: string, major: number) => Promise<void>,
  majors: readonly number[] = nodeMajors,
): void {
  for (const major of majors) {
    const node = findNode(major)
    const missing = node === undefined ? notInstalled(`.cache/node/${major}`) : undefined
    testWhere(missing, test.concurrent)(`${title}, Node ${major}`, () => body(node as string, major))
  }
}
