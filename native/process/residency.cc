#include "process/residency.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace allocscope::process {
namespace {

constexpr uint64_t kKibibyte = 1024;

// A guard is a page, or a few where the program asked for more; what glibc and V8 reserve without access is far larger.
constexpr uint64_t kLargestGuard = 64 * kKibibyte;
constexpr uint64_t kSmallestStack = 16 * kKibibyte;
// glibc lays the heaps of its arenas out at multiples of this, right behind the unused rest of another: that rest is no guard.
constexpr uint64_t kArenaHeapBytes = 64 * kKibibyte * kKibibyte;

struct Mapping {
  uint64_t begin = 0;
  uint64_t end = 0;
  char permissions[5] = {};
  const char* name = "";
};

bool IsGuard(const Mapping& mapping) {
  return mapping.permissions[0] == '-' && mapping.permissions[3] == 'p' && mapping.end - mapping.begin <= kLargestGuard &&
         *mapping.name == '\0';
}

bool LooksLikeStack(const Mapping& mapping, bool above_guard) {
  return above_guard && *mapping.name == '\0' && std::memcmp(mapping.permissions, "rw-p", 4) == 0 &&
         mapping.end - mapping.begin >= kSmallestStack && mapping.begin % kArenaHeapBytes != 0;
}

// Adds up one mapping after the other.
class Sum {
 public:
  void Begin(const Mapping& mapping) {
    const bool above_guard = guard_end_ == mapping.begin;
    kind_ = KindOf(mapping, above_guard);
    guard_end_ = IsGuard(mapping) ? mapping.end : 0;
  }

  void AddField(const char* line) {
    if (const char* value = ValueOf(line, "Rss:")) return AddResident(Bytes(value));
    if (const char* value = ValueOf(line, "Anonymous:")) residency_.anonymous_bytes += Bytes(value);
    if (const char* value = ValueOf(line, "Swap:")) residency_.swapped_bytes += Bytes(value);
  }

  const Residency& residency() const { return residency_; }

 private:
  enum class Kind { kFile, kStack, kSharedMemory, kOther };

  static Kind KindOf(const Mapping& mapping, bool above_guard) {
    if (std::strncmp(mapping.name, "/dev/shm/", 9) == 0 || std::strncmp(mapping.name, "/memfd:", 7) == 0 ||
        std::strncmp(mapping.name, "/dev/zero", 9) == 0 || std::strncmp(mapping.name, "/SYSV", 5) == 0) {
      return Kind::kSharedMemory;
    }
    if (mapping.name[0] == '/') return Kind::kFile;
    if (std::strncmp(mapping.name, "[stack", 6) == 0 || LooksLikeStack(mapping, above_guard)) return Kind::kStack;
    return Kind::kOther;
  }

  static const char* ValueOf(const char* line, const char* field) {
    const size_t length = std::strlen(field);
    return std::strncmp(line, field, length) == 0 ? line + length : nullptr;
  }

  static uint64_t Bytes(const char* kibibytes) { return std::strtoull(kibibytes, nullptr, 10) * kKibibyte; }

  void AddResident(uint64_t bytes) {
    residency_.resident_bytes += bytes;
    if (kind_ == Kind::kFile) residency_.file_bytes += bytes;
    if (kind_ == Kind::kStack) residency_.stack_bytes += bytes;
    if (kind_ == Kind::kSharedMemory) residency_.shared_memory_bytes += bytes;
  }

  Residency residency_;
  Kind kind_ = Kind::kOther;
  uint64_t guard_end_ = 0;
};

// `55d0c000-55d0d000 rw-p 00000000 00:00 0      [heap]`: a line that begins a mapping begins with its addresses, in lower-case hexadecimal;
// every other line begins with a capital.
bool ParseMapping(const char* line, Mapping* mapping) {
  if ((*line < '0' || *line > '9') && (*line < 'a' || *line > 'f')) return false;
  char* next;
  mapping->begin = std::strtoull(line, &next, 16);
  if (*next != '-') return false;
  mapping->end = std::strtoull(next + 1, &next, 16);
  if (*next != ' ' || std::strlen(next) < 6) return false;
  std::memcpy(mapping->permissions, next + 1, 4);
  // Offset, device and inode stand before the name.
  const char* at = next + 5;
  for (int field = 0; field < 3; field++) {
    at += std::strspn(at, " ");
    at += std::strcspn(at, " ");
  }
  mapping->name = at + std::strspn(at, " ");
  return true;
}

void TakeLine(const char* line, Sum* sum) {
  Mapping mapping;
  if (ParseMapping(line, &mapping)) {
    sum->Begin(mapping);
  } else {
    sum->AddField(line);
  }
}

// Lines of a file, through a buffer on the stack. A path may be longer than it: what doesn't fit of a line is left out.
class LineReader {
 public:
  explicit LineReader(int descriptor) : descriptor_(descriptor) {}

  // Null at the end, or when a read failed: then error() isn't 0.
  const char* Next() {
    for (;;) {
      char* const newline = static_cast<char*>(std::memchr(buffer_ + begin_, '\n', end_ - begin_));
      if (newline != nullptr) {
        char* const line = buffer_ + begin_;
        *newline = '\0';
        begin_ = static_cast<size_t>(newline - buffer_) + 1;
        if (!cut_) return line;
        cut_ = false;
        continue;
      }
      if (!Fill()) return nullptr;
    }
  }

  int error() const { return error_; }

 private:
  bool Fill() {
    std::memmove(buffer_, buffer_ + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    if (end_ == sizeof buffer_) {
      cut_ = true;
      end_ = 0;
    }
    ssize_t length;
    do {
      length = read(descriptor_, buffer_ + end_, sizeof buffer_ - end_);
    } while (length < 0 && errno == EINTR);
    if (length < 0) error_ = errno;
    if (length <= 0) return false;
    end_ += static_cast<size_t>(length);
    return true;
  }

  int descriptor_;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool cut_ = false;
  int error_ = 0;
  char buffer_[16 * 1024] = {};
};

}  // namespace

Result<Residency> ReadResidency() {
  const int descriptor = open("/proc/self/smaps", O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return Failure{"PROC_UNREADABLE", "open /proc/self/smaps", errno, std::strerror(errno)};
  LineReader lines(descriptor);
  Sum sum;
  for (const char* line = lines.Next(); line != nullptr; line = lines.Next()) TakeLine(line, &sum);
  close(descriptor);
  if (lines.error() != 0) return Failure{"PROC_UNREADABLE", "read /proc/self/smaps", lines.error(), std::strerror(lines.error())};
  return sum.residency();
}

}  // namespace allocscope::process
