#include "platform/smaps.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "platform/page.h"

namespace allocscope::platform {
namespace {

// In the order of SmapsField.
constexpr const char* kFieldNames[] = {
    "Rss:",       "Pss:",      "Shared_Clean:",  "Shared_Dirty:",   "Private_Clean:", "Private_Dirty:",  "Referenced:",
    "Anonymous:", "LazyFree:", "AnonHugePages:", "ShmemPmdMapped:", "FilePmdMapped:", "Shared_Hugetlb:", "Private_Hugetlb:",
    "Swap:",      "SwapPss:",  "Locked:"};
static_assert(sizeof kFieldNames / sizeof *kFieldNames == kSmapsFields, "each field has a name");

// Lines of a file, through a buffer on the stack. Of a line that is longer than the buffer, the beginning is given.
class LineReader {
 public:
  explicit LineReader(int descriptor) : descriptor_(descriptor) {}

  // Null at the end, or when a read failed: then error() isn't 0. Valid until the next call.
  const char* Next() {
    for (;;) {
      char* const line = buffer_ + begin_;
      auto* const newline = static_cast<char*>(std::memchr(line, '\n', end_ - begin_));
      const bool is_full = newline == nullptr && end_ - begin_ == kCapacity;
      if (newline == nullptr && !is_full) {
        if (!Fill()) return nullptr;
        continue;
      }
      char* const line_end = is_full ? buffer_ + kCapacity : newline;
      *line_end = '\0';
      begin_ = is_full ? kCapacity : static_cast<size_t>(newline - buffer_) + 1;
      const bool is_rest = in_rest_;
      in_rest_ = is_full;
      if (!is_rest) return line;
    }
  }

  int error() const { return error_; }

 private:
  static constexpr size_t kCapacity = 16 * 1024;

  bool Fill() {
    std::memmove(buffer_, buffer_ + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    ssize_t length;
    do {
      length = read(descriptor_, buffer_ + end_, kCapacity - end_);
    } while (length < 0 && errno == EINTR);
    if (length < 0) error_ = errno;
    if (length <= 0) return false;
    end_ += static_cast<size_t>(length);
    return true;
  }

  int descriptor_;
  size_t begin_ = 0;
  size_t end_ = 0;
  // Whether what comes belongs to a line that was given already.
  bool in_rest_ = false;
  int error_ = 0;
  // One more than is read, for the end of a line that fills it.
  char buffer_[kCapacity + 1] = {};
};

const char* SkipSpaces(const char* at) { return at + std::strspn(at, " "); }

// As strtoull, which a file of 10,000 mappings calls 40,000 times, in a quarter of the time.
uint64_t ParseHexadecimal(const char* at, char** next) {
  uint64_t value = 0;
  for (;; at++) {
    const char digit = *at;
    if (digit >= '0' && digit <= '9') {
      value = value << 4 | static_cast<uint64_t>(digit - '0');
    } else if (digit >= 'a' && digit <= 'f') {
      value = value << 4 | static_cast<uint64_t>(digit - 'a' + 10);
    } else {
      *next = const_cast<char*>(at);
      return value;
    }
  }
}

// A line that begins a mapping begins with its addresses, in lower-case hexadecimal; every other line begins with a capital.
bool ParseFirstLine(const char* line, SmapsEntry* entry) {
  if ((*line < '0' || *line > '9') && (*line < 'a' || *line > 'f')) return false;
  char* next;
  entry->begin = ParseHexadecimal(line, &next);
  if (*next != '-') return false;
  entry->end = ParseHexadecimal(next + 1, &next);
  if (*next != ' ' || std::strlen(next) < 6) return false;
  std::memcpy(entry->permissions, next + 1, 4);
  entry->offset = ParseHexadecimal(next + 6, &next);
  entry->device_major = static_cast<uint32_t>(std::strtoul(next, &next, 16));
  if (*next != ':') return false;
  entry->device_minor = static_cast<uint32_t>(std::strtoul(next + 1, &next, 16));
  entry->inode = std::strtoull(next, &next, 10);
  const char* const name = SkipSpaces(next);
  const size_t length = std::min(std::strlen(name), SmapsEntry::kLongestName);
  std::memcpy(entry->name, name, length);
  entry->name[length] = '\0';
  return true;
}

// `Rss:                 132 kB`
void ParseField(const char* line, SmapsFields wanted, SmapsEntry* entry) {
  for (size_t i = 0; i < kSmapsFields; i++) {
    const auto field = static_cast<SmapsField>(i);
    const size_t length = wanted.Has(field) ? std::strlen(kFieldNames[i]) : 0;
    if (length == 0 || std::strncmp(line, kFieldNames[i], length) != 0) continue;
    entry->bytes[i] = std::strtoull(line + length, nullptr, 10) * kKibibyte;
    entry->known.Add(field);
    return;
  }
}

}  // namespace

SmapsFailure VisitSmapsIn(int descriptor, SmapsFields fields, SmapsVisit visit, void* visitor) {
  LineReader lines(descriptor);
  SmapsEntry entry;
  bool has_entry = false;
  for (const char* line = lines.Next(); line != nullptr; line = lines.Next()) {
    if (*line >= 'A' && *line <= 'Z') {
      ParseField(line, fields, &entry);
      continue;
    }
    // The fields of a mapping follow its first line, so that it is whole when the next one begins.
    if (has_entry) visit(visitor, entry);
    entry.known = SmapsFields();
    std::fill_n(entry.bytes, kSmapsFields, 0);
    has_entry = ParseFirstLine(line, &entry);
  }
  if (lines.error() != 0) return {"read", lines.error()};
  if (has_entry) visit(visitor, entry);
  return {};
}

SmapsFailure VisitOwnSmaps(SmapsFields fields, SmapsVisit visit, void* visitor) {
  const int descriptor = open(fields.empty() ? "/proc/self/maps" : "/proc/self/smaps", O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {"open", errno};
  const SmapsFailure failure = VisitSmapsIn(descriptor, fields, visit, visitor);
  close(descriptor);
  return failure;
}

}  // namespace allocscope::platform
