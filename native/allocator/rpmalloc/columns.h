#ifndef ALLOCSCOPE_ALLOCATOR_RPMALLOC_COLUMNS_H_
#define ALLOCSCOPE_ALLOCATOR_RPMALLOC_COLUMNS_H_

namespace allocscope::allocator::rpmalloc {

// The fields that begin `rpmalloc_global_statistics_t` in every version; those behind them differ.
//
// In TypeScript: rpmallocFootprintColumns.
constexpr const char* kFootprintColumns[] = {"mappedBytes", "peakMappedBytes"};

}  // namespace allocscope::allocator::rpmalloc

#endif  // ALLOCSCOPE_ALLOCATOR_RPMALLOC_COLUMNS_H_
