import type { LineProfile } from '../line-profile.js'

/**
 * The profiles in a record folder: one of each thread, processes by the time of their start. The record may be that of a running program, or
 * of one that was killed: then an open line's figures go to where the last probe saw it.
 */
export declare function readProfiles(folder: string): LineProfile[]
