import { lazily } from '../../loading/index.js'
import type { FunctionProfile, LineProfile } from '../../profile/index.js'
import type { ProfileColumn } from '../profile-columns.js'
import type { ProfileSort } from '../profile-sorts.js'

/** Which functions a report shows, and in which order. */
export interface ProfileView {
  readonly sort: ProfileSort
  /** Functions whose figures are all below this are left out; 0 leaves out none. See {@link isSmall}. */
  readonly minBytes: number
  /** The figures of lines, in this order. Undefined for the usual ones. */
  readonly columns?: readonly ProfileColumn[] | undefined
}

// Made when something is sorted: it takes longer than the rest of an empty report.
const byWords = lazily(() => new Intl.Collator('en', { numeric: true }))

/** What functions are ordered by. */
type Ordered = Omit<FunctionProfile, 'endLine' | 'lines'>

function byPlace(one: Ordered, other: Ordered): number {
  return byWords().compare(one.file, other.file) || one.line - other.line
}

const orders: Readonly<Record<ProfileSort, (one: Ordered, other: Ordered) => number>> = {
  allocated: (one, other) => other.allocatedBytes - one.allocatedBytes,
  increment: (one, other) => other.incrementBytes - one.incrementBytes,
  peak: (one, other) => (other.peakRssBytes ?? -1) - (one.peakRssBytes ?? -1),
  calls: (one, other) => other.calls - one.calls,
  name: (one, other) => byWords().compare(one.name, other.name),
  file: byPlace,
}

/** Whether the allocated bytes and the net change of a function, and of each of its lines, are below `minBytes`. */
function isSmall({ allocatedBytes, incrementBytes, lines }: FunctionProfile, minBytes: number): boolean {
  const below = (figures: { readonly allocatedBytes: number; readonly incrementBytes: number }): boolean =>
    figures.allocatedBytes < minBytes && Math.abs(figures.incrementBytes) < minBytes
  return below({ allocatedBytes, incrementBytes }) && lines.every((line) => below(line) && Math.abs(line.othersBytes) < minBytes)
}

/** `functions` in the order of `sort`; where it leaves two equal, by place. */
export function orderFunctions<One extends Ordered>(functions: readonly One[], sort: ProfileSort): One[] {
  return [...functions].sort((one, other) => orders[sort](one, other) || byPlace(one, other))
}

/** The functions of one profile that `view` selects, in its order, and how many are left out. */
export function selectFunctions(
  { functions }: Pick<LineProfile, 'functions'>,
  { sort, minBytes }: ProfileView,
): { readonly shown: readonly FunctionProfile[]; readonly hiddenCount: number } {
  const shown = functions.filter((one) => !isSmall(one, minBytes))
  return { shown: orderFunctions(shown, sort), hiddenCount: functions.length - shown.length }
}
