import type { AllocatorStats, OtherAllocator } from '../../allocator/index.js'
import { formatBytes } from '../../figures/index.js'
import { renderFacts, renderSection } from '../section.js'
import type { TextStyle } from '../text-style.js'

const sources: Readonly<Record<Exclude<OtherAllocator['residencyFrom'], undefined>, string>> = {
  statistics: 'its own count',
  'mapping-pointers': 'its mappings, which it points to',
  'mapping-names': 'its mappings, by their names',
  'mapping-sizes': 'mappings that look like its own',
}

function nameOf({ allocator, version }: OtherAllocator): string {
  return `${allocator}${version === undefined ? '' : ` ${version}`}`
}

function whereOf({ libraries, symbol }: OtherAllocator): string {
  const together = libraries.length > 1 ? ' (copies that cannot be told apart)' : ''
  return `${libraries.join(', ')}${together}${symbol === undefined ? '' : ` (${symbol})`}`
}

function figuresOf({ residentBytes, residencyFrom, allocatedBytes, setting, reason }: OtherAllocator): (readonly [string, string])[] {
  return [
    ...(residencyFrom === undefined ? [] : [['  resident', `${formatBytes(residentBytes)}, by ${sources[residencyFrom]}`] as const]),
    ...(allocatedBytes === undefined ? [] : [['  in use', `${formatBytes(allocatedBytes)}, by its own count`] as const]),
    ...(reason === undefined ? [] : [['  not known', reason] as const]),
    ...(setting === undefined ? [] : [['  gives back at once', `with ${setting} in the environment`] as const]),
  ]
}

/** Allocators within loaded libraries, and what is known of each. */
export function renderOthers({ others }: Pick<AllocatorStats, 'others'>, style: TextStyle): string[] {
  const facts = (others ?? []).flatMap((other) => [[nameOf(other), whereOf(other)] as const, ...figuresOf(other)])
  return renderSection('Other allocators in loaded libraries', renderFacts(facts, style), style)
}

/** One of them in a line. */
export function describeOther(other: OtherAllocator): string {
  const { residentBytes, setting } = other
  const resident = residentBytes === undefined ? '' : `, ${formatBytes(residentBytes)} resident`
  return `${nameOf(other)}, private to ${other.libraries.join(', ')}${resident}${setting === undefined ? '' : `; ${setting} has it give memory back`}`
}
