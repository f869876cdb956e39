/** kFootprintColumns of native/allocator/scudo/columns.h. */
export const scudoFootprintColumns = ['mappedBytes', 'allocatedBytes', 'freeBytes'] as const

/** kMallocInfoText of native/allocator/scudo/columns.h. */
export const scudoMallocInfoText = 'mallocInfo'
