#include "allocator/jemalloc/control.h"

#include <cerrno>
#include <cstdint>

namespace allocscope::allocator::jemalloc {

Mib Control::Resolve(const std::string& name) const {
  std::array<size_t, Mib::kMaxDepth> parts{};
  size_t depth = parts.size();
  if (name_to_mib_(name.c_str(), parts.data(), &depth) != 0) return {};
  return {parts, depth};
}

int Control::Call(const Mib& mib) const { return mib.known() ? by_mib_(mib.parts(), mib.depth(), nullptr, nullptr, nullptr, 0) : ENOENT; }

int Control::AdvanceEpoch(const Mib& epoch) const {
  uint64_t value = 1;
  size_t length = sizeof value;
  return by_mib_(epoch.parts(), epoch.depth(), &value, &length, &value, sizeof value);
}

std::optional<unsigned> Control::ArenaOf(void* block) const {
  unsigned arena = 0;
  size_t length = sizeof arena;
  if (mallctl_("arenas.lookup", &arena, &length, &block, sizeof block) != 0) return std::nullopt;
  return arena;
}

}  // namespace allocscope::allocator::jemalloc
