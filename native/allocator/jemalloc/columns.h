#ifndef ALLOCSCOPE_ALLOCATOR_JEMALLOC_COLUMNS_H_
#define ALLOCSCOPE_ALLOCATOR_JEMALLOC_COLUMNS_H_

#include <cstdint>

namespace allocscope::allocator::jemalloc {

// How a control's value is kept. kPages: a size_t that counts pages. kIndex: no control at all, but the row's own number.
enum class Kind : uint8_t { kIndex, kSize, kPages, kUnsigned, kUint64, kSsize, kBool, kText };

// A figure read by one control.
struct Column {
  const char* name;
  const char* control;
  Kind kind;
  double scale = 1;
};

// A value that keeps its control's name.
struct Setting {
  const char* name;
  Kind kind;
};

// In TypeScript: jemallocFootprintColumns.
constexpr Column kFootprintColumns[] = {
    {"allocatedBytes", "stats.allocated", Kind::kSize},
    {"activeBytes", "stats.active", Kind::kSize},
    {"metadataBytes", "stats.metadata", Kind::kSize},
    {"residentBytes", "stats.resident", Kind::kSize},
    {"mappedBytes", "stats.mapped", Kind::kSize},
    {"retainedBytes", "stats.retained", Kind::kSize},
    {"dirtyBytes", "stats.arenas.4096.pdirty", Kind::kPages},
    {"muzzyBytes", "stats.arenas.4096.pmuzzy", Kind::kPages},
    {"tcacheBytes", "stats.arenas.4096.tcache_bytes", Kind::kSize},
};

// In TypeScript: jemallocArenaTable.
constexpr char kArenaTable[] = "arenas";

// In TypeScript: jemallocArenaColumns.
constexpr Column kArenaColumns[] = {
    {"index", "", Kind::kIndex},
    {"threads", "stats.arenas.0.nthreads", Kind::kUnsigned},
    {"uptimeMs", "stats.arenas.0.uptime", Kind::kUint64, 1e-6},
    {"activePages", "stats.arenas.0.pactive", Kind::kSize},
    {"dirtyPages", "stats.arenas.0.pdirty", Kind::kSize},
    {"muzzyPages", "stats.arenas.0.pmuzzy", Kind::kSize},
    {"mappedBytes", "stats.arenas.0.mapped", Kind::kSize},
    {"retainedBytes", "stats.arenas.0.retained", Kind::kSize},
    {"residentBytes", "stats.arenas.0.resident", Kind::kSize},
    {"baseBytes", "stats.arenas.0.base", Kind::kSize},
    {"internalBytes", "stats.arenas.0.internal", Kind::kSize},
    {"tcacheBytes", "stats.arenas.0.tcache_bytes", Kind::kSize},
    {"smallAllocatedBytes", "stats.arenas.0.small.allocated", Kind::kSize},
    {"largeAllocatedBytes", "stats.arenas.0.large.allocated", Kind::kSize},
    {"dirtyDecayMs", "arena.0.dirty_decay_ms", Kind::kSsize},
    {"muzzyDecayMs", "arena.0.muzzy_decay_ms", Kind::kSsize},
};

// In TypeScript: jemallocBinTable.
constexpr char kBinTable[] = "bins";

// In TypeScript: jemallocBinColumns.
constexpr Column kBinColumns[] = {
    {"index", "", Kind::kIndex},
    {"sizeBytes", "arenas.bin.0.size", Kind::kSize},
    {"regionsPerSlab", "arenas.bin.0.nregs", Kind::kUnsigned},
    {"slabBytes", "arenas.bin.0.slab_size", Kind::kSize},
    {"regions", "stats.arenas.4096.bins.0.curregs", Kind::kSize},
    {"slabs", "stats.arenas.4096.bins.0.curslabs", Kind::kSize},
    {"nonfullSlabs", "stats.arenas.4096.bins.0.nonfull_slabs", Kind::kSize},
    {"allocations", "stats.arenas.4096.bins.0.nmalloc", Kind::kUint64},
    {"deallocations", "stats.arenas.4096.bins.0.ndalloc", Kind::kUint64},
};

// In TypeScript: jemallocExtentTable.
constexpr char kExtentTable[] = "extents";

// In TypeScript: jemallocExtentColumns.
constexpr Column kExtentColumns[] = {
    {"index", "", Kind::kIndex},
    {"dirtyExtents", "stats.arenas.4096.extents.0.ndirty", Kind::kSize},
    {"muzzyExtents", "stats.arenas.4096.extents.0.nmuzzy", Kind::kSize},
    {"retainedExtents", "stats.arenas.4096.extents.0.nretained", Kind::kSize},
    {"dirtyBytes", "stats.arenas.4096.extents.0.dirty_bytes", Kind::kSize},
    {"muzzyBytes", "stats.arenas.4096.extents.0.muzzy_bytes", Kind::kSize},
    {"retainedBytes", "stats.arenas.4096.extents.0.retained_bytes", Kind::kSize},
};

// Options and build settings in force, by their upstream names. In TypeScript: jemallocSettings.
constexpr Setting kSettings[] = {
    {"background_thread", Kind::kBool},
    {"opt.abort", Kind::kBool},
    {"opt.abort_conf", Kind::kBool},
    {"opt.background_thread", Kind::kBool},
    {"opt.cache_oblivious", Kind::kBool},
    {"opt.hpa", Kind::kBool},
    {"opt.prof", Kind::kBool},
    {"opt.prof_active", Kind::kBool},
    {"opt.retain", Kind::kBool},
    {"opt.stats_print", Kind::kBool},
    {"opt.tcache", Kind::kBool},
    {"opt.utrace", Kind::kBool},
    {"opt.xmalloc", Kind::kBool},
    {"opt.zero", Kind::kBool},
    {"config.cache_oblivious", Kind::kBool},
    {"config.debug", Kind::kBool},
    {"config.fill", Kind::kBool},
    {"config.lazy_lock", Kind::kBool},
    {"config.opt_safety_checks", Kind::kBool},
    {"config.prof", Kind::kBool},
    {"config.stats", Kind::kBool},
    {"config.utrace", Kind::kBool},
    {"config.xmalloc", Kind::kBool},
    {"opt.dss", Kind::kText},
    {"opt.junk", Kind::kText},
    {"opt.metadata_thp", Kind::kText},
    {"opt.percpu_arena", Kind::kText},
    {"opt.thp", Kind::kText},
    {"config.malloc_conf", Kind::kText},
    {"opt.narenas", Kind::kUnsigned},
    {"arenas.narenas", Kind::kUnsigned},
    {"opt.max_background_threads", Kind::kSize},
    {"opt.oversize_threshold", Kind::kSize},
    {"opt.tcache_max", Kind::kSize},
    {"opt.lg_extent_max_active_fit", Kind::kSize},
    {"arenas.page", Kind::kSize},
    {"arenas.quantum", Kind::kSize},
    {"opt.dirty_decay_ms", Kind::kSsize},
    {"opt.muzzy_decay_ms", Kind::kSsize},
};

}  // namespace allocscope::allocator::jemalloc

#endif  // ALLOCSCOPE_ALLOCATOR_JEMALLOC_COLUMNS_H_
