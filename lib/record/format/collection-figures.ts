/**
 * How a flight recording's rows tell collections: since the recorder began, how many of each kind there were, and their milliseconds. `kind` is that of node's
 * performance entries of the type `gc`. In this order native code counts them.
 */
export const collectionFigures = [
  { kind: 1, count: 'scavenges', totalMs: 'scavengeMs' },
  { kind: 2, count: 'minorMarkSweeps', totalMs: 'minorMarkSweepMs' },
  { kind: 4, count: 'markSweeps', totalMs: 'markSweepMs' },
] as const
