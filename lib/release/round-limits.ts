/** Limits of a check's rounds of calls. */
export const roundLimits = {
  /** Rounds judged: the last ones, as they have the most calls and the caches are warm. */
  judged: 3,
  /** Calls of the longest round. */
  calls: 65_536,
  /** After the rounds have added this much RSS, no more are made: such a leak is evident. */
  growthBytes: 256 * 2 ** 20,
  /** Time for the rounds beyond the first, unless the options say otherwise. */
  budgetMs: 3000,
} as const
