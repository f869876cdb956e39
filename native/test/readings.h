#ifndef ALLOCSCOPE_TEST_READINGS_H_
#define ALLOCSCOPE_TEST_READINGS_H_

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "allocator/backend.h"
#include "test/check.h"

namespace allocscope::test {

// A back end's figures by the names that it gives them. What isn't there is NaN, which equals nothing.
constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

inline double FigureOf(const allocator::Document& document, const std::string& name) {
  for (const auto& [figure, value] : document.figures) {
    if (figure == name) return value;
  }
  return kMissing;
}

inline std::string TextOf(const allocator::Document& document, const std::string& name) {
  for (const auto& [text, value] : document.texts) {
    if (text == name) return value;
  }
  return {};
}

// The column of a table, from its first row to its last.
inline std::vector<double> ColumnOf(const allocator::Document& document, const std::string& table_name, const std::string& column) {
  std::vector<double> cells;
  for (const allocator::Table& table : document.tables) {
    const auto found = std::find(table.columns.begin(), table.columns.end(), column);
    if (table.name != table_name || found == table.columns.end()) continue;
    for (size_t at = static_cast<size_t>(found - table.columns.begin()); at < table.cells.size(); at += table.columns.size()) {
      cells.push_back(table.cells[at]);
    }
  }
  return cells;
}

// Where ReadFootprint puts its figures: made beforehand, so that reading allocates nothing.
class Footprint {
 public:
  explicit Footprint(const allocator::Backend& backend)
      : backend_(backend), fields_(backend.footprint_fields()), figures_(fields_.size()) {}

  // Allocates nothing, so that what the allocator says right afterwards is of the same moment.
  void Read() {
    if (!backend_.ReadFootprint(figures_.data()).ok()) Check(false, "the footprint is read");
  }

  double operator[](const char* name) const {
    const auto found = std::find(fields_.begin(), fields_.end(), name);
    return found == fields_.end() ? kMissing : figures_[static_cast<size_t>(found - fields_.begin())];
  }

 private:
  const allocator::Backend& backend_;
  const std::vector<std::string>& fields_;
  std::vector<double> figures_;
};

inline bool IsWithin(double one, double other, double tolerance) { return one >= other - tolerance && one <= other + tolerance; }

}  // namespace allocscope::test

#endif  // ALLOCSCOPE_TEST_READINGS_H_
