#ifndef ALLOCSCOPE_ALLOCATOR_GLIBC_COLUMNS_H_
#define ALLOCSCOPE_ALLOCATOR_GLIBC_COLUMNS_H_

namespace allocscope::allocator::glibc {

// In TypeScript: glibcFootprintColumns.
constexpr const char* kFootprintColumns[] = {"arenaBytes",    "mainArenaBytes",     "arenaCount",        "mmappedBytes",
                                             "mmappedChunks", "mmapThresholdBytes", "trimThresholdBytes"};

// Of mallinfo2. In TypeScript: glibcCounterColumns.
constexpr const char* kCounterColumns[] = {"arenaBytes",   "freeChunks", "fastbinChunks", "mmappedChunks",    "mmappedBytes",
                                           "fastbinBytes", "inUseBytes", "freeBytes",     "trimmableTopBytes"};

// Beside the text of malloc_info, where the layout is proved. In TypeScript: glibcTunableColumns.
constexpr const char* kTunableColumns[] = {"mmapThresholdBytes", "trimThresholdBytes", "topPadBytes",   "arenaTest", "arenaMax", "mmapMax",
                                           "noDynamicThreshold", "tcacheCount",        "tcacheMaxBytes"};

// … and where it could be read, the one counter that malloc_info lacks. In TypeScript: glibcTopColumn.
constexpr char kTopColumn[] = "trimmableTopBytes";

// In TypeScript: glibcArenaTable.
constexpr char kArenaTable[] = "arenas";

// In TypeScript: glibcArenaColumns.
constexpr const char* kArenaColumns[] = {"systemBytes", "maxSystemBytes", "attachedThreads"};

// In TypeScript: glibcMallocInfoText.
constexpr char kMallocInfoText[] = "mallocInfo";

}  // namespace allocscope::allocator::glibc

#endif  // ALLOCSCOPE_ALLOCATOR_GLIBC_COLUMNS_H_
