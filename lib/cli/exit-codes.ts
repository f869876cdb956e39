/** The exit codes of `allocscope`. `allocscope run` and `allocscope profile` end with the program's own code, or by the program's own signal. */
export const exitCodes = {
  success: 0,
  /** A reading failed, a verdict was bad, or the report of a program that ended well could not be written. */
  failure: 1,
  /** The command line is wrong. Nothing was run. */
  usage: 2,
} as const
