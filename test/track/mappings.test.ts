import path from 'node:path'

import type { MappedPlace, TrackedMappings } from '../../lib/index.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { runFile } from '../installed/run-file.js'

interface Mapped {
  readonly mappings: TrackedMappings
  readonly limitations: readonly string[]
  readonly room: number
}

const mebibyte = 2 ** 20
const program = path.join(__dirname, 'programs', 'mappings.cjs')

/** Mebibytes that are resident and mapped, and ranges, by the function that asked. */
function ofFunction(places: readonly MappedPlace[], name: string): readonly number[] | undefined {
  const place = places.find((one) => one.name.startsWith(`${name} ${program}:`))
  return place && [place.residentBytes / mebibyte, place.mappedBytes / mebibyte, place.ranges]
}

testOnEachNode(
  'what is mapped apart from malloc is known to the byte, by the line that asked, and nothing that was unmapped',
  async (node) => {
    const { stdout } = await runFile(node, [program])
    const { mappings, limitations, room } = JSON.parse(stdout) as Mapped
    // Less than one of V8's pages, or gigabytes. Without room the kernel refuses, and what was refused isn't listed.
    const isRaised = room > 2 * mebibyte
    expect(limitations).toEqual([])
    const found = (name: string): ReturnType<typeof ofFunction> => ofFunction(mappings.lines, name)
    expect(found('whole')).toEqual([8, 64, 1])
    expect(found('cut')).toEqual([0, 32, 2])
    expect(found('grown')).toEqual([1, 32, 1])
    // Mapped anew by another function, within what this one had mapped.
    expect([found('reserved'), found('anew')]).toEqual([[0, 32, 1], undefined])
    expect(found('unmapped')).toBeUndefined()
    expect(found('refused')).toEqual([0, 4, 1])
    expect(found('shared')).toEqual([0, 1, 1])
    expect(found('broken')?.slice(1)).toEqual(isRaised ? [1, 1] : undefined)
    // V8 reserves more than the memory has, so that it can tell accesses beyond it.
    const [resident = 0, mapped = 0] = found('wasm') ?? []
    expect([resident, mapped >= 16]).toEqual([16, true])
    const inThreads = mappings.functions.find(({ name }) => name.includes('MapAndUnmap'))
    expect(inThreads).toMatchObject({ residentBytes: 0, mappedBytes: 8 * 16 * 4096, ranges: 8 })
    const [addon] = mappings.modules.filter(({ name }) => name === 'counted_mappings.node')
    expect(addon).toMatchObject({ residentBytes: 9 * mebibyte, unknownBytes: mebibyte, mappedBytes: (isRaised ? 166.5 : 165.5) * mebibyte })
    for (const places of [mappings.lines, mappings.functions, mappings.modules, mappings.stacks]) {
      for (const figure of ['mappedBytes', 'residentBytes', 'unknownBytes', 'ranges'] as const) {
        expect(places.reduce((sum, place) => sum + place[figure], 0)).toBe(mappings.total[figure])
      }
    }
  },
)
