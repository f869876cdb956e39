/** What a check's rounds of calls may come to, and how many of them are judged. */
export const roundLimits = {
  /** Rounds judged: the last ones, as they have the most calls and the caches are warm. */
  judged: 3,
  /** Calls of the longest round. */
  calls: 65_536,
  /** RSS that the rounds may add before no more are made: a leak of that size is evident. */
  growthBytes: 256 * 2 ** 20,
  /** Time for the rounds beyond the first, unless the options say otherwise. */
  budgetMs: 3000,
} as const
