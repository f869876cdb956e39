import { live } from '../live-allocator.js'
import { runScript } from '../../release/scripts.js'
import type { OtherAllocator } from '../../../lib/index.js'
import { packagesScript, testWithPackages } from './installed-packages.js'

const mebibyte = 2 ** 20

/** Private memory of this process where mimalloc asks for it, from 2 to 30 TiB, in mappings of 32 MiB and more: `smaps`, read by other code. */
const hintedResident = `
  const hintedResident = () => {
    let sum = 0
    let inside = false
    for (const line of require('node:fs').readFileSync('/proc/self/smaps', 'utf8').split('\\n')) {
      const range = /^([0-9a-f]+)-([0-9a-f]+) rw-p \\S+ \\S+ 0/.exec(line)
      if (range !== null) {
        const [begin, end] = [parseInt(range[1], 16), parseInt(range[2], 16)]
        inside = begin >= 2 * 2 ** 40 && begin < 30 * 2 ** 40 && end - begin >= 32 * 2 ** 20 && begin % 2 ** 22 === 0
      } else if (/^[0-9a-f]+-/.test(line)) inside = false
      else if (inside && line.startsWith('Rss:')) sum += parseInt(line.slice(4), 10) * 1024
    }
    return sum
  }`

const others = 'allocscope.getAllocatorStats({ others: true }).others'

describe('allocators within addons', () => {
  testWithPackages()('each of five copies is found, with no other, and each mapping has one owner', async () => {
    const { found, all } = (await runScript(`${packagesScript}${hintedResident}
      const pixels = render(); const program = parse(); transform(); await bundle(); await createTable()
      print({ all: hintedResident(), found: ${others} })`)) as { readonly found: readonly OtherAllocator[]; readonly all: number }
    const names = found.map(({ allocator, version, libraries }) => [allocator, version?.slice(0, 2), libraries.length])
    expect(
      names
        .filter(([name]) => name === 'mimalloc')
        .map(([, version]) => version)
        .sort(),
    ).toEqual(['2.', '2.', '3.', '3.'])
    expect(names.filter(([name]) => name === 'jemalloc')).toEqual([['jemalloc', '5.', 1]])
    expect(found.every(({ libraries }) => libraries.length === 1)).toBe(true)
    const mimallocs = found.filter(({ allocator }) => allocator === 'mimalloc')
    expect(mimallocs.map(({ residencyFrom }) => residencyFrom)).toEqual(Array(4).fill('mapping-pointers'))
    expect(mimallocs.map(({ setting }) => setting)).toEqual(Array(4).fill('MIMALLOC_PURGE_DELAY=0'))
    if (live === 'mimalloc') return
    // Between the two readings threads of the addons may still give pages back, or take some.
    const sum = mimallocs.reduce((total, { residentBytes = 0 }) => total + residentBytes, 0)
    expect(Math.abs(sum - all)).toBeLessThan(8 * mebibyte)
  })

  testWithPackages()('a copy is found whose memory lies where the kernel put it', async () => {
    const { found, arenas } = (await runScript(`${packagesScript}
      const fs = require('node:fs')
      const entry = require('node:path').join(fs.mkdtempSync(require('node:os').tmpdir() + '/allocscope-packed-'), 'entry.js')
      fs.writeFileSync(entry, source(4000))
      await pack(entry)
      fs.rmSync(require('node:path').dirname(entry), { recursive: true })
      fs.rmSync(require('node:os').tmpdir() + '/packed-' + process.pid + '.js')
      // The kernel's count of private mappings of a GiB: mimalloc's arena is the only one that a program of this size has.
      const arenas = []
      for (const mapping of fs.readFileSync('/proc/self/smaps', 'utf8').split(/\\n(?=[0-9a-f]+-[0-9a-f]+ )/)) {
        const [, begin, end] = /^([0-9a-f]+)-([0-9a-f]+) rw-p \\S+ \\S+ 0/.exec(mapping) ?? []
        if (begin === undefined || parseInt(end, 16) - parseInt(begin, 16) < 2 ** 30) continue
        arenas.push({ begin: parseInt(begin, 16), bytes: parseInt(/Rss: +(\\d+)/.exec(mapping)[1], 10) * 1024 })
      }
      print({ arenas, found: ${others} })`)) as {
      readonly found: readonly OtherAllocator[]
      readonly arenas: readonly { readonly begin: number; readonly bytes: number }[]
    }
    expect(found).toMatchObject([{ allocator: 'mimalloc', version: '3.x', residencyFrom: 'mapping-pointers' }])
    expect(arenas).toHaveLength(1)
    // Not between 2 and 30 TiB, where mimalloc asks for memory if it asks for a place at all.
    expect(arenas[0]?.begin).toBeGreaterThan(30 * 2 ** 40)
    expect(arenas[0]?.bytes).toBeGreaterThan(4 * mebibyte)
    expect(Math.abs((found[0]?.residentBytes ?? 0) - (arenas[0]?.bytes ?? 0))).toBeLessThan(8 * mebibyte)
  })

  testWithPackages()('a mimalloc holds the Buffers that its addon made', async () => {
    const [before, after, rss] = (await runScript(`${packagesScript}
      const kept = [render()]
      const read = () => ${others}[0]
      const rss = process.memoryUsage.rss()
      const before = read()
      for (let i = 0; i < 20; i += 1) kept.push(render())
      print([before, read(), process.memoryUsage.rss() - rss])`)) as readonly [OtherAllocator, OtherAllocator, number]
    // 20 Buffers of 4,000,000 bytes, filled, and what the renderer freed and mimalloc keeps: by the kernel's count of the whole process, where
    // little else grows.
    const grown = (after.residentBytes ?? 0) - (before.residentBytes ?? 0)
    expect(grown).toBeGreaterThan(20 * 4e6 * 0.98)
    expect(Math.abs(rss - grown)).toBeLessThan(8 * mebibyte)
    expect(after.allocatedBytes).toBeUndefined()
  })

  testWithPackages()('a jemalloc is read by its own count, which rises by what a table holds', async () => {
    const answer = (await runScript(`${packagesScript}
      await createTable()
      const read = () => ${others}[0]
      const before = read()
      for (let i = 0; i < 4; i += 1) await createTable()
      const after = read()
      print({ before, after })`)) as { readonly before: OtherAllocator; readonly after: OtherAllocator }
    const { before, after } = answer
    expect(after).toMatchObject({ symbol: 'duckdb_je_mallctl', residencyFrom: 'statistics' })
    expect(after).not.toHaveProperty('reason')
    expect(after.setting).toBe('DUCKDB_JE_MALLOC_CONF=dirty_decay_ms:0,muzzy_decay_ms:0')
    // A table has 8,000,000 bytes of hashes, which don't compress, in blocks of 256 KiB; the rest is the database's own.
    const grown = ((after.allocatedBytes ?? 0) - (before.allocatedBytes ?? 0)) / 4
    expect(grown).toBeGreaterThan(8e6)
    expect(grown).toBeLessThan(13 * mebibyte)
    expect(after.residentBytes).toBeGreaterThanOrEqual(after.activeBytes ?? Infinity)
    expect(after.activeBytes).toBeGreaterThanOrEqual(after.allocatedBytes ?? Infinity)
  })

  testWithPackages()('the variable that is named works: MIMALLOC_PURGE_DELAY=0 gives back what a parser freed', async () => {
    const script = `${packagesScript}
      for (let i = 0; i < 3; i += 1) parse()
      allocscope.getAllocatorStats()
      await pause(50)
      print(${others}[0].residentBytes)`
    const [kept, purged] = await Promise.all([runScript(script), runScript(script, { env: { MIMALLOC_PURGE_DELAY: '0' } })])
    expect(purged as number).toBeLessThan((kept as number) / 2)
  })

  testWithPackages()(
    'looking reads the texts of each file once, brings none of them into memory, and a footprint looks at nothing',
    async () => {
      const { first, later, rss, loaded } = (await runScript(`${packagesScript}
      await connect()
      allocscope.getAllocatorStats()
      const readBytes = () => parseInt(/rchar: (\\d+)/.exec(require('node:fs').readFileSync('/proc/self/io', 'utf8'))[1], 10)
      const bytesOf = (look) => {
        const before = readBytes()
        look()
        return readBytes() - before
      }
      const loaded = Object.keys(require.cache).some((file) => file.includes('dist/allocator/embedded'))
      const rss = allocscope.getRss()
      print({ loaded, first: bytesOf(() => ${others}), later: bytesOf(() => ${others}), rss: allocscope.getRss() - rss })`)) as {
        readonly first: number
        readonly later: number
        readonly rss: number
        readonly loaded: boolean
      }
      expect(loaded).toBe(false)
      // libduckdb.so alone has 20 MB of read-only data, in which the marks are looked for.
      expect(first).toBeGreaterThan(10 * mebibyte)
      // What the kernel prints of the mappings is read again.
      expect(later).toBeLessThan(2 * mebibyte)
      expect(rss).toBeLessThan(4 * mebibyte)
    },
  )
})
