/**
 * The calls that instrumented code makes, by the global names under which the collector puts them. Globals, as a hoisted function of an ES module
 * may run before any statement of its module. Every probe takes the frame that `enter` returned.
 */
export const probeNames = {
  /** `const frame = enter(functionId, lineId)`: a call begins, at the function's first line. */
  enter: '__allocscopeEnter',
  /** `leave(frame)`: in a `finally`. */
  leave: '__allocscopeLeave',
  /** `line(frame, lineId)`: what follows belongs to that line, and counts as one occurrence. */
  line: '__allocscopeLine',
  /** As `line`, before a statement that calls, constructs, spreads or otherwise may allocate where V8's new-space pointer doesn't show it. */
  lineWithCalls: '__allocscopeLineWithCalls',
  /** `back(frame, lineId)`: what follows belongs to that line again, without a new occurrence. */
  back: '__allocscopeBack',
  /** `suspend(frame, value)`: around the operand of `await` and `yield`; returns `value`. */
  suspend: '__allocscopeSuspend',
  /** `resume(frame, value)`: around the whole `await` or `yield`; returns `value`. */
  resume: '__allocscopeResume',
} as const
