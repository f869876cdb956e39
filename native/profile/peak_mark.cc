#include "profile/peak_mark.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace allocscope::profile {
namespace {

// The mark is reset only when it is at least this far above RSS: resetting changes what the program itself reads.
constexpr uint64_t kWorthBytes = uint64_t{1} << 20;

// Not kept open: a program may close any descriptor and get its number for a file of its own, into which this would write.
bool ResetMark() {
  const int clear_refs = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
  if (clear_refs < 0) return false;
  const bool is_reset = write(clear_refs, "5", 1) == 1;
  close(clear_refs);
  return is_reset;
}

}  // namespace

uint64_t PeakMark::Read() {
  rusage usage;
  return getrusage(RUSAGE_SELF, &usage) == 0 ? static_cast<uint64_t>(usage.ru_maxrss) * 1024 : 0;
}

PeakMark::PeakMark() : last_bytes_(Read()) {}

uint64_t PeakMark::Take(uint64_t resident_bytes) {
  const uint64_t mark = Read();
  const uint64_t peak = mark > last_bytes_ ? mark : 0;
  last_bytes_ = mark;
  if (!is_resettable_ || mark < resident_bytes + kWorthBytes) return peak;
  // If it stays the same, it is the peak of the program that started this one. That can't be reset.
  if (!ResetMark() || (last_bytes_ = Read()) == mark) {
    is_resettable_ = false;
    return peak;
  }
  kept_bytes_ = std::max(kept_bytes_, mark);
  return peak;
}

}  // namespace allocscope::profile
