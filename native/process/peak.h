#ifndef ALLOCSCOPE_PROCESS_PEAK_H_
#define ALLOCSCOPE_PROCESS_PEAK_H_

#include <cstdint>

#include "result.h"

namespace allocscope::process {

struct Usage {
  uint64_t peak_resident_bytes;
  uint64_t minor_faults;
  uint64_t major_faults;
};

// getrusage(2), with a peak that is this program's own.
//
// `ru_maxrss` survives execve: a process that was started by a 2 GiB one reports 2 GiB for as long as it is smaller. The reader compares it
// with VmHWM when it is made. While the inherited figure still stands, the peak is read from VmHWM instead.
class UsageReader {
 public:
  UsageReader();

  Result<Usage> Read() const;

  // A peak from before the kernel's mark was reset. The mark no longer includes it.
  void KeepPeak(uint64_t bytes) {
    if (bytes > kept_peak_bytes_) kept_peak_bytes_ = bytes;
  }

 private:
  uint64_t kept_peak_bytes_ = 0;
  // The inherited ru_maxrss, or 0 when it was this program's own.
  uint64_t inherited_peak_bytes_ = 0;
};

// `VmHWM` of /proc/self/status.
Result<uint64_t> ReadHighWaterMark();

// `ru_maxrss` of RUSAGE_CHILDREN, bytes: the largest of the children that were waited for, and of those that they waited for. 0 without
// any.
uint64_t ReadChildrenPeak();

}  // namespace allocscope::process

#endif  // ALLOCSCOPE_PROCESS_PEAK_H_
