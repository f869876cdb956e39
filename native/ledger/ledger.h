#ifndef ALLOCSCOPE_LEDGER_LEDGER_H_
#define ALLOCSCOPE_LEDGER_LEDGER_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "allocator/backend.h"
#include "ledger/memory_map.h"
#include "ledger/v8_pages.h"
#include "platform/symbol_lookup.h"
#include "result.h"

namespace allocscope::ledger {

// Whose a stretch of memory is. In TypeScript: nativeOwners.
enum class Owner : uint8_t {
  kV8Space,
  kV8ReadOnly,
  kV8CodeRange,
  kV8Pool,
  kV8Table,
  kArena,
  kArenaTop,
  kMappedChunk,
  kEmbedded,
  kStack,
  kEndedStack,
  kFile,
  kWrittenFile,
  kSharedMemory,
  kWasm,
  kKernel,
  kLoader,
  kAbseil,
  kNamed,
  kBreak,
  kLazyFree,
  kReserved,
  kAnonymous,
};

// What one owner has. `group` and `part` tell owners of one kind apart: the isolate and V8's number of the space; the arena; the thread's
// number; the copy of an embedded allocator.
struct Row {
  Owner owner;
  int64_t group = 0;
  int part = 0;
  // A file, or the name that the kernel shows for the mapping.
  std::string name = {};
  uint64_t resident = 0;
  // Accessible addresses, and all addresses.
  uint64_t committed = 0;
  uint64_t virtual_bytes = 0;
  uint64_t swapped = 0;
};

// Resident memory that nothing claims.
struct Unclaimed {
  uintptr_t begin;
  uintptr_t end;
  uint64_t resident;
};

// A stretch that somebody else knows to be a copy's.
struct EmbeddedStretch {
  uintptr_t begin;
  uintptr_t end;
  uint32_t copy;
};

// What the thread whose isolate is explained tells of itself: nobody else can.
struct Caller {
  // Null when it isn't known.
  uintptr_t isolate = 0;
  // glibc's record of the thread, its pthread_t.
  uintptr_t record = 0;
  pid_t tid = 0;
  platform::AddressRange code_range;
};

// Of the calling thread.
Caller AskCaller();

struct Question {
  // 0 for this process; of another only the map is read.
  pid_t pid = 0;
  const allocator::Backend* backend = nullptr;
  std::vector<EmbeddedStretch> embedded;
  Caller caller;
  // V8's public `space_size` of each space of the caller's isolate, in V8's order.
  std::vector<double> space_sizes;
  // What was proved before: the heap may have moved since its sizes were read.
  std::optional<V8Proof> v8_proof;
  // What a look for memory that was given up with MADV_FREE may take.
  uint64_t lazy_free_nanos = 0;
};

// Where the heaps of the V8 that runs keep their counts of external memory, in words: see FindExternalCounter.
struct ExternalCounter {
  size_t word;
  // Points to the heap's isolate: what has no such word is no heap any more.
  size_t isolate_word;
};

struct Isolate {
  // The thread that runs it, 0 when it isn't known.
  pid_t tid;
  uintptr_t heap;
  // What V8 counts as external: array buffers, external strings, what is declared. Unknown until it is read.
  std::optional<uint64_t> external = {};
};

struct Answer {
  // They add up to `resident`, by the kernel's figures of one scan of the page tables or one reading of smaps.
  std::vector<Row> rows;
  uint64_t resident = 0;
  // The largest stretches of kAnonymous.
  std::vector<Unclaimed> unclaimed;
  uint64_t mappings = 0;
  uint64_t huge = 0;
  uint64_t hugetlb = 0;
  // The caller's first.
  std::vector<Isolate> isolates;
  std::optional<V8Proof> v8_proof;
  // Whether V8's pages have the sizes that were asked with.
  bool v8_exact = false;
  bool pagemap_readable = false;
  bool is_scanned = false;
  bool knows_lazy_free = true;
  // Of the blocks with a mapping of their own, those that were found.
  uint64_t chunk_bytes = 0;
  uint64_t chunks = 0;
  // Where the allocator says that its memory is, but for the stretches.
  std::optional<allocator::Territory> territory;
};

// Whose each resident page is. Touches no page that isn't resident and takes no lock; what other threads map and unmap meanwhile may go to
// the wrong owner. The time is that of the kernel's walk, some 5 ms a GB by a scan of the page tables and 40 ms by smaps, and some µs a
// page of V8's.
Result<Answer> Explain(const Question& question);

}  // namespace allocscope::ledger

#endif  // ALLOCSCOPE_LEDGER_LEDGER_H_
