#include "ledger/heads.h"

#include <algorithm>
#include <utility>

#include "platform/safe_memory.h"

namespace allocscope::ledger {

void Heads::Read(std::vector<uintptr_t> addresses) {
  addresses_ = std::move(addresses);
  heads_.resize(addresses_.size());
  is_readable_.resize(addresses_.size());
  platform::PieceReader reader;
  constexpr size_t kBatch = 64;
  for (size_t at = 0; at < addresses_.size(); at += kBatch) {
    const size_t count = std::min(kBatch, addresses_.size() - at);
    bool readable[kBatch];
    reader.Read(&addresses_[at], count, sizeof(Head), &heads_[at], readable);
    for (size_t i = 0; i < count; i++) is_readable_[at + i] = readable[i] ? 1 : 0;
  }
}

const uintptr_t* Heads::Find(uintptr_t address) const {
  const auto found = std::lower_bound(addresses_.begin(), addresses_.end(), address);
  if (found == addresses_.end() || *found != address) return nullptr;
  const auto place = static_cast<size_t>(found - addresses_.begin());
  return is_readable_[place] != 0 ? heads_[place].words : nullptr;
}

}  // namespace allocscope::ledger
