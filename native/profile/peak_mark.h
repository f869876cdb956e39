#ifndef ALLOCSCOPE_PROFILE_PEAK_MARK_H_
#define ALLOCSCOPE_PROFILE_PEAK_MARK_H_

#include <cstdint>

namespace allocscope::profile {

// The kernel's mark of the peak of RSS. It is reset, so that it shows the peak since then, even one too short for samples.
//
// A reset changes what getrusage(2) and VmHWM tell the whole program. So the mark is reset only when it is far above RSS, where it would
// hide peaks, and its value is kept.
class PeakMark {
 public:
  PeakMark();
  PeakMark(const PeakMark&) = delete;
  PeakMark& operator=(const PeakMark&) = delete;

  // The peak of RSS since the last call, by the mark; 0 when the mark doesn't tell. `resident_bytes` is the present RSS.
  uint64_t Take(uint64_t resident_bytes);

  // The mark itself, as it stands now, and as it stood after the last call of `Take`. Any thread may read it.
  static uint64_t Read();
  uint64_t last_bytes() const { return last_bytes_; }

  // The highest mark before a reset; 0 when there was no reset.
  uint64_t kept_bytes() const { return kept_bytes_; }

 private:
  bool is_resettable_ = true;
  uint64_t last_bytes_;
  uint64_t kept_bytes_ = 0;
};

}  // namespace allocscope::profile

#endif  // ALLOCSCOPE_PROFILE_PEAK_MARK_H_
