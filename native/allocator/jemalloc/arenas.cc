#include "allocator/jemalloc/arenas.h"

#include <sys/types.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace allocscope::allocator::jemalloc {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr double kNanosPerMilli = 1e6;

enum class Kind { kSize, kUnsigned, kUint64, kSsize };

// A column read by one control for each row.
struct Column {
  const char* name;
  const char* control;
  Kind kind;
  double scale = 1;
};

double ReadNumber(const Control& control, const Mib& mib, Kind kind) {
  const auto number = [](const auto& value) { return value ? static_cast<double>(*value) : kUnknown; };
  switch (kind) {
    case Kind::kSize:
      return number(control.Read<size_t>(mib));
    case Kind::kUnsigned:
      return number(control.Read<unsigned>(mib));
    case Kind::kUint64:
      return number(control.Read<uint64_t>(mib));
    case Kind::kSsize:
      return number(control.Read<ssize_t>(mib));
  }
  return kUnknown;
}

// A table whose rows differ by the index at one position of each column's name.
class TableReader {
 public:
  TableReader(const Control& control, const char* name, const std::vector<Column>& columns, size_t index_position)
      : control_(control), columns_(columns), index_position_(index_position) {
    table_.name = name;
    table_.columns.emplace_back("index");
    for (const Column& column : columns) {
      table_.columns.emplace_back(column.name);
      mibs_.push_back(control.Resolve(column.control));
    }
  }

  // False when jemalloc has no such row.
  bool AddRow(size_t index) {
    std::vector<double> row{static_cast<double>(index)};
    bool found = false;
    for (size_t i = 0; i < columns_.size(); i++) {
      const Mib mib = mibs_[i].known() ? mibs_[i].At(IndexPosition(mibs_[i]), index) : mibs_[i];
      row.push_back(ReadNumber(control_, mib, columns_[i].kind) * columns_[i].scale);
      found = found || row.back() == row.back();
    }
    if (found) table_.cells.insert(table_.cells.end(), row.begin(), row.end());
    return found;
  }

  Table Take() { return std::move(table_); }

 private:
  // `arena.<i>.x` and `arenas.bin.<j>.x` are shorter than `stats.arenas.<i>.bins.<j>.x`; their index comes one part before the last.
  size_t IndexPosition(const Mib& mib) const { return index_position_ < mib.depth() - 1 ? index_position_ : mib.depth() - 2; }

  const Control& control_;
  const std::vector<Column>& columns_;
  size_t index_position_;
  std::vector<Mib> mibs_;
  Table table_;
};

const std::vector<Column>& ArenaColumns() {
  static const std::vector<Column> columns = {
      {"threads", "stats.arenas.0.nthreads", Kind::kUnsigned},
      {"uptimeMs", "stats.arenas.0.uptime", Kind::kUint64, 1 / kNanosPerMilli},
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
  return columns;
}

const std::vector<Column>& BinColumns() {
  static const std::vector<Column> columns = {
      {"sizeBytes", "arenas.bin.0.size", Kind::kSize},
      {"regionsPerSlab", "arenas.bin.0.nregs", Kind::kUnsigned},
      {"slabBytes", "arenas.bin.0.slab_size", Kind::kSize},
      {"regions", "stats.arenas.4096.bins.0.curregs", Kind::kSize},
      {"slabs", "stats.arenas.4096.bins.0.curslabs", Kind::kSize},
      {"nonfullSlabs", "stats.arenas.4096.bins.0.nonfull_slabs", Kind::kSize},
      {"allocations", "stats.arenas.4096.bins.0.nmalloc", Kind::kUint64},
      {"deallocations", "stats.arenas.4096.bins.0.ndalloc", Kind::kUint64},
  };
  return columns;
}

const std::vector<Column>& ExtentColumns() {
  static const std::vector<Column> columns = {
      {"dirtyExtents", "stats.arenas.4096.extents.0.ndirty", Kind::kSize},
      {"muzzyExtents", "stats.arenas.4096.extents.0.nmuzzy", Kind::kSize},
      {"retainedExtents", "stats.arenas.4096.extents.0.nretained", Kind::kSize},
      {"dirtyBytes", "stats.arenas.4096.extents.0.dirty_bytes", Kind::kSize},
      {"muzzyBytes", "stats.arenas.4096.extents.0.muzzy_bytes", Kind::kSize},
      {"retainedBytes", "stats.arenas.4096.extents.0.retained_bytes", Kind::kSize},
  };
  return columns;
}

constexpr size_t kArenaIndexPosition = 2;
constexpr size_t kClassIndexPosition = 4;

Table ReadArenas(const Control& control) {
  TableReader reader(control, "arenas", ArenaColumns(), kArenaIndexPosition);
  const Mib initialized = control.Resolve("arena.0.initialized");
  const unsigned count = control.Read<unsigned>("arenas.narenas").value_or(0);
  for (size_t arena = 0; arena < count; arena++) {
    if (control.Read<bool>(initialized.At(1, arena)).value_or(false)) reader.AddRow(arena);
  }
  return reader.Take();
}

Table ReadClasses(const Control& control, const char* name, const std::vector<Column>& columns, size_t at_most) {
  TableReader reader(control, name, columns, kClassIndexPosition);
  for (size_t index = 0; index < at_most && reader.AddRow(index); index++) continue;
  return reader.Take();
}

// jemalloc doesn't say how many page size classes it has: rows are read until one is refused, this many at the most.
constexpr size_t kMaxExtentClasses = 1024;

}  // namespace

void AddArenaTables(const Control& control, Document* document) {
  document->tables.push_back(ReadArenas(control));
  document->tables.push_back(ReadClasses(control, "bins", BinColumns(), control.Read<unsigned>("arenas.nbins").value_or(0)));
  document->tables.push_back(ReadClasses(control, "extents", ExtentColumns(), kMaxExtentClasses));
}

void AddSettings(const Control& control, Document* document) {
  for (const char* name : {"background_thread",
                           "opt.abort",
                           "opt.abort_conf",
                           "opt.background_thread",
                           "opt.cache_oblivious",
                           "opt.hpa",
                           "opt.prof",
                           "opt.prof_active",
                           "opt.retain",
                           "opt.stats_print",
                           "opt.tcache",
                           "opt.utrace",
                           "opt.xmalloc",
                           "opt.zero",
                           "config.cache_oblivious",
                           "config.debug",
                           "config.fill",
                           "config.lazy_lock",
                           "config.opt_safety_checks",
                           "config.prof",
                           "config.stats",
                           "config.utrace",
                           "config.xmalloc"}) {
    if (const auto value = control.Read<bool>(name)) document->flags.emplace_back(name, *value);
  }
  for (const char* name : {"opt.dss", "opt.junk", "opt.metadata_thp", "opt.percpu_arena", "opt.thp", "config.malloc_conf"}) {
    const auto value = control.Read<const char*>(name);
    if (value && *value != nullptr) document->texts.emplace_back(name, *value);
  }
  for (const char* name : {"opt.narenas", "arenas.narenas"}) {
    if (const auto value = control.Read<unsigned>(name)) document->figures.emplace_back(name, *value);
  }
  for (const char* name : {"opt.max_background_threads", "opt.oversize_threshold", "opt.tcache_max", "opt.lg_extent_max_active_fit",
                           "arenas.page", "arenas.quantum"}) {
    if (const auto value = control.Read<size_t>(name)) document->figures.emplace_back(name, static_cast<double>(*value));
  }
  for (const char* name : {"opt.dirty_decay_ms", "opt.muzzy_decay_ms"}) {
    if (const auto value = control.Read<ssize_t>(name)) document->figures.emplace_back(name, static_cast<double>(*value));
  }
}

}  // namespace allocscope::allocator::jemalloc
