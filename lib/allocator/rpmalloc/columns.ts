/** kFootprintColumns of native/allocator/rpmalloc/columns.h. */
export const rpmallocFootprintColumns = ['mappedBytes', 'peakMappedBytes'] as const
