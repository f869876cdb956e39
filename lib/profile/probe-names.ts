/**
 * The calls that instrumented code makes, by the global names under which the collector puts them. Globals, as a hoisted function of an ES module
 * may run before any statement of its module. Every probe takes the frame that `enter` returned.
 */
export const probeNames = {
  /** `const frame = enter(functionId, lineId)`: a call begins, at the function's first line. */
  enter: '__allocscopeEnter',
  /** `leave(frame)`: in a `finally`. A generator that is never finished never leaves. */
  leave: '__allocscopeLeave',
  /** `line(frame, lineId)`: what follows belongs to that line, and counts as one occurrence. */
  line: '__allocscopeLine',
  /** `back(frame, lineId)`: what follows belongs to that line again, without a new occurrence. */
  back: '__allocscopeBack',
  /**
   * `suspend(frame, value)`: around the operand of `await` and `yield`; returns `value`. What comes next is `resume`, or any other probe of the
   * frame: `line` where a rejection is caught, `leave` when the generator is returned from.
   */
  suspend: '__allocscopeSuspend',
  /** `resume(frame, value)`: around the whole `await` or `yield`; returns `value`. May come without a `suspend` before it, and then does nothing. */
  resume: '__allocscopeResume',
} as const
