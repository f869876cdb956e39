#ifndef ALLOCSCOPE_ALLOCATOR_BACKEND_H_
#define ALLOCSCOPE_ALLOCATOR_BACKEND_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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

// Figures go under names that a back end's columns.h lists once, and that TypeScript lists too: scripts/lint/native-columns.mjs compares
// the two. A list and what is written under it have one length, or don't compile.

// Writes a figure for each name of `columns`, in their order.
template <size_t kCount>
void WriteFigures(const char* const (&/*columns*/)[kCount], const double (&values)[kCount], double* figures) {
  for (const double value : values) *figures++ = value;
}

template <size_t kCount>
void AddFigures(const char* const (&columns)[kCount], const double (&values)[kCount], Document* document) {
  for (size_t i = 0; i < kCount; i++) document->figures.emplace_back(columns[i], values[i]);
}

template <size_t kCount>
Table MakeTable(const char* name, const char* const (&columns)[kCount]) {
  return {name, {columns, columns + kCount}, {}};
}

template <size_t kCount>
void AddRow(const char* const (&/*columns*/)[kCount], const double (&row)[kCount], Table* table) {
  table->cells.insert(table->cells.end(), row, row + kCount);
}

enum class Detail { kUsage, kArenas };

// Whether other threads may be using the allocator meanwhile. In a forked child none can, and no lock is needed.
enum class Company { kOtherThreads, kAlone };

// What a purge did. Its text is a literal, as a forked child, which makes one too, must not allocate.
struct PurgeReport {
  const char* calls;
  // glibc: arenas whose top was left alone, as somebody held their lock.
  uint32_t arenas_skipped = 0;
  // glibc: the longest that one arena was kept locked while its top was given back; other allocators don't tell.
  uint64_t longest_lock_nanos = 0;
};

// How the bytes that the allocator has from the system are used. NaN stands for what this allocator doesn't tell.
struct Occupancy {
  // Handed out and not freed, the allocator's own rounding included, and threads' caches where the allocator doesn't tell those.
  double in_use_bytes;
  // Free, but on pages that also hold something in use or are kept by a thread's cache, so that no purge can give them back.
  double pinned_bytes;
};

// A stretch of addresses that an arena has from the system, all of it mapped for reading and writing.
struct ArenaStretch {
  // The arena's place in the allocator's order.
  uint32_t arena = 0;
  uintptr_t begin = 0;
  uintptr_t end = 0;
  // From here on nothing is handed out: the arena's top chunk and what it gave back behind that. Where the top is in another stretch, the
  // end of what is handed out of this one.
  uintptr_t top = 0;
};

// Where the allocator's memory is, as far as it can tell. A figure that it doesn't tell is NaN.
struct Territory {
  std::vector<ArenaStretch> stretches;
  // Blocks that have a mapping of their own, which the stretches don't hold.
  double mapped_bytes;
  double mapped_count;
  // Whether the stretches hold all of the arenas.
  bool is_complete = true;
};

// One allocator that was proved to be live. Immutable once made, so that every thread may read through it at once.
class Backend {
 public:
  virtual ~Backend() = default;

  virtual const char* name() const = 0;
  virtual const Provenance& provenance() const = 0;

  // What a private layout's proof lacked, in a sentence; empty when nothing is missing.
  virtual std::string limitation() const { return {}; }

  // Tries again what of a private layout couldn't be proved, seldom. Costs nothing where nothing is missing; allocates otherwise.
  virtual void ProveAgain() const {}

  // The names of the figures that ReadFootprint writes, in order. NaN stands for a figure that this library doesn't give.
  virtual const std::vector<std::string>& footprint_fields() const = 0;

  // Fills `figures`, which holds footprint_fields().size() of them. Walks no free list; allocates nothing.
  virtual Result<Done> ReadFootprint(double* figures) const = 0;

  // Writes what each arena has from the system, `capacity` of them at the most, in the allocator's order; returns how many arenas there
  // are. Takes no lock and allocates nothing: 0 where the allocator doesn't tell its arenas apart at that price.
  virtual size_t ReadArenaFootprints(double* /*bytes*/, size_t /*capacity*/) const { return 0; }

  // Nothing where it can't be told which addresses are the allocator's. Walks no free list and takes no lock.
  virtual std::optional<Territory> ReadTerritory() const { return std::nullopt; }

  virtual Result<Document> Read(Detail detail) const = 0;

  // Why no child should be forked to try Purge: it can do nothing, or might wait there forever. Null where it may be tried.
  virtual const char* fork_refusal() const { return nullptr; }

  // What Purge will need and can't find out in a forked child, which has no threads and must not allocate.
  virtual void PreparePurge() const {}

  // Hands what the calling thread keeps in caches of its own to where Purge finds it.
  virtual void FlushThread() const {}

  // Gives free memory back to the system by the allocator's own means. Allocates nothing, but takes the allocator's locks while it walks.
  virtual Result<PurgeReport> Purge(Company company) const = 0;

  // Freed bytes in threads' caches that the allocator's own count of what is in use includes. A forked child sees only its own thread's.
  // Allocates nothing.
  virtual double ReadCachedBytes() const { return 0; }

  // Right after a purge, in a forked child: allocates nothing, takes no lock that the fork didn't reset, and may walk every chunk.
  virtual Occupancy ReadOccupancy() const = 0;
};

// A probe answers with its backend when its allocator serves this process's malloc, and with what spoke against it otherwise.
using Probe = Result<std::unique_ptr<const Backend>> (*)();

}  // namespace allocscope::allocator

#endif  // ALLOCSCOPE_ALLOCATOR_BACKEND_H_
