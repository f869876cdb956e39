import type { LineFigures } from '../../../profile/index.js'
import type { ProfileColumn } from '../../profile-columns.js'

/** The figures of these lines that are shown when nobody asks for others. */
export function usualColumns(lines: readonly LineFigures[]): ProfileColumn[] {
  const others: ProfileColumn[] = lines.some(({ othersBytes }) => othersBytes !== 0) ? ['others'] : []
  return ['allocated', 'increment', ...others, 'peak', 'occurrences']
}
