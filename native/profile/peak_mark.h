#ifndef ALLOCSCOPE_PROFILE_PEAK_MARK_H_
#define ALLOCSCOPE_PROFILE_PEAK_MARK_H_

#include <cstdint>

namespace allocscope::profile {

// The kernel's mark of the most that RSS has been, set back so that it tells of the time since: transient peaks that no sample meets.
//
// Setting it back changes what getrusage(2) and VmHWM tell the whole program from then on; hence only when the mark stands far above what
// is resident, where it would hide peaks, and what it said is kept.
class PeakMark {
 public:
  PeakMark();
  ~PeakMark();
  PeakMark(const PeakMark&) = delete;
  PeakMark& operator=(const PeakMark&) = delete;

  // The most that RSS was since the last call, as far as the mark tells; 0 when it tells nothing. `resident_bytes` is what RSS is now.
  uint64_t Take(uint64_t resident_bytes);

  // The most that the mark said before it was set back; 0 when it never was.
  uint64_t kept_bytes() const { return kept_bytes_; }

 private:
  int clear_refs_;
  uint64_t last_bytes_;
  uint64_t kept_bytes_ = 0;
};

}  // namespace allocscope::profile

#endif  // ALLOCSCOPE_PROFILE_PEAK_MARK_H_
