#include "sampler/ring.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

namespace allocscope::sampler {

Ring::Ring(size_t words) : words_(words), memory_(nullptr) {
  void* memory = mmap(nullptr, words * sizeof(double), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory != MAP_FAILED) memory_ = static_cast<double*>(memory);
}

Ring::~Ring() {
  if (memory_ != nullptr) munmap(memory_, words_ * sizeof(double));
}

bool Ring::Push(const double* record, size_t length) {
  const uint64_t written = written_.load(std::memory_order_relaxed);
  const uint64_t waiting = written - read_.load(std::memory_order_acquire);
  if (length > words_ - waiting) return false;
  const size_t at = written % words_;
  const size_t first = std::min(length, words_ - at);
  std::memcpy(memory_ + at, record, first * sizeof(double));
  std::memcpy(memory_, record + first, (length - first) * sizeof(double));
  written_.store(written + length, std::memory_order_release);
  return true;
}

void Ring::CopyOut(uint64_t from, double* into, size_t length) const {
  const size_t at = from % words_;
  const size_t first = std::min(length, words_ - at);
  std::memcpy(into, memory_ + at, first * sizeof(double));
  std::memcpy(into + first, memory_, (length - first) * sizeof(double));
}

size_t Ring::Drain(double* into, size_t capacity) {
  const uint64_t written = written_.load(std::memory_order_acquire);
  const uint64_t begin = read_.load(std::memory_order_relaxed);
  uint64_t at = begin;
  while (at != written) {
    const size_t length = static_cast<size_t>(memory_[at % words_]);
    if (at - begin + length > capacity) break;
    CopyOut(at, into + (at - begin), length);
    at += length;
  }
  read_.store(at, std::memory_order_release);
  return at - begin;
}

}  // namespace allocscope::sampler
