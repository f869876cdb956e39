#ifndef ALLOCSCOPE_ALLOCATOR_MIMALLOC_JSON_STATISTICS_H_
#define ALLOCSCOPE_ALLOCATOR_MIMALLOC_JSON_STATISTICS_H_

#include <optional>
#include <string_view>

#include "allocator/mimalloc/api.h"
#include "platform/mapping.h"

namespace allocscope::allocator::mimalloc {

// The text of `mi_stats_get_json`, which newer versions have. It is written into an mmap of its own, so that it doesn't show in the
// figures.
class JsonStatistics {
 public:
  explicit JsonStatistics(const Api& api);

  // The statistics of this moment, over those of the last call; empty when this version doesn't give them, or not all of them.
  std::string_view Read();

 private:
  const Api& api_;
  std::optional<platform::Mapping> buffer_;
};

// `allocated.current`.
std::optional<double> AllocatedNow(std::string_view json);

}  // namespace allocscope::allocator::mimalloc

#endif  // ALLOCSCOPE_ALLOCATOR_MIMALLOC_JSON_STATISTICS_H_
