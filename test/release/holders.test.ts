import type { ReleaseCheck } from '../../lib/index.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { runScript } from './scripts.js'

/** The line of the source that `node -e` is given. Its file is called [eval]. */
const programs = {
  native:
    "const tls = require('node:tls'); const sessions = new Map(); const call = () => { sessions.set(sessions.size, tls.createSecureContext()) }",
  nothing: 'const call = () => { fixture.leak(1, 16_384) }',
  clean: 'const call = () => undefined',
} as const

/** What was found, and in which phases anything was looked for, with the calls made until then. */
type Checked = ReleaseCheck & { readonly searches: readonly string[] }

async function checkProgram(node: string, program: keyof typeof programs, options: object): Promise<Checked> {
  const body = `${programs[program]}
    const searches = []
    const onProgress = ({ phase, calls }) => { if (phase === 'holders') searches.push(phase + ' ' + calls) }
    print({ ...(await checkRelease(call, { ...${JSON.stringify({ runs: 300, ...options })}, onProgress })), searches })`
  return (await runScript(body, { node, flags: ['--no-warnings'] })) as Checked
}

testOnEachNode('of native memory, the objects that stand for it are named: one a call, and what keeps them', async (node) => {
  const { verdict, live, holderSearch, advice } = await checkProgram(node, 'native', { holders: true })
  expect(verdict).toBe('still-live')
  expect(holderSearch).toMatchObject({ source: 'snapshots', calls: 32 })
  const [place] = live
  expect(place).toMatchObject({ where: 'native', grows: true })
  expect(place?.holders?.[0]).toMatchObject({ constructor: 'SecureContext', perCall: 1 })
  expect(place?.holders?.[0]?.path).toMatch(/Map `sessions`/)
  // What OpenSSL asked for is told by function and line, too.
  expect(place?.holders?.at(-1)).toMatchObject({ allocatedBy: { module: expect.any(String) as string } })
  expect(advice.join()).toMatch(/may stand for it: SecureContext.*It was asked for in the function at .*\[node\]/)
})

testOnEachNode('a leak that no object stands for is an addon’s: its function and the line that called it are named', async (node) => {
  const { live, holderSearch, nativeSearch, advice, searches } = await checkProgram(node, 'nothing', { holders: true })
  expect(holderSearch?.source).toBe('snapshots')
  expect(searches).toEqual(['holders 301', 'holders 301'])
  expect(nativeSearch).toMatchObject({ limitations: [] })
  expect(live).toMatchObject([{ where: 'native', grows: true, holders: [{ perCall: 1, bytesPerCall: 16_384 }] }])
  const [holder] = live[0]?.holders ?? []
  expect(holder?.allocatedBy?.functionName).toMatch(/Leak/)
  expect(holder?.allocatedBy?.module).toMatch(/^fixture\.node/)
  expect(holder?.allocatedAt).toMatchObject({ file: '[eval]', functionName: 'call' })
  expect(advice.join()).toMatch(/It was asked for (in the function )?at \[eval\]:\d+ by .*Leak \[fixture\.node.*\]\.$/)
})

test('nobody is looked for where nothing grows, nor unasked', async () => {
  const clean = await checkProgram(process.execPath, 'clean', { holders: true })
  expect([clean.live, clean.holderSearch, clean.nativeSearch, clean.searches]).toEqual([[], undefined, undefined, []])
  const unasked = await checkProgram(process.execPath, 'nothing', {})
  expect(unasked.live[0]).not.toHaveProperty('holders')
  expect([unasked.holderSearch, unasked.nativeSearch, unasked.searches]).toEqual([undefined, undefined, []])
  expect(unasked.advice.join()).toMatch(/allocscope track, or a check that looks for holders, names the line/)
})
