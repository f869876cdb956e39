#include "process/statm.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "platform/descriptor.h"
#include "platform/page.h"

namespace allocscope::process {
namespace {

constexpr int kNumbersUsed = 3;
constexpr int kNumbers = 7;

// A line of seven decimal numbers and nothing else: anything different isn't statm.
bool Parse(const char* text, size_t length, uint64_t (&pages)[kNumbersUsed]) {
  const char* const end = text + length;
  for (int field = 0; field < kNumbers; field++) {
    if (text == end || *text < '0' || *text > '9') return false;
    uint64_t number = 0;
    while (text != end && *text >= '0' && *text <= '9') number = number * 10 + static_cast<uint64_t>(*text++ - '0');
    if (field < kNumbersUsed) pages[field] = number;
    if (text == end || *text++ != (field == kNumbers - 1 ? '\n' : ' ')) return false;
  }
  return text == end;
}

}  // namespace

bool ReadStatm(int descriptor, Statm* into) {
  char text[128];
  const ssize_t length = pread(descriptor, text, sizeof text, 0);
  uint64_t pages[kNumbersUsed];
  if (length <= 0 || !Parse(text, static_cast<size_t>(length), pages)) return false;
  static const uint64_t page_bytes = platform::PageBytes();
  *into = {pages[0] * page_bytes, pages[1] * page_bytes, pages[2] * page_bytes};
  return true;
}

// Closes the descriptor only while it still is statm: a program may have closed it and reused its number.
StatmReader::~StatmReader() {
  Statm ours;
  if (descriptor_ >= 0 && ReadStatm(descriptor_, &ours)) close(descriptor_);
}

bool StatmReader::Open() {
  descriptor_ = platform::AboveStandardStreams(open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
  return descriptor_ >= 0;
}

Result<Statm> StatmReader::Read() {
  Statm statm;
  if (descriptor_ >= 0 && ReadStatm(descriptor_, &statm)) return statm;
  // The program may have closed the descriptor and reused its number for another file: leave that file alone.
  descriptor_ = -1;
  if (Open() && ReadStatm(descriptor_, &statm)) return statm;
  return Failure{"PROC_UNREADABLE", "read /proc/self/statm", errno, std::strerror(errno)};
}

}  // namespace allocscope::process
