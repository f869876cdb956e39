/**
 * What became of the memory that was used, from best to worst:
 *
 * - `'returned'`: RSS came back to where it began.
 * - `'held-by-v8'`: V8 keeps pages of its heap that hold nothing alive.
 * - `'held-by-allocator'`: the allocator keeps free memory that a purge gives back.
 * - `'fragmented'`: free memory lies on pages that also hold something in use: no purge gives it back.
 * - `'inconclusive'`: none of these explains most of what stays, or native memory isn't known.
 * - `'still-live'`: it was never freed.
 */
export type ReleaseVerdict = 'returned' | 'held-by-v8' | 'held-by-allocator' | 'fragmented' | 'inconclusive' | 'still-live'

/** Every verdict, from best to worst. */
export const releaseVerdicts = ['returned', 'held-by-v8', 'held-by-allocator', 'fragmented', 'inconclusive', 'still-live'] as const
