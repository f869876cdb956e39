#ifndef ALLOCSCOPE_ALLOCATOR_MIMALLOC_PURGE_DELAY_H_
#define ALLOCSCOPE_ALLOCATOR_MIMALLOC_PURGE_DELAY_H_

#include "allocator/mimalloc/api.h"

namespace allocscope::allocator::mimalloc {

// While it lives, what is freed is decommitted at once.
class NoPurgeDelay {
 public:
  static bool IsPossible(const Api& api) { return api.option_get != nullptr && api.option_set != nullptr; }

  explicit NoPurgeDelay(const Api& api) : api_(api), before_(api.option_get(kDelay)) { api.option_set(kDelay, 0); }
  ~NoPurgeDelay() { api_.option_set(kDelay, before_); }
  NoPurgeDelay(const NoPurgeDelay&) = delete;
  NoPurgeDelay& operator=(const NoPurgeDelay&) = delete;

 private:
  // mimalloc.h: mi_option_reset_delay of 2.0, mi_option_purge_delay of later versions.
  static constexpr int kDelay = 15;

  const Api& api_;
  const long before_;  // NOLINT(google-runtime-int): mimalloc's own type
};

}  // namespace allocscope::allocator::mimalloc

#endif  // ALLOCSCOPE_ALLOCATOR_MIMALLOC_PURGE_DELAY_H_
