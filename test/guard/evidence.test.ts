import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { RssLedger } from '../../lib/ledger/index.js'
import { describeFlight, readRecording } from '../../lib/record/index.js'
import type { ReleaseReport } from '../../lib/release/index.js'
import { makeGroup } from '../installed/control-group.js'
import type { TestGroup } from '../installed/control-group.js'
import { skipWhere } from '../installed/test-where.js'
import { endOf } from '../pressure/ended-program.js'
import type { EndedProgram } from '../pressure/ended-program.js'
import { evidenceIn, startGuarded } from './guarded-program.js'
import type { Evidence, Variables } from './guarded-program.js'

const mebibyte = 2 ** 20
const limitBytes = 256 * mebibyte

const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

let roots = 0
function newRoot(): string {
  return path.join(folder, `guard-${roots++}`)
}

function modeOf(file: string): number {
  return statSync(file).mode & 0o777
}

/** Fills the room, and prints by how much RSS rose beyond that, at most, until the guard had its ledger. */
const fillUntilLedger = `fs.writeFileSync('/proc/self/clear_refs', '5')
const kibibytes = (name) => Number(new RegExp(name + ':\\\\s+(\\\\d+)').exec(fs.readFileSync('/proc/self/status', 'utf8'))[1])
const before = kibibytes('VmRSS')
if (fs.statSync(path.join(folder, 'guard.jsonl')).size > 0) throw new Error('the guard acted too early')
fill(40)
while (!stepDone('ledger')) pause()
fs.writeSync(1, String((kibibytes('VmHWM') - before) * 1024 - 40 * 2 ** 20))`

describe.each([1, 2] as const)('version %i of control groups', (version) => {
  const group = makeGroup(version, limitBytes)
  const missing = typeof group === 'string' ? group : undefined
  afterAll(() => {
    if (typeof group !== 'string') group.remove()
  })
  const run = async (
    program: string,
    variables: Variables = {},
  ): Promise<{ readonly ended: EndedProgram; readonly evidence: readonly Evidence[]; readonly root: string }> => {
    const root = newRoot()
    const { through } = group as TestGroup
    const ended = await endOf(startGuarded({ root, program, through, variables: { ALLOCSCOPE_GUARD_HEADROOM: '100MiB', ...variables } }))
    return { ended, evidence: evidenceIn(root), root }
  }

  skipWhere(missing)('a blocked program that is killed leaves its ledger and its flight recording', async () => {
    const { ended, evidence, root } = await run(`fill(140); ${fillUntilLedger}; for (;;) fill(1)`, {
      ALLOCSCOPE_GUARD_HEADROOM: '60MiB',
    })
    expect(ended).toMatchObject({ signal: 'SIGKILL', stderr: '' })
    const [left, ...others] = evidence as [Evidence]
    expect(others).toEqual([])
    expect(left.files).toEqual(['flight.rec', 'guard.jsonl', 'ledger.json', 'ledger.txt'])
    expect(left.steps).toMatchObject([
      { step: 'pressure', kind: 'headroomBytes', threshold: 60 * mebibyte, limitBytes },
      { step: 'ledger', done: true },
    ])
    const ledger = JSON.parse(readFileSync(path.join(left.folder, 'ledger.json'), 'utf8')) as RssLedger
    const kept = ledger.entries.filter(({ owner }) => owner === 'array-buffers').reduce((sum, { residentBytes }) => sum + residentBytes, 0)
    // The 180 buffers, which another thread's ledger finds as malloc's own or as buffers.
    const outside = ledger.entries.filter(({ owner }) => owner.startsWith('malloc')).reduce((sum, entry) => sum + entry.residentBytes, kept)
    expect(outside).toBeGreaterThan(150 * mebibyte)
    expect(ledger.namedFraction).toBeGreaterThan(0.9)
    expect(readFileSync(path.join(left.folder, 'ledger.txt'), 'utf8')).toMatch(/^process \d+: RSS/)
    const flight = describeFlight(readRecording(path.join(left.folder, 'flight.rec')))
    expect(flight).toMatchObject({ end: undefined, container: { limitBytes } })
    expect([root, left.folder].map(modeOf)).toEqual([0o700, 0o700])
    expect(left.files.map((name) => modeOf(path.join(left.folder, name)))).toEqual(left.files.map(() => 0o600))
    // What the guard says it may need.
    expect(Number(ended.stdout)).toBeLessThan(8 * mebibyte)
  })

  skipWhere(missing)('a program that goes on: a release with a record, and a snapshot that has room', async () => {
    const { ended, evidence } = await run("fill(140); told(() => stepDone('snapshot'), () => undefined)", {
      ALLOCSCOPE_GUARD_RELEASE: '1',
      ALLOCSCOPE_GUARD_SNAPSHOT: '2',
    })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const [left] = evidence as [Evidence]
    expect(left.files).toEqual(['flight.rec', 'guard.jsonl', 'heap.heapsnapshot', 'ledger.json', 'ledger.txt', 'release.json'])
    expect(left.steps).toMatchObject([
      { step: 'pressure' },
      { step: 'ledger' },
      { step: 'release', done: true },
      { step: 'snapshot', done: true },
    ])
    const report = JSON.parse(readFileSync(path.join(left.folder, 'release.json'), 'utf8')) as ReleaseReport
    expect(report.returnedBytes).toBe(left.steps[2]?.['returnedBytes'])
    const snapshot = JSON.parse(readFileSync(path.join(left.folder, 'heap.heapsnapshot'), 'utf8')) as { readonly snapshot: object }
    expect(snapshot.snapshot).toHaveProperty('node_count')
    expect(left.files.map((name) => modeOf(path.join(left.folder, name)))).toEqual(left.files.map(() => 0o600))
  })

  skipWhere(missing)('a snapshot that may not have room is not tried', async () => {
    const { ended, evidence } = await run("fill(140); told(() => stepDone('snapshot'), () => undefined)", {
      ALLOCSCOPE_GUARD_SNAPSHOT: '1',
    })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const [left] = evidence as [Evidence]
    expect(left.files).not.toContain('heap.heapsnapshot')
    const step = left.steps.at(-1) as Evidence['steps'][number] & Record<'neededBytes' | 'heapUsedBytes' | 'headroomBytes', number>
    expect(step).toMatchObject({ step: 'snapshot', done: false, reason: 'there is less room than a snapshot may need' })
    expect(step.neededBytes).toBe(150 * step.heapUsedBytes)
    expect(step.headroomBytes).toBeLessThan(step.neededBytes)
  })

  skipWhere(missing)('with less room than a ledger may need, none is tried', async () => {
    const [usageFile, inactive] = version === 1 ? ['memory.usage_in_bytes', 'total_inactive_file'] : ['memory.current', 'inactive_file']
    const program = `const read = (name) => fs.readFileSync(${JSON.stringify(typeof group === 'string' ? '' : group.folder)} + '/' + name, 'utf8')
      const workingSet = () => Number(read('${usageFile}')) - Number(/^${inactive} (\\d+)$/m.exec(read('memory.stat'))[1])
      const fillRoom = () => { while (workingSet() < ${limitBytes - 6 * mebibyte}) fill(1) }
      fillRoom()
      // The kernel may make room again meanwhile, of the files' pages.
      const filling = setInterval(fillRoom, 5)
      told(() => stepDone('ledger'), () => clearInterval(filling))`
    // The threshold is below what the ledger asks for.
    const { ended, evidence } = await run(program, { ALLOCSCOPE_GUARD_HEADROOM: '7MiB' })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const [left] = evidence as [Evidence]
    expect(left.steps).toMatchObject([
      { step: 'pressure' },
      { step: 'ledger', done: false, reason: 'there is less room than a ledger may need' },
    ])
    expect(left.files).toEqual(['flight.rec', 'guard.jsonl'])
  })

  skipWhere(missing)('of two processes one writes, and one that was killed blocks nobody', async () => {
    const root = newRoot()
    const { through } = group as TestGroup
    const start = (program: string): ReturnType<typeof startGuarded> =>
      startGuarded({ root, program, through, variables: { ALLOCSCOPE_GUARD_HEADROOM: '120MiB' } })
    const waiting = "told(() => stepDone('ledger') || stepDone('yield'), () => { console.log('done'); setInterval(() => {}, 1000) })"
    const pair = [start(waiting), start(waiting)]
    const ends = pair.map(endOf)
    const filler = start(`fill(60); ${waiting}`)
    ends.push(endOf(filler))
    const said = (child: ReturnType<typeof startGuarded>): Promise<void> =>
      new Promise((resolve) => {
        child.stdout.once('data', () => {
          resolve()
        })
      })
    await Promise.all([...pair, filler].map(said))
    expect(
      evidenceIn(root)
        .map(({ steps }) => steps[0]?.step)
        .sort(),
    ).toEqual(['pressure', 'yield', 'yield'])
    for (const child of [...pair, filler]) child.kill('SIGKILL')
    await Promise.all(ends)
    const next = await endOf(start("fill(130); told(() => stepDone('ledger'), () => undefined)"))
    expect(next).toMatchObject({ code: 0, stderr: '' })
    expect(evidenceIn(root).at(-1)?.steps).toMatchObject([
      { step: 'pressure', pid: next.pid },
      { step: 'ledger', done: true },
    ])
  })

  skipWhere(missing)('a program that was never near its limit leaves nothing', async () => {
    const { ended, evidence } = await run('console.log(fs.readdirSync(folder).sort().join())')
    expect(ended).toMatchObject({ code: 0, stderr: '', stdout: 'flight.rec,guard.jsonl\n' })
    expect(evidence).toEqual([])
  })
})
