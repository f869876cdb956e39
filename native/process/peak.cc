#include "process/peak.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "platform/page.h"

namespace allocscope::process {
namespace {

uint64_t MaxRss(int who) {
  rusage usage;
  return getrusage(who, &usage) == 0 ? static_cast<uint64_t>(usage.ru_maxrss) * platform::kKibibyte : 0;
}

}  // namespace

Result<uint64_t> ReadHighWaterMark() {
  const int descriptor = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return Failure{"PROC_UNREADABLE", "open /proc/self/status", errno, std::strerror(errno)};
  char text[4096];
  const ssize_t length = read(descriptor, text, sizeof text - 1);
  const int read_error = errno;
  close(descriptor);
  if (length <= 0) return Failure{"PROC_UNREADABLE", "read /proc/self/status", read_error, std::strerror(read_error)};
  text[length] = '\0';
  const char* line = std::strstr(text, "\nVmHWM:");
  if (line == nullptr) return Failure{"PROC_UNREADABLE", "read /proc/self/status", 0, "the kernel reports no VmHWM"};
  return std::strtoull(line + std::strlen("\nVmHWM:"), nullptr, 10) * platform::kKibibyte;
}

uint64_t ReadChildrenPeak() { return MaxRss(RUSAGE_CHILDREN); }

UsageReader::UsageReader() {
  // Read in this order, the mark is the later figure and can't be lower. So a ru_maxrss above it is inherited.
  const uint64_t max_rss = MaxRss(RUSAGE_SELF);
  const Result<uint64_t> mark = ReadHighWaterMark();
  if (mark.ok() && max_rss > mark.value()) inherited_peak_bytes_ = max_rss;
}

Result<Usage> UsageReader::Read() const {
  rusage usage;
  if (getrusage(RUSAGE_SELF, &usage) != 0) return Failure{"PROC_UNREADABLE", "getrusage", errno, std::strerror(errno)};
  Usage reading{static_cast<uint64_t>(usage.ru_maxrss) * platform::kKibibyte, static_cast<uint64_t>(usage.ru_minflt),
                static_cast<uint64_t>(usage.ru_majflt)};
  if (reading.peak_resident_bytes <= inherited_peak_bytes_) {
    const Result<uint64_t> mark = ReadHighWaterMark();
    if (!mark.ok()) return mark.failure();
    reading.peak_resident_bytes = mark.value();
  }
  reading.peak_resident_bytes = std::max(reading.peak_resident_bytes, kept_peak_bytes_);
  return reading;
}

}  // namespace allocscope::process
