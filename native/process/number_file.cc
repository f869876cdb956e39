#include "process/number_file.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "platform/descriptor.h"

namespace allocscope::process {
namespace {

// The most that 64 bits hold has 20 digits; those of a number of bytes are fewer.
constexpr ssize_t kMostDigits = 19;

constexpr int kReadingsPerCheck = 10;

bool IsOfControlGroup(int descriptor) {
  struct statfs system {};
  if (fstatfs(descriptor, &system) != 0) return false;
  return system.f_type == CGROUP_SUPER_MAGIC || system.f_type == CGROUP2_SUPER_MAGIC;
}

std::optional<uint64_t> Parse(const char* text, ssize_t length) {
  if (length < 2 || length > kMostDigits + 1 || text[length - 1] != '\n') return std::nullopt;
  uint64_t number = 0;
  for (ssize_t i = 0; i < length - 1; i++) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    number = number * 10 + static_cast<uint64_t>(text[i] - '0');
  }
  return number;
}

}  // namespace

// Closes the descriptor only while it still is such a file: a program may have closed it and reused its number.
void NumberFile::Close() {
  if (descriptor_ >= 0 && IsOfControlGroup(descriptor_)) close(descriptor_);
  descriptor_ = -1;
}

// The program may have closed the descriptor and reused its number for another file. To look costs as much as to read, so it isn't done
// every time: a pread changes nothing of a file, and what isn't a number is no reading.
bool NumberFile::IsStillOne() {
  if (descriptor_ < 0) return false;
  if (unchecked_ > 0) {
    unchecked_--;
    return true;
  }
  unchecked_ = kReadingsPerCheck - 1;
  return IsOfControlGroup(descriptor_);
}

std::optional<uint64_t> NumberFile::ReadOnce() {
  char text[32];
  if (!IsStillOne()) return std::nullopt;
  return Parse(text, pread(descriptor_, text, sizeof text, 0));
}

std::optional<uint64_t> NumberFile::Read() {
  if (path_.empty()) return std::nullopt;
  const std::optional<uint64_t> number = ReadOnce();
  if (number) return number;
  Close();
  unchecked_ = 0;
  descriptor_ = platform::AboveStandardStreams(open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  return ReadOnce();
}

}  // namespace allocscope::process
