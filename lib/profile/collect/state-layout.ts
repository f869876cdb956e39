// How a thread's record is laid out.

/** The first eight bytes of a record; another file begins with others. kRecordMagic of native/profile/state.h. */
export const recordMagic = 'ascprofl'

/** Its second figure: another number is another layout. kRecordVersion of native/profile/state.h. */
export const recordVersion = 3

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
  /** In settle mode: how many executions of a line are measured, each between full collections. */
  settledHits: 24,
  /**
   * The counters at the last synchronisation, less what isn't the program's. In the order of {@link counter}. Since then only `heap` and `net` may
   * have risen, both by what new space's top has moved from {@link word.youngTop} to {@link word.seenTop}.
   */
  synchronised: 32,
  /** What isn't the program's. */
  excluded: 48,
} as const

/** A counter among those that a line is charged by. The last is the highest RSS since the line began, in units of {@link rssUnit}. */
export const counter = { heap: 0, net: 1, external: 2, rss: 3, peak: 4 } as const

/** Bit of {@link word.attention}: RSS is to be looked at. kTick of native/profile/state.h. */
export const attentionTick = 1

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
  /** The frame that runs, linked to its callers; 0 while none runs. */
  runningFrame: 6,
  /** Bytes that probes themselves have allocated since the last synchronisation. They do so until V8 has compiled them. */
  ownBytes: 7,
  /** New space's top after the last probe. */
  seenTop: 8,
} as const

/** kSuspendedWord of native/profile/state.h. */
const suspendedWord = 14

/** Signed 32-bit words from {@link wordsOffset} on. */
export const word = {
  ...nativeWord,
  /** Changes with each synchronisation. */
  version: 9,
  freeFrame: 10,
  frames: 11,
  /** How many ids the rows have room for. */
  knownIds: 12,
  /** RSS at the last synchronisation, in units of {@link rssUnit}. */
  rss: 13,
  /** How many frames are suspended. Those of generators that are never finished stay so. */
  suspended: suspendedWord,
} as const

/** Where the lower half of the top stands among the halves of an allocation area's words. */
export const topHalf = 2

/** kHeaderBytes of native/profile/state.h. */
export const headerBytes = 4096

export const maxFrames = 1 << 15
/** Words of a frame. It has as many doubles, which stand behind the words of all frames. */
export const frameStride = 8
export const frameShift = 3

export const frame = {
  line: 0,
  /** {@link word.version} when its base was taken; -1 when the base mustn't be reused. It stays while the frame is free. */
  version: 1,
  function: 2,
  /** 0 when it is free. */
  flags: 3,
  /** The outer call's frame of the same function. */
  outer: 4,
  /** The line at which {@link frame.outer} waits. */
  parked: 5,
  /** The caller's frame, of any function; while the frame is free, the next free one. */
  below: 6,
  /** How far new space's top was beyond {@link word.youngTop} when its line began. */
  moved: 7,
} as const

export const frameFlag = {
  open: 1,
  suspended: 2,
  /** In settle mode: the line began with a full collection. */
  settled: 4,
} as const

export const recordBytes = headerBytes + maxFrames * frameStride * (4 + 8)

/** Doubles of a row. Each id, of a line or of a function, has one. */
export const rowStride = 8
export const rowShift = 3
export const row = {
  /** Of a function, `heap`, `external` and `net`: what its recursive calls charged. The outermost calls' lines contain it a second time. */
  heap: 1,
  external: 2,
  net: 3,
  rss: 4,
  others: 6,
} as const

/** Three of the row's doubles are two words each. */
export const rowWordStride = 16
export const rowWordShift = 4
export const rowWord = {
  /** Of a function: its calls. 64 bits, the lower ones first. */
  occurrences: 0,
  /** The highest RSS while the line ran, and the highest at its end, in units of {@link rssUnit}. */
  peakRss: 10,
  endRss: 11,
  /** Of a line: how many outer calls of its function wait here for an inner one. Of a function: its frame that runs. */
  parks: 14,
  running: 14,
  /** Of a line, in settle mode: how often a full collection was made around it. A number that is high enough when none is needed any more. */
  settled: 15,
} as const

/** Words of 32 bits hold RSS up to 2 TiB. */
export const rssUnit = 1024

/** Never given out: the row of id 0 takes what a frame without a line would write. */
export const noId = 0
/** A line that no program has. Not the id of the function that has it: a word of a row means one thing for a function and another for a line. */
export const exercisedLine = 1
export const firstId = 2

/** The most ids of a process. Their rows take 64 MiB. */
export const maxIds = 1 << 20
export const firstRows = 1 << 14

export const limitation = {
  /** V8's words couldn't be found, so its public count is used. */
  words: 1,
  /** Unused ends of pages can't be told from objects. */
  pageEnds: 2,
  /** Something couldn't be added to the record, as by a program that has become another user. */
  unwritten: 4,
} as const
