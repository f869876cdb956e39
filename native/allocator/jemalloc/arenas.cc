#include "allocator/jemalloc/arenas.h"

#include <sys/types.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "allocator/jemalloc/columns.h"

namespace allocscope::allocator::jemalloc {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// `which` is a Mib, or a name.
template <typename Which>
double ReadNumber(const Control& control, const Which& which, Kind kind) {
  const auto number = [](const auto& value) { return value ? static_cast<double>(*value) : kUnknown; };
  switch (kind) {
    case Kind::kSize:
      return number(control.Read<size_t>(which));
    case Kind::kUnsigned:
      return number(control.Read<unsigned>(which));
    case Kind::kUint64:
      return number(control.Read<uint64_t>(which));
    case Kind::kSsize:
      return number(control.Read<ssize_t>(which));
    default:
      return kUnknown;
  }
}

// A table whose rows differ by the index at one position of each column's name.
class TableReader {
 public:
  template <size_t kCount>
  TableReader(const Control& control, const char* name, const Column (&columns)[kCount], size_t index_position)
      : control_(control), columns_(columns, columns + kCount), index_position_(index_position) {
    table_.name = name;
    for (const Column& column : columns) {
      table_.columns.emplace_back(column.name);
      mibs_.push_back(column.kind == Kind::kIndex ? Mib() : control.Resolve(column.control));
    }
  }

  // False when jemalloc has no such row.
  bool AddRow(size_t index) {
    std::vector<double> row;
    bool found = false;
    for (size_t i = 0; i < columns_.size(); i++) {
      const bool is_index = columns_[i].kind == Kind::kIndex;
      const Mib mib = mibs_[i].known() ? mibs_[i].At(IndexPosition(mibs_[i]), index) : mibs_[i];
      row.push_back(is_index ? static_cast<double>(index) : ReadNumber(control_, mib, columns_[i].kind) * columns_[i].scale);
      found = found || (!is_index && !std::isnan(row.back()));
    }
    if (found) table_.cells.insert(table_.cells.end(), row.begin(), row.end());
    return found;
  }

  Table Take() { return std::move(table_); }

 private:
  // `arena.<i>.x` and `arenas.bin.<j>.x` are shorter than `stats.arenas.<i>.bins.<j>.x`; their index comes one part before the last.
  size_t IndexPosition(const Mib& mib) const { return index_position_ < mib.depth() - 1 ? index_position_ : mib.depth() - 2; }

  const Control& control_;
  std::vector<Column> columns_;
  size_t index_position_;
  std::vector<Mib> mibs_;
  Table table_;
};

constexpr size_t kArenaIndexPosition = 2;
constexpr size_t kClassIndexPosition = 4;

Table ReadArenas(const Control& control) {
  TableReader reader(control, kArenaTable, kArenaColumns, kArenaIndexPosition);
  const Mib initialized = control.Resolve("arena.0.initialized");
  const unsigned count = control.Read<unsigned>("arenas.narenas").value_or(0);
  for (size_t arena = 0; arena < count; arena++) {
    if (control.Read<bool>(initialized.At(1, arena)).value_or(false)) reader.AddRow(arena);
  }
  return reader.Take();
}

template <size_t kCount>
Table ReadClasses(const Control& control, const char* name, const Column (&columns)[kCount], size_t at_most) {
  TableReader reader(control, name, columns, kClassIndexPosition);
  for (size_t index = 0; index < at_most && reader.AddRow(index); index++) continue;
  return reader.Take();
}

// jemalloc doesn't say how many page size classes it has: rows are read until one is refused, this many at the most.
constexpr size_t kMaxExtentClasses = 1024;

// What this version lacks is left out.
void AddSetting(const Control& control, const Setting& setting, Document* document) {
  if (setting.kind == Kind::kBool) {
    if (const auto value = control.Read<bool>(setting.name)) document->flags.emplace_back(setting.name, *value);
  } else if (setting.kind == Kind::kText) {
    const auto value = control.Read<const char*>(setting.name);
    if (value && *value != nullptr) document->texts.emplace_back(setting.name, *value);
  } else {
    const double value = ReadNumber(control, setting.name, setting.kind);
    if (!std::isnan(value)) document->figures.emplace_back(setting.name, value);
  }
}

}  // namespace

void AddArenaTables(const Control& control, Document* document) {
  document->tables.push_back(ReadArenas(control));
  document->tables.push_back(ReadClasses(control, kBinTable, kBinColumns, control.Read<unsigned>("arenas.nbins").value_or(0)));
  document->tables.push_back(ReadClasses(control, kExtentTable, kExtentColumns, kMaxExtentClasses));
}

void AddSettings(const Control& control, Document* document) {
  for (const Setting& setting : kSettings) AddSetting(control, setting, document);
}

}  // namespace allocscope::allocator::jemalloc
