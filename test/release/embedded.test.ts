import type { ReleaseCheck, ReleaseReport } from '../../lib/index.js'
import { packagesScript, testWithPackages } from '../allocator/embedded/installed-packages.js'
import { runScript } from './scripts.js'

const mebibyte = 2 ** 20

describe('allocators within addons', () => {
  testWithPackages()('a jemalloc that grows with each call is named, with its growth', async () => {
    const check = (await runScript(`${packagesScript}
      print(await checkRelease(createTable, { runs: 7 }))`)) as ReleaseCheck
    expect(check.verdict).toBe('still-live')
    const [found] = check.live
    expect(found).toMatchObject({ where: 'embedded', grows: true })
    // 8,000,000 bytes of hashes in each table, and what the database keeps of it.
    expect(found?.bytesPerCall).toBeGreaterThan(8e6)
    expect(found?.bytesPerCall).toBeLessThan(13 * mebibyte)
    expect(check.advice.join()).toMatch(/jemalloc within .*libduckdb\.so, by its own count/)
    // What that jemalloc has is no second time what nobody has.
    expect(check.live.map(({ where }) => where)).not.toContain('unclaimed')
    expect(Math.abs(check.bytes.held.unexplainedBytes)).toBeLessThan(check.bytes.stayedBytes * 0.25)
  })

  testWithPackages()('a native leak is found behind Buffers that another allocator holds', async () => {
    const check = (await runScript(`${packagesScript}
      const kept = []
      print(await checkRelease(() => { kept.push(render()); fixture.allocate(1, 4_200_000) }, { runs: 7 }))`)) as ReleaseCheck
    expect(check.verdict).toBe('still-live')
    const native = check.live.find(({ where }) => where === 'native')
    expect(native).toMatchObject({ grows: true })
    expect((native?.bytesPerCall ?? 0) / 4.2e6).toBeCloseTo(1, 1)
    const external = check.live.find(({ where }) => where === 'array-buffers-elsewhere')
    expect((external?.bytesPerCall ?? 0) / 4e6).toBeCloseTo(1, 1)
  })

  testWithPackages()('Buffers of such an allocator alone are no native leak', async () => {
    const check = (await runScript(`${packagesScript}
      const kept = []
      print(await checkRelease(() => { kept.push(render()) }, { runs: 7 }))`)) as ReleaseCheck
    expect(check.live.map(({ where }) => where)).toEqual(['array-buffers-elsewhere'])
  })

  testWithPackages()('memory of a mimalloc that tells nothing is named, and no verdict made of it', async () => {
    const check = (await runScript(`${packagesScript}
      print(await checkRelease(() => { for (let i = 0; i < 3; i += 1) parse() }, { runs: 1, warmup: 0 }))`)) as ReleaseCheck
    const { held, stayedBytes } = check.bytes
    expect(held.embeddedMappedBytes).toBeGreaterThan(stayedBytes / 2)
    expect(check.verdict).toBe('inconclusive')
    expect(check.summary).toMatch(/in allocators within loaded libraries, which do not tell/)
    expect(check.advice.join()).toMatch(/parser\.linux-\S+\.node .*MIMALLOC_PURGE_DELAY=0/)
    expect(check.advice.join()).not.toMatch(/other threads' V8 heaps/)
  })

  testWithPackages()('a release purges each that can be asked, and says why it could not ask the others', async () => {
    const { report, resident } = (await runScript(`${packagesScript}
      const pixels = render()
      for (let i = 0; i < 10; i += 1) await createTable()
      for (let i = 0; i < 10; i += 1) await connection.run('drop table t' + i)
      const read = () => allocscope.getAllocatorStats({ others: true }).others.find(({ allocator }) => allocator === 'jemalloc').residentBytes
      const before = read()
      const report = await releaseMemory({ gc: false, settleMs: 0 })
      print({ report, resident: [before, read()] })`)) as { readonly report: ReleaseReport; readonly resident: readonly [number, number] }
    const steps = report.steps.filter(({ step }) => step === 'purge-embedded')
    const [purged] = steps.filter(({ supported }) => supported)
    const [refused] = steps.filter(({ supported }) => !supported)
    expect(steps).toHaveLength(2)
    expect(purged?.calls).toMatch(/duckdb_je_mallctl arena\.4096\.purge/)
    expect(purged?.libraries?.[0]).toMatch(/libduckdb\.so$/)
    // The kernel's count and jemalloc's own, before and after. jemalloc takes for resident what DuckDB had, but never wrote to.
    const [before, after] = resident
    expect(purged?.returnedAnonymousBytes).toBeGreaterThan(10 * 8e6)
    expect(purged?.returnedAnonymousBytes).toBeLessThan(before - after + mebibyte)
    expect(before - after).toBeLessThan((purged?.returnedAnonymousBytes ?? 0) * 1.25)
    expect(refused?.reason).toMatch(/mimalloc exports no call .*MIMALLOC_PURGE_DELAY=0/)
  })
})
