import { AllocatorSource } from '../../lib/allocator/allocator-source.js'
import type { NativeAllocatorDescription, NativeAllocatorDocument, NativeBinding, NativeTable } from '../../lib/binding/index.js'

/** What an addon answers. */
export interface Script {
  readonly allocator: NativeAllocatorDescription['allocator']
  /** The footprint figures in the order in which the addon gives them. */
  readonly footprint: Readonly<Record<string, number>>
  readonly limitation?: string
  readonly document?: Partial<NativeAllocatorDocument>
}

/** The details that were asked for: true with arenas. */
export type Asked = boolean[]

/** A source over an addon that answers by a script. */
export function scriptedSource({ allocator, footprint, limitation = '', document = {} }: Script, asked: Asked = []): AllocatorSource {
  const known = { library: '/lib.so', version: '9', proof: 'a script' }
  const description = { allocator, ...known, limitation, footprintFields: Object.keys(footprint) }
  const copy = { allocator: 'jemalloc', library: '/addon.node', symbol: '_rjem_mallctl', version: '' }
  const binding = {
    readAllocatorFootprint: (figures: Float64Array) => {
      figures.set(Object.values(footprint))
    },
    readAllocatorDetail: (withArenas: boolean) => {
      asked.push(withArenas)
      return { figures: {}, flags: {}, texts: {}, tables: {}, ...document }
    },
    readEmbeddedAllocators: () => ({ copies: [copy], regions: [], lazyFreeBytes: 0 }),
    describeAllocator: () => description,
  } as unknown as NativeBinding
  return new AllocatorSource(binding, description)
}

export const foundOthers = [
  {
    ...{ allocator: 'jemalloc', libraries: ['/addon.node'], symbol: '_rjem_mallctl', version: undefined, setting: undefined },
    ...{ allocatedBytes: undefined, activeBytes: undefined, residentBytes: undefined, retainedBytes: undefined, residencyFrom: undefined },
    reason: 'its mallctl is not exported',
  },
]

export function tableOf(columns: readonly string[], ...rows: readonly (readonly number[])[]): NativeTable {
  return { columns, cells: Float64Array.from(rows.flat()) }
}
