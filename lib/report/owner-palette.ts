import type { CourseOwner } from '../record/index.js'

/** A colour on a light page, and on a dark one. */
export type Shade = readonly [light: string, dark: string]

/** Owners of one family have one colour, on every page. */
export type OwnerFamily = 'v8' | 'buffers' | 'wasm' | 'malloc' | 'embedded' | 'stacks' | 'files' | 'anonymous' | 'other' | 'unexplained'

/**
 * `fill` is the colour of an area, `gap` that of one which is resident without anything in it. Text stands on both. Those that a course over time may have
 * are told apart whatever cones a reader has: `test/report/owner-palette.test.ts` measures it.
 */
export const ownerColours: Readonly<Record<OwnerFamily, { readonly fill: Shade; readonly gap: Shade }>> = {
  v8: { fill: ['#9cc8ff', '#304f9b'], gap: ['#c9e0fb', '#1f3f66'] },
  buffers: { fill: ['#d9c2f3', '#5c3f88'], gap: ['#e9dcf9', '#452f66'] },
  wasm: { fill: ['#f3bfdc', '#7d3560'], gap: ['#f9dcec', '#5d2747'] },
  malloc: { fill: ['#d58c61', '#955816'], gap: ['#f3cd65', '#473919'] },
  embedded: { fill: ['#e9de83', '#655a10'], gap: ['#f3edb9', '#4b430c'] },
  stacks: { fill: ['#b0dcb8', '#2a6140'], gap: ['#d2ebd7', '#1f4830'] },
  files: { fill: ['#70e9b9', '#376f74'], gap: ['#d2edef', '#174548'] },
  anonymous: { fill: ['#a875c5', '#561650'], gap: ['#d3bbe2', '#3c1038'] },
  other: { fill: ['#99a0ab', '#434343'], gap: ['#e6e9ed', '#333a43'] },
  unexplained: { fill: ['#f6b7b1', '#84322c'], gap: ['#fad8d5', '#622520'] },
}

/** How an owner is drawn. What is `spare` is resident without anything in it, and hatched. */
export interface OwnerLook {
  readonly name: string
  readonly family: OwnerFamily
  readonly spare?: true
}

/** Owners of a process's course over time. Names are those of the ledger. */
export const courseLooks: Readonly<Record<CourseOwner, OwnerLook>> = {
  files: { name: 'files and shared memory', family: 'files' },
  heap: { name: "V8's heap", family: 'v8' },
  'allocator-in-use': { name: 'malloc, in use', family: 'malloc' },
  'allocator-free': { name: 'malloc, free but kept', family: 'malloc', spare: true },
  allocator: { name: 'malloc', family: 'malloc' },
  anonymous: { name: 'anonymous memory', family: 'anonymous' },
  other: { name: 'other', family: 'other' },
}

/** The order of owners from the bottom of a stack up. */
export const stackOrder = Object.keys(courseLooks) as readonly CourseOwner[]

/** The colour of an owner's area in a course. */
export function courseShade(owner: CourseOwner): Shade {
  const { family, spare } = courseLooks[owner]
  return ownerColours[family][spare === true ? 'gap' : 'fill']
}

/** Rules that give each family's class its colours. */
export function familyRules(): string {
  const rules = Object.entries(ownerColours).map(
    ([family, { fill, gap }]) => `.${family} { --fill: light-dark(${fill.join(', ')}); --gap: light-dark(${gap.join(', ')}); }`,
  )
  return rules.join('\n')
}

/** Lines that stand for recordings or processes, in their order. With more of them the colours come again, dashed. */
export const lineColours: readonly Shade[] = [
  ['#2d46bb', '#bbc9ff'],
  ['#b0606d', '#ff959e'],
  ['#444600', '#8f8700'],
  ['#5996d7', '#995fd3'],
  ['#939503', '#d6e62e'],
  ['#5e0021', '#c34055'],
]
