import { isFailure, toError } from '../../binding/index.js'
import type { NativeEmbedded, NativeEmbeddedAllocators, NativeEmbeddedCopy } from '../../binding/index.js'
import type { OtherAllocator } from '../allocator-snapshot.js'

type Figures = Pick<OtherAllocator, 'allocatedBytes' | 'activeBytes' | 'residentBytes' | 'retainedBytes' | 'residencyFrom' | 'reason'>

const nothingKnown: Omit<Figures, 'reason'> = {
  allocatedBytes: undefined,
  activeBytes: undefined,
  residentBytes: undefined,
  retainedBytes: undefined,
  residencyFrom: undefined,
}

function absentWhenEmpty(text: string): string | undefined {
  return text === '' ? undefined : text
}

/** What the copy counts itself. `lazyFreeBytes`: how much of all memory that was lent to the kernel is still resident. */
function countedFigures({ statistics }: NativeEmbeddedCopy, lazyFreeBytes: number): Figures {
  const { allocatedBytes, activeBytes, residentBytes, retainedBytes, muzzyBytes = 0 } = statistics ?? {}
  if (residentBytes === undefined) return { ...nothingKnown, reason: 'it was built without statistics' }
  // The kernel may have taken muzzy pages already: only as many as are still there count.
  const resident = residentBytes + Math.min(muzzyBytes, lazyFreeBytes)
  return { allocatedBytes, activeBytes, residentBytes: resident, retainedBytes, residencyFrom: 'statistics', reason: undefined }
}

type Region = NativeEmbeddedAllocators['regions'][number]

function residencyFrom(regions: readonly Region[]): OtherAllocator['residencyFrom'] {
  if (regions.every(({ hasPointers }) => hasPointers)) return 'mapping-pointers'
  return regions.every(({ hasPointers, isNamed }) => hasPointers || isNamed) ? 'mapping-names' : 'mapping-sizes'
}

function mappedFigures(regions: readonly Region[]): Figures {
  if (regions.length === 0) return { ...nothingKnown, reason: 'none of its mappings was found' }
  return {
    ...nothingKnown,
    residentBytes: regions.reduce((sum, region) => sum + region.residentBytes, 0),
    residencyFrom: residencyFrom(regions),
    reason: 'it exports no call that tells more than what of its mappings is resident',
  }
}

/** Copies of mimalloc that can't be told apart, by their places: those that a mapping may belong to, and so on from one to the next. */
function groupPlaces({ copies, regions }: NativeEmbeddedAllocators): number[][] {
  const groups = copies.flatMap(({ allocator }, place) => (allocator === 'mimalloc' ? [new Set([place])] : []))
  for (const { owners } of regions) {
    const together = groups.filter((group) => owners.some((owner) => group.has(owner)))
    const [first, ...rest] = together
    for (const group of rest) {
      group.forEach((place) => first?.add(place))
      groups.splice(groups.indexOf(group), 1)
    }
  }
  return groups.map((group) => [...group].toSorted((one, other) => one - other))
}

/** The value that all have; undefined when they differ. */
function common(values: readonly string[]): string | undefined {
  return new Set(values).size === 1 ? absentWhenEmpty(values[0] as string) : undefined
}

function describeGroup(found: NativeEmbeddedAllocators, places: readonly number[]): OtherAllocator {
  const copies = places.map((place) => found.copies[place] as NativeEmbeddedCopy)
  return {
    allocator: 'mimalloc',
    libraries: copies.map(({ library }) => library),
    symbol: common(copies.map(({ symbol }) => symbol)),
    version: common(copies.map(({ version }) => version)),
    setting: common(copies.map(({ setting }) => setting)),
    ...mappedFigures(found.regions.filter(({ owners }) => owners.some((owner) => places.includes(owner)))),
  }
}

function describeCopy(copy: NativeEmbeddedCopy, lazyFreeBytes: number): OtherAllocator {
  const { allocator, library, symbol, version, setting, statistics } = copy
  const reason = allocator === 'jemalloc' ? 'its mallctl is not exported' : 'its figures are not read'
  return {
    allocator,
    libraries: [library],
    symbol: absentWhenEmpty(symbol),
    version: absentWhenEmpty(version),
    setting: absentWhenEmpty(setting),
    ...(statistics === undefined ? { ...nothingKnown, reason } : countedFigures(copy, lazyFreeBytes)),
  }
}

/** What was found, by owner: copies that can't be told apart are one. */
export function describeEmbedded(found: NativeEmbeddedAllocators): readonly OtherAllocator[] {
  let lazyFreeBytes = found.lazyFreeBytes
  const told = found.copies
    .filter(({ allocator }) => allocator !== 'mimalloc')
    .map((copy) => {
      const described = describeCopy(copy, lazyFreeBytes)
      // What one copy has is no other's.
      lazyFreeBytes = Math.max(0, lazyFreeBytes - (copy.statistics?.muzzyBytes ?? 0))
      return described
    })
  return [...told, ...groupPlaces(found).map((places) => describeGroup(found, places))]
}

function read(binding: NativeEmbedded): NativeEmbeddedAllocators {
  const answer = binding.readEmbeddedAllocators()
  if (isFailure(answer)) throw toError(answer)
  return answer
}

/** Looks for embedded allocators, and reads them. */
export function readEmbedded(binding: NativeEmbedded): readonly OtherAllocator[] {
  return describeEmbedded(read(binding))
}

/** An embedded allocator, and its place when it can be asked to give memory back. */
export type EmbeddedAllocator = OtherAllocator & { readonly purgePlace: number | undefined }

/** The embedded allocators of this moment. */
export interface EmbeddedAllocators {
  readonly copies: readonly EmbeddedAllocator[]
  /** Bytes of those buffers that copies allocated: of copies that count what is in use, and of those known by their mappings. */
  readonly sumBuffers: (buffers: readonly ArrayBuffer[]) => { readonly countedBytes: number; readonly mappedBytes: number }
  /** Has a copy give its free memory back. Answers with the calls that were made. */
  readonly purge: (purgePlace: number) => Promise<string>
}

/** Looks for embedded allocators. What they can be asked refers to this look, until the next. */
export function findEmbedded(binding: NativeEmbedded): EmbeddedAllocators {
  const found = read(binding)
  const placeOf = ({ libraries, symbol }: OtherAllocator): number =>
    found.copies.findIndex((copy) => copy.statistics !== undefined && copy.library === libraries[0] && copy.symbol === symbol)
  return {
    copies: describeEmbedded(found).map((copy) => ({ ...copy, purgePlace: placeOf(copy) === -1 ? undefined : placeOf(copy) })),
    sumBuffers: (buffers) => binding.sumEmbeddedBuffers(buffers),
    purge: async (purgePlace) => {
      const calls = await binding.purgeEmbeddedAllocator(purgePlace)
      if (isFailure(calls)) throw toError(calls, 'jemalloc')
      return calls
    },
  }
}
