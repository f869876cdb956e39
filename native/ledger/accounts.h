#ifndef ALLOCSCOPE_LEDGER_ACCOUNTS_H_
#define ALLOCSCOPE_LEDGER_ACCOUNTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "ledger/ledger.h"
#include "ledger/memory_map.h"
#include "ledger/resident_pages.h"

namespace allocscope::ledger {

// A stretch of addresses whose owner is known.
struct Claim {
  uintptr_t begin;
  uintptr_t end;
  Owner owner;
  int64_t group = 0;
  int part = 0;
  std::string name = {};
};

// Claims by address. Of two that overlap the earlier one stands.
class Claims {
 public:
  void Add(const Claim& claim);
  bool Overlap(uintptr_t begin, uintptr_t end) const;
  // Whether one claim holds all of the addresses.
  bool Cover(uintptr_t begin, uintptr_t end) const;
  // The first address from `begin` on that no claim holds; `end` when there is none.
  uintptr_t FirstFree(uintptr_t begin, uintptr_t end) const;
  // Those that begin before `end` and end after `begin`, in order.
  template <typename Visit>
  void VisitWithin(uintptr_t begin, uintptr_t end, Visit&& visit) const {
    for (auto at = FirstEndingAfter(begin); at != claims_.end() && at->second.begin < end; ++at) visit(at->second);
  }

 private:
  std::map<uintptr_t, Claim>::const_iterator FirstEndingAfter(uintptr_t begin) const;

  // By their ends.
  std::map<uintptr_t, Claim> claims_;
};

// Adds up what each owner has.
class Accounts {
 public:
  Accounts(const MemoryMap& map, const ResidentPages& resident) : map_(map), resident_(resident) {}

  // Shares out `mapping` among the claims in it; what is left is `rest`'s.
  void Share(const Mapping& mapping, const Claims& claims, const Row& rest);

  std::vector<Row> Rows() const;
  // The `most` largest stretches without an owner.
  std::vector<Unclaimed> Largest(size_t most) const;

 private:
  Row& RowOf(const Row& like);
  uint64_t Take(const Mapping& mapping, const Claim& claim, uint64_t left);
  void TakeRest(const Mapping& mapping, const Row& rest, uint64_t left, uint64_t bytes);

  const MemoryMap& map_;
  const ResidentPages& resident_;
  std::map<std::tuple<Owner, int64_t, int, std::string>, Row> rows_;
  std::vector<Unclaimed> unclaimed_;
};

}  // namespace allocscope::ledger

#endif  // ALLOCSCOPE_LEDGER_ACCOUNTS_H_
