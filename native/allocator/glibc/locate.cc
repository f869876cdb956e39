#include "allocator/glibc/locate.h"

#include "allocator/glibc/confirm.h"
#include "allocator/glibc/find_arenas.h"
#include "allocator/glibc/find_parameters.h"
#include "platform/symbol_lookup.h"

namespace allocscope::allocator::glibc {
namespace {

// How the two were proved.
struct Evidence {
  bool block_moved_counters = false;
  bool break_fits = false;
};

platform::AddressRange WholeWords(const platform::AddressRange& data) { return {AlignUp(data.begin, kWord), data.end & ~(kWord - 1)}; }

Arena FindMainArenaSoon(const platform::AddressRange& data) {
  Arena found;
  for (int attempt = 0; attempt < kAttempts && !found.known(); attempt++) found = FindMainArena(data);
  return found;
}

// Takes from what the public calls confirm that which isn't proved yet.
void ConfirmRest(const platform::AddressRange& data, const Arena& candidate, Located* located) {
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    if (located->parameters.known() && located->main_arena == candidate) return;
    const Confirmation confirmation = Confirm(data, candidate);
    if (confirmation.arenas_add_up) located->main_arena = candidate;
    if (!located->parameters.known() && confirmation.match.count == 1) located->parameters = confirmation.match.parameters;
    if (confirmation.is_final) return;
  }
}

std::string ProofOf(const Located& located, const Evidence& evidence) {
  std::string proof;
  if (located.parameters.known()) {
    proof = evidence.block_moved_counters ? "a block with an mmap of its own moved glibc's own counters by its size, and back"
                                          : "glibc's own counters of mapped blocks are what its public calls tell";
  }
  if (!located.main_arena.known()) return proof;
  if (!proof.empty()) proof += "; ";
  return proof +
         (evidence.break_fits ? "its arenas add up to their heaps and to the break" : "its arenas add up to what its public calls tell");
}

std::string LacksOf(const Located& located, const Arena& candidate) {
  std::string lacks;
  if (!candidate.known()) {
    lacks = "nothing in libc's data has a main arena's bins and leads through arenas that add up to their heaps";
  } else if (!located.main_arena.known()) {
    lacks = "the arenas add up neither to the break nor to what the public calls tell";
  }
  if (located.parameters.thresholds_known()) return lacks;
  if (!lacks.empty()) lacks += "; ";
  return lacks + (located.parameters.known() ? "more than one place may be the beginning of the malloc parameters"
                                             : "no single set of counters followed a mapped block or the public calls");
}

}  // namespace

Located Locate(const void* inside_libc, const Located& earlier) {
  Located located = earlier;
  const platform::AddressRange data = WholeWords(platform::WritableDataOf(inside_libc));
  if (data.end <= data.begin || data.end - data.begin < ArenaLayout{}.size()) {
    located.lacks = "libc has no writable data";
    return located;
  }
  const Arena candidate = earlier.main_arena.known() ? earlier.main_arena : FindMainArenaSoon(data);
  Evidence evidence;
  if (const Parameters followed = FollowABlock(data, candidate); followed.known()) {
    located.parameters = followed;
    evidence.block_moved_counters = true;
  }
  evidence.break_fits = candidate.known() && located.parameters.known() && ReachesFrom(located.parameters.sbrk_base(), candidate);
  if (evidence.break_fits) located.main_arena = candidate;
  ConfirmRest(data, candidate, &located);
  located.proof = ProofOf(located, evidence);
  located.lacks = LacksOf(located, candidate);
  return located;
}

}  // namespace allocscope::allocator::glibc
