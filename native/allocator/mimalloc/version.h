#ifndef ALLOCSCOPE_ALLOCATOR_MIMALLOC_VERSION_H_
#define ALLOCSCOPE_ALLOCATOR_MIMALLOC_VERSION_H_

#include <string>

namespace allocscope::allocator::mimalloc {

// What `mi_version()` writes in its digits: 209 is 2.0.9, 2118 is 2.1.18, and since there are five of them 30600 is 3.6.0.
struct Version {
  int major;
  int minor;
  int patch;
};

constexpr Version SplitVersion(int version) {
  if (version >= 10'000) return {version / 10'000, version / 100 % 100, version % 100};
  if (version >= 1'000) return {version / 1'000, version / 100 % 10, version % 100};
  return {version / 100, version / 10 % 10, version % 10};
}

inline std::string FormatVersion(int version) {
  const Version parts = SplitVersion(version);
  return std::to_string(parts.major) + "." + std::to_string(parts.minor) + "." + std::to_string(parts.patch);
}

}  // namespace allocscope::allocator::mimalloc

#endif  // ALLOCSCOPE_ALLOCATOR_MIMALLOC_VERSION_H_
