#include "sampler/published.h"

#include <algorithm>
#include <limits>

namespace allocscope::sampler {

Published::Published(size_t count) : count_(std::min(count, kMaxPublished)) {
  std::fill_n(last_, kMaxPublished, std::numeric_limits<double>::quiet_NaN());
  for (std::atomic<double>& word : words_) word.store(std::numeric_limits<double>::quiet_NaN(), std::memory_order_relaxed);
}

void Published::Write(const double* words) {
  const uint32_t sequence = sequence_.load(std::memory_order_relaxed);
  sequence_.store(sequence + 1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  for (size_t i = 0; i < count_; i++) words_[i].store(words[i], std::memory_order_relaxed);
  sequence_.store(sequence + 2, std::memory_order_release);
}

void Published::Read(double* into) {
  double words[kMaxPublished];
  const uint32_t before = sequence_.load(std::memory_order_acquire);
  for (size_t i = 0; i < count_; i++) words[i] = words_[i].load(std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_acquire);
  const bool whole = before % 2 == 0 && sequence_.load(std::memory_order_relaxed) == before;
  if (whole) std::copy_n(words, count_, last_);
  std::copy_n(last_, count_, into);
}

}  // namespace allocscope::sampler
