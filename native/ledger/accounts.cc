#include "ledger/accounts.h"

#include <algorithm>

namespace allocscope::ledger {

void Claims::Add(const Claim& claim) {
  if (claim.begin < claim.end && !Overlap(claim.begin, claim.end)) claims_.emplace(claim.end, claim);
}

std::map<uintptr_t, Claim>::const_iterator Claims::FirstEndingAfter(uintptr_t begin) const { return claims_.upper_bound(begin); }

bool Claims::Overlap(uintptr_t begin, uintptr_t end) const {
  const auto found = FirstEndingAfter(begin);
  return found != claims_.end() && found->second.begin < end;
}

bool Claims::Cover(uintptr_t begin, uintptr_t end) const {
  const auto found = FirstEndingAfter(begin);
  return found != claims_.end() && found->second.begin <= begin && found->second.end >= end;
}

uintptr_t Claims::FirstFree(uintptr_t begin, uintptr_t end) const {
  uintptr_t at = begin;
  for (auto claim = FirstEndingAfter(at); at < end && claim != claims_.end() && claim->second.begin <= at; ++claim) at = claim->second.end;
  return std::min(at, end);
}

Row& Accounts::RowOf(const Row& like) {
  Row& row = rows_[{like.owner, like.group, like.part, like.name}];
  row.owner = like.owner;
  row.group = like.group;
  row.part = like.part;
  row.name = like.name;
  return row;
}

// The pages of a part are counted a moment after the mapping was. So it has no more than is left of the mapping.
uint64_t Accounts::Take(const Mapping& mapping, const Claim& claim, uint64_t left) {
  const uintptr_t begin = std::max(claim.begin, mapping.begin);
  const uintptr_t end = std::min(claim.end, mapping.end);
  const bool is_whole = begin == mapping.begin && end == mapping.end;
  const uint64_t resident = is_whole ? left : std::min(left, resident_.Bytes(begin, end));
  Row& row = RowOf({claim.owner, claim.group, claim.part, claim.name});
  row.resident += resident;
  row.virtual_bytes += end - begin;
  if (mapping.accessible()) row.committed += end - begin;
  if (is_whole) row.swapped += mapping.swapped;
  return resident;
}

void Accounts::TakeRest(const Mapping& mapping, const Row& rest, uint64_t left, uint64_t bytes) {
  const bool is_file = rest.owner == Owner::kFile;
  const uint64_t written = is_file ? std::min(left, mapping.anonymous) : 0;
  Row& row = RowOf(rest);
  row.resident += left - written;
  row.virtual_bytes += bytes;
  if (mapping.accessible()) row.committed += bytes;
  row.swapped += mapping.swapped;
  if (written > 0) RowOf({Owner::kWrittenFile, rest.group, rest.part, rest.name}).resident += written;
  if (rest.owner == Owner::kAnonymous && left > 0) unclaimed_.push_back({mapping.begin, mapping.end, left});
}

void Accounts::Share(const Mapping& mapping, const Claims& claims, const Row& rest) {
  uint64_t left = mapping.resident;
  uint64_t bytes = mapping.size();
  const uint64_t lazy = rest.owner == Owner::kFile ? 0 : std::min(left, mapping.lazy_free);
  if (lazy > 0) RowOf({Owner::kLazyFree, 0, 0, {}}).resident += lazy;
  left -= lazy;
  const Claim* largest = nullptr;
  uint64_t most = 0;
  claims.VisitWithin(mapping.begin, mapping.end, [&](const Claim& claim) {
    const uint64_t taken = Take(mapping, claim, left);
    left -= taken;
    if (largest == nullptr || taken > most) {
      largest = &claim;
      most = taken;
    }
    bytes -= std::min(claim.end, mapping.end) - std::max(claim.begin, mapping.begin);
  });
  // All of it is claimed: what is left was given back between the two looks, by the one who had most.
  if (bytes == 0 && largest != nullptr) {
    RowOf({largest->owner, largest->group, largest->part, largest->name}).resident += left;
    return;
  }
  if (bytes > 0 || left > 0) TakeRest(mapping, rest, left, bytes);
}

std::vector<Row> Accounts::Rows() const {
  std::vector<Row> rows;
  for (const auto& [key, row] : rows_) rows.push_back(row);
  return rows;
}

std::vector<Unclaimed> Accounts::Largest(size_t most) const {
  std::vector<Unclaimed> largest;
  for (const Unclaimed& stretch : unclaimed_) largest.push_back(stretch);
  std::sort(largest.begin(), largest.end(), [](const Unclaimed& one, const Unclaimed& other) { return one.resident > other.resident; });
  if (largest.size() > most) largest.resize(most);
  return largest;
}

}  // namespace allocscope::ledger
