import { formatBytes, formatCount } from '../../../figures/index.js'
import type { PageStack } from '../page-data.js'

/** What the widths of a graph stand for. */
export interface Measure {
  readonly name: string
  readonly of: (stack: PageStack) => number
  /** The standard error of one stack's figure. */
  readonly errorOf: (stack: PageStack) => number
  readonly format: (figure: number) => string
  /** Whether it is known of moments before the end, too. */
  readonly isOverTime: boolean
}

const bytes = (figure: number): string => formatBytes(figure)
const blocks = (figure: number): string => `${formatCount(figure)} blocks`
const unknown = (): number => 0

export const measures: readonly Measure[] = [
  {
    name: 'live bytes',
    of: ({ liveBytes }) => liveBytes,
    errorOf: ({ liveBytesError }) => liveBytesError,
    format: bytes,
    isOverTime: true,
  },
  { name: 'live blocks', of: ({ liveBlocks }) => liveBlocks, errorOf: unknown, format: blocks, isOverTime: false },
  { name: 'allocated bytes', of: ({ allocatedBytes }) => allocatedBytes, errorOf: unknown, format: bytes, isOverTime: false },
  { name: 'allocations', of: ({ allocations }) => allocations, errorOf: unknown, format: blocks, isOverTime: false },
  { name: 'resident bytes of mappings', of: ({ residentBytes }) => residentBytes, errorOf: unknown, format: bytes, isOverTime: false },
  { name: 'mapped bytes', of: ({ mappedBytes }) => mappedBytes, errorOf: unknown, format: bytes, isOverTime: false },
]
