/** Figures of a line that `--columns` can ask for. */
export const profileColumns = ['allocated', 'heap', 'external', 'increment', 'others', 'rss', 'mem', 'peak', 'occurrences'] as const
export type ProfileColumn = (typeof profileColumns)[number]
