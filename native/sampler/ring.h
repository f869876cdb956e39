#ifndef ALLOCSCOPE_SAMPLER_RING_H_
#define ALLOCSCOPE_SAMPLER_RING_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace allocscope::sampler {

// Records of doubles, from one writing thread to one reading thread, without a lock. Each record's first word is its length. Its memory is
// a mapping of its own, so that it shows in no figure of the allocator's, and becomes resident only as far as it was ever filled.
class Ring {
 public:
  explicit Ring(size_t words);
  ~Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  bool ok() const { return memory_ != nullptr; }

  // False, with nothing written, when the reader has left too little room.
  bool Push(const double* record, size_t length);

  // Moves as many whole records as fit; the number of words moved.
  size_t Drain(double* into, size_t capacity);

 private:
  void CopyOut(uint64_t from, double* into, size_t length) const;

  size_t words_;
  double* memory_;
  // Words ever written and ever read, so that they never wrap: their difference is what waits.
  std::atomic<uint64_t> written_{0};
  std::atomic<uint64_t> read_{0};
};

}  // namespace allocscope::sampler

#endif  // ALLOCSCOPE_SAMPLER_RING_H_
