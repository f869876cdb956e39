#ifndef ALLOCSCOPE_ALLOCATOR_BACKEND_H_
#define ALLOCSCOPE_ALLOCATOR_BACKEND_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "result.h"

namespace allocscope::allocator {

// Which library serves malloc, and why we believe it.
struct Provenance {
  std::string library;
  std::string version;
  std::string proof;
};

// Rows of figures under named columns: arenas, bins, size classes. `cells` holds the rows one after the other.
struct Table {
  std::string name;
  std::vector<std::string> columns;
  std::vector<double> cells;
};

// What a dearer reading returns. Figures and texts carry the names that TypeScript gives them.
struct Document {
  std::vector<std::pair<std::string, double>> figures;
  std::vector<std::pair<std::string, std::string>> texts;
  std::vector<std::pair<std::string, bool>> flags;
  std::vector<Table> tables;
};

enum class Detail { kUsage, kArenas };

// One allocator that was proved to be live. Immutable once made, so that every thread may read through it at once.
class Backend {
 public:
  virtual ~Backend() = default;

  virtual const char* name() const = 0;
  virtual const Provenance& provenance() const = 0;

  // What a private layout's proof lacked, in a sentence; empty when nothing is missing.
  virtual std::string limitation() const { return {}; }

  // The names of the figures that ReadFootprint writes, in order. NaN stands for a figure that this library doesn't give.
  virtual const std::vector<std::string>& footprint_fields() const = 0;

  // Fills `figures`, which holds footprint_fields().size() of them. Walks no free list; allocates nothing.
  virtual Result<Done> ReadFootprint(double* figures) const = 0;

  // Writes what each arena has from the system, `capacity` of them at the most, in the allocator's order; returns how many arenas there
  // are. Takes no lock and allocates nothing: 0 where the allocator doesn't tell its arenas apart at that price.
  virtual size_t ReadArenaFootprints(double* /*bytes*/, size_t /*capacity*/) const { return 0; }

  virtual Result<Document> Read(Detail detail) const = 0;
};

// A probe answers with its backend when its allocator serves this process's malloc, and with what spoke against it otherwise.
using Probe = Result<std::unique_ptr<const Backend>> (*)();

}  // namespace allocscope::allocator

#endif  // ALLOCSCOPE_ALLOCATOR_BACKEND_H_
