/** The exit codes of `allocscope`. `allocscope run` and `allocscope profile` end with the program's own code, or by the program's own signal. */
export const exitCodes = {
  success: 0,
  /** A reading failed, or a verdict was bad. */
  failure: 1,
  /** The command line is wrong. Nothing was run. */
  usage: 2,
} as const
