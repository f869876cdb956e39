#ifndef ALLOCSCOPE_ALLOCATOR_MIMALLOC_COLUMNS_H_
#define ALLOCSCOPE_ALLOCATOR_MIMALLOC_COLUMNS_H_

namespace allocscope::allocator::mimalloc {

// In TypeScript: mimallocFootprintColumns.
constexpr const char* kFootprintColumns[] = {"committedBytes", "peakCommittedBytes"};

// In TypeScript: mimallocThreadHeapTable.
constexpr char kThreadHeapTable[] = "threadHeap";

// In TypeScript: mimallocThreadHeapColumns.
constexpr const char* kThreadHeapColumns[] = {"sizeBytes", "areas", "reservedBytes", "committedBytes", "usedBytes"};

// In TypeScript: mimallocStatisticsText.
constexpr char kStatisticsText[] = "statistics";

// In TypeScript: mimallocJsonText.
constexpr char kJsonText[] = "json";

// In TypeScript: mimallocCommitFallsFlag.
constexpr char kCommitFallsFlag[] = "commitFalls";

}  // namespace allocscope::allocator::mimalloc

#endif  // ALLOCSCOPE_ALLOCATOR_MIMALLOC_COLUMNS_H_
