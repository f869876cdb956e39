/** The codes of {@link AllocscopeError}. Bad arguments are no such error: they are a `TypeError` or a `RangeError`, as in Node itself. */
export type AllocscopeErrorCode =
  /** No binary of the addon could be loaded: another platform, or an installation without its prebuilt file. */
  | 'ERR_ALLOCSCOPE_NO_ADDON'
  /** This platform or allocator can't give the figures. */
  | 'ERR_ALLOCSCOPE_UNSUPPORTED'
  /** The kernel refused a file under /proc or a resource call. */
  | 'ERR_ALLOCSCOPE_PROC_UNREADABLE'
  /** A call of the live allocator failed. */
  | 'ERR_ALLOCSCOPE_ALLOCATOR_CALL'
  /** The allocator printed a text that isn't in the form that its version documents. */
  | 'ERR_ALLOCSCOPE_MALFORMED_REPORT'
  /** The named allocator isn't known or isn't installed. */
  | 'ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND'
  /** The program doesn't exist or couldn't be started. */
  | 'ERR_ALLOCSCOPE_PROGRAM'
  /** The checked script ended its process before the check was done. */
  | 'ERR_ALLOCSCOPE_CHECK_CUT_SHORT'
  /** An optional package that this needs isn't installed. The message says which, and how to install it. */
  | 'ERR_ALLOCSCOPE_MISSING_PEER'
  /** The layout of V8's objects could not be proved, so no object's size is known. The message names what failed. */
  | 'ERR_ALLOCSCOPE_V8_LAYOUT_UNSUPPORTED'
  /** The forked child that tries a purge could not be made, or didn't answer. */
  | 'ERR_ALLOCSCOPE_WHAT_IF'
  /** A profile's record can't be written. */
  | 'ERR_ALLOCSCOPE_PROFILE_RECORD'
  /** A thread that is being profiled, or was, can't be profiled again. */
  | 'ERR_ALLOCSCOPE_PROFILE_RUNNING'
  /** The pages of a report can't be written to the folder that was asked for. */
  | 'ERR_ALLOCSCOPE_REPORT'
  /** A profile has no room for more functions and lines. */
  | 'ERR_ALLOCSCOPE_PROFILE_FULL'
  /** Two matchers of `allocscope/jest` were to measure this process at the same time. */
  | 'ERR_ALLOCSCOPE_CHECK_OVERLAPS'
  /** A process of `allocscope lab` ended before it had measured. */
  | 'ERR_ALLOCSCOPE_LAB_CUT_SHORT'
  /** V8's heap snapshot isn't in the form that it documents, or ended early. */
  | 'ERR_ALLOCSCOPE_HEAP_SNAPSHOT'
  /** A recording can't be read or written: no such file, not a recording, of a newer version, damaged. */
  | 'ERR_ALLOCSCOPE_RECORDING'
  /** This process has a flight recorder already. */
  | 'ERR_ALLOCSCOPE_FLIGHT_RUNNING'
  /** The process is being tracked already: one session at a time. */
  | 'ERR_ALLOCSCOPE_TRACKING'
  /** The tracked program told nothing: it was ended from outside, or couldn't be tracked. The message says which. */
  | 'ERR_ALLOCSCOPE_TRACK_RECORD'
  /** A file that was to be compared is no report of `allocscope track --json`. The message names it and says why. */
  | 'ERR_ALLOCSCOPE_TRACK_REPORT'
  /** The registry or meter has allocscope's metrics already, or another metric of one of their names. */
  | 'ERR_ALLOCSCOPE_METRICS_REGISTERED'
  /** A process can't be attached to: it has ended, is stopped, isn't a Node program, or didn't answer. The message says which. */
  | 'ERR_ALLOCSCOPE_ATTACH'
  /** This user may not look into that process. The message says what forbids it, and what to do. */
  | 'ERR_ALLOCSCOPE_ATTACH_FORBIDDEN'
  /** The guard's folder can't be written to: it isn't its user's alone, or its lock can't be taken. */
  | 'ERR_ALLOCSCOPE_GUARD'
  /** No folder can be made where temporary files go. The message says why: TMPDIR can name another place. */
  | 'ERR_ALLOCSCOPE_TEMPORARY_FOLDER'
  /** A fault of allocscope itself: please report it. */
  | 'ERR_ALLOCSCOPE_INTERNAL'

/** Details of an {@link AllocscopeError}, besides its code and message. */
export interface AllocscopeErrorDetails {
  /** The allocator whose back end failed. */
  readonly backend?: string | undefined
  /** The system or allocator call that failed. */
  readonly syscall?: string | undefined
  /** The positive `errno` of that call. */
  readonly errno?: number | undefined
  /** The error behind this one. */
  readonly cause?: unknown
}

const brand = Symbol.for('allocscope.AllocscopeError')

/** Whether details can be read of it. The class is exported: it may be given anything. */
function isReadable(details: unknown): details is AllocscopeErrorDetails {
  try {
    return typeof details === 'object' && details !== null && typeof Reflect.has(details, 'cause') === 'boolean'
  } catch {
    // A revoked Proxy, or one whose trap throws.
    return false
  }
}

/** The one error class of allocscope. Recognise it by {@link isAllocscopeError}: `instanceof` fails for another copy's or realm's errors. */
export class AllocscopeError extends Error {
  override readonly name = 'AllocscopeError'
  /** What went wrong, for programs. */
  readonly code: AllocscopeErrorCode
  readonly backend: string | undefined
  readonly syscall: string | undefined
  readonly errno: number | undefined

  constructor(code: AllocscopeErrorCode, message: string, details: AllocscopeErrorDetails = {}) {
    const given = isReadable(details) ? details : {}
    super(typeof message === 'string' ? message : undefined, 'cause' in given ? { cause: given.cause } : undefined)
    this.code = code
    this.backend = given.backend
    this.syscall = given.syscall
    this.errno = given.errno
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Whether `value` is an {@link AllocscopeError}, of this or another copy of the package, in this or another realm (Jest, vm). */
export function isAllocscopeError(value: unknown): value is AllocscopeError {
  try {
    return typeof value === 'object' && value !== null && brand in value
  } catch {
    // A revoked Proxy, or one whose trap throws.
    return false
  }
}

/** What the file system says against reading `file`. Node's permission model doesn't name the file. */
export function whyNotReadable(cause: unknown, file: string): string {
  const { code, message } = cause as NodeJS.ErrnoException
  return code === 'ERR_ACCESS_DENIED' ? `node's permission model forbids it: --allow-fs-read=${file} permits it` : message
}

/**
 * What the file system says against writing to `folder`, and the `remedy`. Node's permission model names neither the folder nor both of the flags: these
 * are the remedy then.
 */
export function whyNotWritable(cause: unknown, folder: string, remedy?: string): string {
  const { code, message } = cause as NodeJS.ErrnoException
  if (code !== 'ERR_ACCESS_DENIED') return remedy === undefined ? message : `${message}: ${remedy}`
  return `node's permission model forbids it: --allow-fs-read=${folder} --allow-fs-write=${folder} permits it`
}
