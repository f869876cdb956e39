#ifndef ALLOCSCOPE_ALLOCATOR_GLIBC_PARAMETERS_H_
#define ALLOCSCOPE_ALLOCATOR_GLIBC_PARAMETERS_H_

#include "allocator/glibc/layout.h"

namespace allocscope::allocator::glibc {

// glibc's `mp_`, read where it stands. Its two parts are proved apart: the counters of mapped chunks, and the thresholds at its beginning.
class Parameters {
 public:
  Parameters() = default;
  Parameters(uintptr_t mapped_count, size_t head) : mapped_count_(mapped_count), head_(head) {}

  bool known() const { return mapped_count_ != 0; }
  bool thresholds_known() const { return head_ != 0; }

  uint32_t mapped_count() const { return LoadOnce<uint32_t>(mapped_count_); }
  int32_t mapped_max() const { return LoadOnce<int32_t>(mapped_count_ + kMappedMax); }
  int32_t no_dynamic_threshold() const { return LoadOnce<int32_t>(mapped_count_ + kNoDynamicThreshold); }
  size_t mapped_bytes() const { return LoadOnce<size_t>(MappedBytesAfter(mapped_count_)); }
  uintptr_t sbrk_base() const { return Behind(kSbrkBase); }
  size_t tcache_max_bytes() const { return Behind(kTcacheMaxBytes); }
  size_t tcache_count() const { return Behind(kTcacheCount); }

  // The words at the beginning, by their offset. Only where thresholds_known().
  size_t At(size_t offset) const { return LoadOnce<size_t>(mapped_count_ - head_ + offset); }

 private:
  size_t Behind(size_t offset) const { return LoadOnce<size_t>(MappedBytesAfter(mapped_count_) + offset); }

  uintptr_t mapped_count_ = 0;
  size_t head_ = 0;
};

}  // namespace allocscope::allocator::glibc

#endif  // ALLOCSCOPE_ALLOCATOR_GLIBC_PARAMETERS_H_
