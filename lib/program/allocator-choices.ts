/** What `--allocator` may name. */
export const allocatorChoices = ['glibc', 'jemalloc', 'mimalloc', 'tcmalloc'] as const
export type AllocatorChoice = (typeof allocatorChoices)[number]
