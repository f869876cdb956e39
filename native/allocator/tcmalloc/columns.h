#ifndef ALLOCSCOPE_ALLOCATOR_TCMALLOC_COLUMNS_H_
#define ALLOCSCOPE_ALLOCATOR_TCMALLOC_COLUMNS_H_

namespace allocscope::allocator::tcmalloc {

struct Property {
  const char* field;
  const char* name;
  double scale = 1;
};

// The numeric properties that gperftools documents in malloc_extension.h, under the names that TypeScript gives them: first those that say
// where the bytes are, which every reading takes, then the page heap's history and settings.
//
// In TypeScript: tcmallocFootprintColumns.
constexpr Property kFootprintProperties[] = {
    {"currentAllocatedBytes", "generic.current_allocated_bytes"},     {"heapSizeBytes", "generic.heap_size"},
    {"totalPhysicalBytes", "generic.total_physical_bytes"},           {"pageheapFreeBytes", "tcmalloc.pageheap_free_bytes"},
    {"pageheapUnmappedBytes", "tcmalloc.pageheap_unmapped_bytes"},    {"centralCacheFreeBytes", "tcmalloc.central_cache_free_bytes"},
    {"transferCacheFreeBytes", "tcmalloc.transfer_cache_free_bytes"}, {"threadCacheFreeBytes", "tcmalloc.thread_cache_free_bytes"},
};

// In TypeScript: tcmallocFurtherColumns.
constexpr Property kFurtherProperties[] = {
    {"currentTotalThreadCacheBytes", "tcmalloc.current_total_thread_cache_bytes"},
    {"maxTotalThreadCacheBytes", "tcmalloc.max_total_thread_cache_bytes"},
    {"pageheapCommittedBytes", "tcmalloc.pageheap_committed_bytes"},
    {"pageheapScavengeCount", "tcmalloc.pageheap_scavenge_count"},
    {"pageheapCommitCount", "tcmalloc.pageheap_commit_count"},
    {"pageheapTotalCommitBytes", "tcmalloc.pageheap_total_commit_bytes"},
    {"pageheapDecommitCount", "tcmalloc.pageheap_decommit_count"},
    {"pageheapTotalDecommitBytes", "tcmalloc.pageheap_total_decommit_bytes"},
    {"pageheapReserveCount", "tcmalloc.pageheap_reserve_count"},
    {"pageheapTotalReserveBytes", "tcmalloc.pageheap_total_reserve_bytes"},
    {"aggressiveMemoryDecommit", "tcmalloc.aggressive_memory_decommit"},
    {"heapLimitBytes", "tcmalloc.heap_limit_mb", 1024 * 1024},
};

// In TypeScript: tcmallocStatisticsText.
constexpr char kStatisticsText[] = "statistics";

}  // namespace allocscope::allocator::tcmalloc

#endif  // ALLOCSCOPE_ALLOCATOR_TCMALLOC_COLUMNS_H_
