#ifndef ALLOCSCOPE_LEDGER_MAPPED_CHUNKS_H_
#define ALLOCSCOPE_LEDGER_MAPPED_CHUNKS_H_

#include <cstdint>

#include "ledger/accounts.h"
#include "ledger/heads.h"
#include "ledger/memory_map.h"
#include "ledger/resident_pages.h"

namespace allocscope::ledger {

// Finds blocks of glibc's malloc that have a mapping of their own, by the header at their first page. Whether all were found shows in
// glibc's own count and sum.
class MappedChunks {
 public:
  MappedChunks(const ResidentPages& resident, const Heads& heads) : resident_(resident), heads_(heads) {}

  // Claims the chunks between the claims on `mapping`.
  void ClaimIn(const Mapping& mapping, Claims* claims);

  uint64_t bytes() const { return bytes_; }
  uint64_t count() const { return count_; }

 private:
  uint64_t ChunkAt(uintptr_t address, uintptr_t end) const;

  const ResidentPages& resident_;
  const Heads& heads_;
  uint64_t bytes_ = 0;
  uint64_t count_ = 0;
  // Pages that may still be looked at without finding anything, so that the time is bounded.
  uint32_t misses_left_ = 32768;
};

}  // namespace allocscope::ledger

#endif  // ALLOCSCOPE_LEDGER_MAPPED_CHUNKS_H_
