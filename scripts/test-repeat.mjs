// npm run test:repeat: the unit tests again and again beside a busy core, where what only mostly holds is found out.
// `-- --times N` (20 unless given), `-- <patterns of test files>`. Every failure is printed with its run; any makes the exit code 1.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { root } from './lint/run-step.mjs'
import { buildWhatIsStale } from './testing/built.mjs'
import { withFixedAddresses } from './testing/fixed-addresses.mjs'

const { values, positionals: patterns } = parseArgs({ options: { times: { type: 'string', default: '20' } }, allowPositionals: true })
const times = Number(values.times)
if (!Number.isSafeInteger(times) || times < 1) throw new Error(`--times must be a whole number from 1 up, not ${values.times}`)

const environment = { ...process.env, PREBUILDS_ONLY: '1', ALLOCSCOPE_EXPECT_ALLOCATOR: 'glibc' }

/** What failed, each as the text that Jest prints of it. */
function failuresIn({ testResults, numTotalTests }) {
  if (numTotalTests === 0) return ['no test was run']
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const failed = assertionResults.filter((result) => result.status === 'failed')
    const where = path.relative(root, name)
    if (failed.length === 0) return message === '' ? [] : [`${where}\n${message}`]
    return failed.map(({ fullName, failureMessages }) => `${where}: ${fullName}\n${failureMessages.join('\n')}`)
  })
}

function runOnce(file) {
  const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js')
  const [command, ...args] = [...withFixedAddresses(), process.execPath, jest, '--json', `--outputFile=${file}`, ...patterns]
  const { status, stderr } = spawnSync(command, args, {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: 2 ** 28,
  })
  if (!existsSync(file)) return [`jest ended with ${status} and wrote no result\n${stderr}`]
  const failures = failuresIn(JSON.parse(readFileSync(file, 'utf8')))
  return status === 0 || failures.length > 0 ? failures : [`jest ended with ${status}\n${stderr}`]
}

function runRepeatedly(folder) {
  let failures = 0
  for (let run = 1; run <= times; run++) {
    const file = path.join(folder, `run-${run}.json`)
    const failed = runOnce(file)
    console.log(`run ${run} of ${times}: ${failed.length === 0 ? 'passed' : `${failed.length} failed`}`)
    for (const failure of failed) console.log(`\nin run ${run}: ${failure}\n`)
    failures += failed.length
  }
  return failures
}

function main() {
  if (!buildWhatIsStale()) return 1
  const folder = mkdtempSync(path.join(os.tmpdir(), 'allocscope-repeat-'))
  // It ends with this process, however that ends.
  const busy = spawn(process.execPath, ['-e', 'for (const parent = process.ppid; process.ppid === parent; );'], { stdio: 'ignore' })
  try {
    const failures = runRepeatedly(folder)
    console.log(`\n${times} runs beside a busy core: ${failures === 0 ? 'none failed' : `${failures} of their tests failed`}`)
    return failures === 0 ? 0 : 1
  } finally {
    busy.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

process.exitCode = main()
