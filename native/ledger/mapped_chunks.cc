#include "ledger/mapped_chunks.h"

#include <vector>

#include "platform/safe_memory.h"

namespace allocscope::ledger {
namespace {

// malloc/malloc.c: a chunk's size has these flags in its low bits; a chunk with a mapping of its own has this one alone.
constexpr uintptr_t kFlags = 7;
constexpr uintptr_t kIsMapped = 2;
// What an aligned block may leave unused before its chunk.
constexpr uintptr_t kMostUnused = 64 * 1024;

}  // namespace

// The bytes of the mapping of the chunk that begins it; 0 when none does.
uint64_t MappedChunks::ChunkAt(uintptr_t address, uintptr_t end) const {
  uintptr_t own[2];
  const uintptr_t* const head = heads_.Find(address);
  if (head == nullptr && !(platform::IsResident(address) && platform::ReadOwn(address, &own))) return 0;
  const uintptr_t* const words = head == nullptr ? own : head;
  if ((words[1] & kFlags) != kIsMapped) return 0;
  const uintptr_t unused = words[0];
  const uintptr_t bytes = (words[1] & ~kFlags) + unused;
  return unused < kMostUnused && bytes >= resident_.page() && bytes % resident_.page() == 0 && bytes <= end - address ? bytes : 0;
}

void MappedChunks::ClaimIn(const Mapping& mapping, Claims* claims) {
  std::vector<Claim> found;
  uintptr_t at = mapping.begin;
  const auto search = [&](uintptr_t end) {
    while (misses_left_ > 0) {
      // A chunk's first page holds its header, so that it was touched.
      at = resident_.FirstFrom(at, end);
      if (at >= end) return;
      const uint64_t bytes = ChunkAt(at, end);
      if (bytes == 0) misses_left_--;
      if (bytes != 0) {
        bytes_ += bytes;
        count_++;
        // Chunks side by side are one claim: its pages are counted at once, or not at all where they are the whole mapping.
        if (!found.empty() && found.back().end == at) {
          found.back().end += bytes;
        } else {
          found.push_back({at, at + bytes, Owner::kMappedChunk});
        }
      }
      at += bytes != 0 ? bytes : resident_.page();
    }
  };
  claims->VisitWithin(mapping.begin, mapping.end, [&](const Claim& claim) {
    search(claim.begin);
    at = claim.end;
  });
  search(mapping.end);
  for (const Claim& claim : found) claims->Add(claim);
}

}  // namespace allocscope::ledger
