/**
 * The calls that instrumented code makes. The collector puts them on the global object under these names: an import wouldn't do, as a hoisted function
 * of an ES module may run before any statement of its module. Every other probe takes the frame that `enter` returned.
 */
export const probeNames = {
  /** `const frame = enter(functionId, lineId)`: a call begins, at the function's first line. */
  enter: '__allocscopeEnter',
  /** `leave(frame)`: in a `finally`. A generator that is never finished never leaves. */
  leave: '__allocscopeLeave',
  /** `line(frame, lineId)`: what follows belongs to that line, and counts as one occurrence. In settle mode `-lineId` stands for a line that frees nothing. */
  line: '__allocscopeLine',
  /** `back(frame, lineId)`: what follows belongs to that line again, without a new occurrence. */
  back: '__allocscopeBack',
  /**
   * `suspend(frame, value)`: around the operand of `await` and `yield`; returns `value`. The next probe is usually `resume`, but may be any other of
   * the frame: `line` when a rejection is caught, `leave` when the generator is ended by `return`.
   */
  suspend: '__allocscopeSuspend',
  /** `resume(frame, value)`: around the whole `await` or `yield`; returns `value`. Without a `suspend` before it, it does nothing. */
  resume: '__allocscopeResume',
} as const

/** An empty array, on the global object too. It is spread as the arguments of a call that has none, after a probe: `f(...(line(frame, lineId), none))`. */
export const noArgumentsName = '__allocscopeNone'
