// How a thread's record is laid out.

/** The first eight bytes of a record: those of another file are others. kRecordMagic of native/profile/state.h. */
export const recordMagic = 'ascprofl'

/** Its second figure: another number is another layout. kRecordVersion of native/profile/state.h. */
export const recordVersion = 2

/** Figure of native/profile/state.h: what native code writes. */
const nativeFigure = {
  /** {@link recordMagic}, which is no number. */
  magic: 0,
  /** {@link recordVersion} */
  version: 1,
  heapAllocated: 2,
  heapNet: 3,
  externalAllocated: 4,
  externalNow: 5,
  rss: 6,
  peakRss: 7,
  processPeak: 8,
  collections: 9,
  inexact: 10,
  timeMs: 11,
} as const

/** Doubles from byte 0 on. */
export const figure = {
  ...nativeFigure,
  pid: 17,
  threadId: 18,
  mode: 19,
  /** 0 in a record that was never begun: written when all else is. */
  startedMs: 20,
  stoppedMs: 21,
  lostCalls: 22,
  /** Bits of {@link limitation}. */
  limitations: 23,
  /** In settle mode: how many executions of a line are measured between full collections. */
  settledHits: 24,
  /** The counters as the last probe saw them, what isn't the program's taken off: in the order of {@link counter}. */
  now: 32,
  /** … and as they were at the last synchronisation. */
  synchronised: 40,
  /** What isn't the program's. */
  excluded: 48,
} as const

/** A counter among those that a line is charged by. */
export const counter = { heap: 0, net: 1, external: 2, rss: 3, peak: 4 } as const

/** kWordsOffset of native/profile/state.h. */
export const wordsOffset = 512

/** Word of native/profile/state.h: what native code reads or writes. */
const nativeWord = {
  attention: 0,
  youngTop: 1,
  oldTop: 2,
  external: 3,
  youngLarge: 4,
  oldLarge: 5,
  /** The frame that runs; those that it was called by are linked to it. 0 while none does. */
  runningFrame: 6,
  /** Bytes that probes have allocated themselves since the last synchronisation, as they do until V8 has compiled them. */
  ownBytes: 7,
  /** New space's top as the last probe saw it, or left it. */
  seenTop: 8,
} as const

/** Signed 32-bit words from {@link wordsOffset} on. */
export const word = {
  ...nativeWord,
  /** Changes whenever {@link figure.now} does. */
  version: 9,
  freeFrame: 10,
  frames: 11,
  /** Ids that the rows have room for. */
  knownIds: 12,
} as const

/** kHeaderBytes of native/profile/state.h. */
export const headerBytes = 4096

export const maxFrames = 1 << 15
/** Words of a frame; as many doubles of it stand behind all frames' words. */
export const frameStride = 8

export const frame = {
  line: 0,
  /** {@link word.version} when its base was taken; -1 when that doesn't count. */
  version: 1,
  function: 2,
  /** 0 when it is free. */
  flags: 3,
  /** The frame of the same function's that runs below this one. */
  outer: 4,
  /** The line at which {@link frame.outer} waits. */
  parked: 5,
  /** The frame that runs below this one, whatever function it is of. */
  below: 6,
  /** The next free frame. */
  next: 7,
} as const

export const frameFlag = {
  open: 1,
  suspended: 2,
  /** In settle mode: the line began with a full collection. */
  settled: 4,
} as const

export const recordBytes = headerBytes + maxFrames * frameStride * (4 + 8)

/** A row for each id, of a line or of a function: doubles. */
export const rowStride = 8
export const row = {
  /** Of a function, `heap`, `external` and `net`: what its recursive calls charged. The outermost calls' lines contain it a second time. */
  heap: 1,
  external: 2,
  net: 3,
  rss: 4,
  peak: 5,
  others: 6,
} as const

/** The row's first and last doubles are two words each. */
export const rowWordStride = 16
export const rowWord = {
  /** Of a function: its calls. 64 bits, the lower ones first. */
  occurrences: 0,
  /** Of a line: calls of its function that run below another one, waiting here. Of a function: its frame that runs. */
  parks: 14,
  running: 14,
  /** Of a line, in settle mode: how often a full collection was made around it. */
  settled: 15,
} as const

/** The most ids of a process: 64 MiB of rows. */
export const maxIds = 1 << 20
export const firstRows = 1 << 14

export const limitation = {
  /** V8's words couldn't be told: its public count serves. */
  words: 1,
  /** Unused ends of pages can't be told from objects. */
  pageEnds: 2,
} as const
