#ifndef ALLOCSCOPE_SAMPLER_PUBLISHED_H_
#define ALLOCSCOPE_SAMPLER_PUBLISHED_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace allocscope::sampler {

constexpr size_t kMaxPublished = 12;

// In place of a figure that isn't known.
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// The figures that one thread published last, for one other thread. The reader never waits and never gets a mixture: this is a sequence
// lock whose reader keeps its old figures while the writer writes.
class Published {
 public:
  explicit Published(size_t count);

  size_t count() const { return count_; }

  // By the one thread. `words` has count() of them.
  void Write(const double* words);

  // By the other. NaN each, until something was published.
  void Read(double* into);

 private:
  const size_t count_;
  // Odd while words are being written.
  std::atomic<uint32_t> sequence_{0};
  std::atomic<double> words_[kMaxPublished];
  double last_[kMaxPublished];
};

}  // namespace allocscope::sampler

#endif  // ALLOCSCOPE_SAMPLER_PUBLISHED_H_
