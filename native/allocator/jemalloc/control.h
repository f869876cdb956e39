#ifndef ALLOCSCOPE_ALLOCATOR_JEMALLOC_CONTROL_H_
#define ALLOCSCOPE_ALLOCATOR_JEMALLOC_CONTROL_H_

#include <array>
#include <cstddef>
#include <optional>
#include <string>

namespace allocscope::allocator::jemalloc {

using MallctlFunction = int (*)(const char*, void*, size_t*, void*, size_t);
using NameToMibFunction = int (*)(const char*, size_t*, size_t*);
using ByMibFunction = int (*)(const size_t*, size_t, void*, size_t*, void*, size_t);

// The index that stands for all arenas together. MALLCTL_ARENAS_ALL.
constexpr size_t kAllArenas = 4096;

// A control's name, resolved once. Its numeric parts may be replaced: `At(2, arena)` is the same control of another arena.
class Mib {
 public:
  static constexpr size_t kMaxDepth = 7;

  Mib() = default;
  Mib(const std::array<size_t, kMaxDepth>& parts, size_t depth) : parts_(parts), depth_(depth) {}

  bool known() const { return depth_ > 0; }
  const size_t* parts() const { return parts_.data(); }
  size_t depth() const { return depth_; }

  Mib At(size_t position, size_t index) const {
    Mib other = *this;
    other.parts_[position] = index;
    return other;
  }

 private:
  std::array<size_t, kMaxDepth> parts_{};
  size_t depth_ = 0;
};

// jemalloc's `mallctl` family, of one copy of the library. A control that this version lacks reads as nothing.
class Control {
 public:
  Control(MallctlFunction mallctl, NameToMibFunction name_to_mib, ByMibFunction by_mib)
      : mallctl_(mallctl), name_to_mib_(name_to_mib), by_mib_(by_mib) {}

  Mib Resolve(const std::string& name) const;

  template <typename Value>
  std::optional<Value> Read(const std::string& name) const {
    Value value{};
    size_t length = sizeof value;
    if (mallctl_(name.c_str(), &value, &length, nullptr, 0) != 0 || length != sizeof value) return std::nullopt;
    return value;
  }

  template <typename Value>
  std::optional<Value> Read(const Mib& mib) const {
    Value value{};
    size_t length = sizeof value;
    if (!mib.known() || by_mib_(mib.parts(), mib.depth(), &value, &length, nullptr, 0) != 0 || length != sizeof value) return std::nullopt;
    return value;
  }

  // A control that does something rather than hold a value. The number of jemalloc's error, 0 for none.
  int Call(const Mib& mib) const;

  // Statistics stand still until the epoch moves on. The number of jemalloc's error, 0 for none.
  int AdvanceEpoch(const Mib& epoch) const;

  // The arena that owns `block`; nothing when this copy didn't allocate it.
  std::optional<unsigned> ArenaOf(void* block) const;

 private:
  MallctlFunction mallctl_;
  NameToMibFunction name_to_mib_;
  ByMibFunction by_mib_;
};

}  // namespace allocscope::allocator::jemalloc

#endif  // ALLOCSCOPE_ALLOCATOR_JEMALLOC_CONTROL_H_
