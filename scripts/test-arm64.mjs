// npm run test:arm64: what rests on the architecture, on arm64: the native rooms with glibc, and under Node 20, 22, 24 and 26 the smoke tests, and the
// sizes of objects beside V8's heap snapshot. On x64 by qemu-user; scripts/install-arm64.sh installs it, and Node for arm64. Not part of CI, as it takes
// minutes.
//
//   npm run test:arm64
//   npm run test:arm64 -- --only node --node 24,26
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { root } from './lint/run-step.mjs'

const { values: options } = parseArgs({
  options: { only: { type: 'string', default: 'rooms,node' }, node: { type: 'string', default: '20,22,24,26' } },
})
const majors = options.node.split(',')
const installed = path.join(root, '.cache', 'arm64')
const qemu = ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu']
const folder = mkdtempSync(path.join(os.tmpdir(), 'allocscope-arm64-'))

/** Random values for the comparison with a snapshot: a tenth of what `npm test` makes on a machine of its own. */
const randomValues = '300'

/** What qemu-user 7.2 does in another way than a kernel does, by the check that sees it. */
const emulation = {
  'what can be run is no stack': 'no code of the program is mapped as such: what runs is a translation of it',
  'lazily freed pages are counted': 'madvise does nothing but MADV_DONTNEED',
  'written pages of a file are private copies': 'madvise does nothing but MADV_DONTNEED: the kernel reads ahead',
  'a page stands behind the break': 'the place that a mapping asks for is not kept to',
  "an arena with gaps isn't walked": 'as above: the arena got no gap',
  'the proof beside the break': 'sums up the two above',
}

function missing() {
  if (spawnSync(qemu[0], ['--version']).status !== 0) return 'qemu-aarch64'
  if (!existsSync(path.join(root, 'prebuilds', 'linux-arm64'))) return 'prebuilds/linux-arm64'
  return majors.map((major) => `.cache/arm64/node/${major}/bin/node`).find((file) => !existsSync(path.join(root, file)))
}

function run([file, ...args], env = {}) {
  const { stdout, stderr, status, signal } = spawnSync(file, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PREBUILDS_ONLY: '1', ...env },
    maxBuffer: 2 ** 28,
  })
  return { stdout, stderr, ended: status ?? signal }
}

/** Says what came of a part in a line, and in further ones what failed. */
function tell(part, figures, failures) {
  console.log(`${failures.length === 0 ? 'ok' : 'FAILED'}  ${part}: ${figures}`)
  for (const failure of failures) console.log(failure)
  return failures.length === 0
}

function testRooms() {
  const program = path.join(folder, 'rooms')
  // At a place of its own choice qemu gives a program's break no more than 32 MiB to grow.
  const build = run(['scripts/build-rooms-test.sh', program, '-fno-pie', '-no-pie'], { CXX: 'aarch64-linux-gnu-g++' })
  if (build.ended !== 0) return tell('rooms', 'not built', [build.stderr])
  const { stdout, stderr } = run([...qemu, program, 'glibc'])
  const failed = [...stderr.matchAll(/^FAILED: (.*)$/gm)].map(([, check]) => check)
  const summary = /rooms_test: (\d+) checks, \d+ failures/.exec(stdout)
  const lost = summary === null ? [`it didn't come to its end: ${stderr}`] : []
  const emulated = failed.filter((check) => check in emulation)
  for (const check of emulated) console.log(`    by qemu: ${check}: ${emulation[check]}`)
  return tell('rooms', `${summary?.[1] ?? 0} checks, ${emulated.length} that qemu fails`, [
    ...lost,
    ...failed.filter((check) => !(check in emulation)),
  ])
}

/** A program that is Node for arm64 to whoever starts it. */
function starterOf(major) {
  const file = path.join(folder, 'nodes', major, 'bin', 'node')
  mkdirSync(path.dirname(file), { recursive: true })
  const preload = path.join(root, 'scripts', 'testing', 'under-qemu.cjs')
  const node = path.join(installed, 'node', major, 'bin', 'node')
  writeFileSync(file, `#!/bin/sh\nQEMU_NODE="$0" exec ${qemu.join(' ')} '${node}' --require '${preload}' "$@"\n`)
  chmodSync(file, 0o755)
  return file
}

function testSmoke(major, node) {
  const ran = ['cjs', 'mjs'].map((kind) => run([node, `test/smoke/smoke.test.${kind}`]))
  const passed = ran.reduce((sum, { stdout }) => sum + Number(/^(?:#|ℹ) pass (\d+)$/m.exec(stdout)?.[1] ?? 0), 0)
  const failures = ran.filter(({ ended }) => ended !== 0).map(({ stdout, stderr, ended }) => `${ended}\n${stdout}${stderr}`)
  return tell(`Node ${major}, smoke`, `${passed} tests`, failures)
}

function testSizes(major) {
  const jest = ['node_modules/.bin/jest', '--json', '--maxConcurrency=1', 'test/heap/oracle.test.ts', '-t', `Node ${major}$`]
  const { stdout, stderr } = run(jest, { ALLOCSCOPE_TEST_NODES: path.join(folder, 'nodes'), ALLOCSCOPE_FUZZ_VALUES: randomValues })
  const report = stdout === '' ? { numPassedTests: 0, testResults: [] } : JSON.parse(stdout)
  const failures = report.testResults.flatMap(({ message, status }) => (status === 'failed' ? [message] : []))
  const lost = report.numPassedTests === 0 && failures.length === 0 ? [`no test ran: ${stderr}`] : []
  return tell(`Node ${major}, sizes beside the heap snapshot`, `${report.numPassedTests} tests`, [...lost, ...failures])
}

function testNode(major) {
  const node = starterOf(major)
  const { version, versions } = JSON.parse(run([node, '-p', 'JSON.stringify(process)']).stdout)
  console.log(`Node ${version}, V8 ${versions.v8}`)
  return [testSmoke(major, node), testSizes(major)].every(Boolean)
}

const lacking = missing()
if (lacking !== undefined) {
  console.error(`${lacking} is missing: scripts/install-arm64.sh installs it`)
  process.exitCode = 1
} else {
  const parts = { rooms: [testRooms], node: majors.map((major) => () => testNode(major)) }
  const outcomes = options.only.split(',').flatMap((part) => parts[part].map((test) => test()))
  process.exitCode = outcomes.every(Boolean) ? 0 : 1
}
rmSync(folder, { recursive: true })
