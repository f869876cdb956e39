#include "embedded/object_text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "platform/safe_memory.h"

namespace allocscope::embedded {
namespace {

using platform::LoadedObject;
using platform::Segment;

constexpr size_t kPartBytes = 256 * 1024;
// The ELF header and the segments' table, by which two builds of one library differ.
constexpr size_t kComparedBytes = 1024;

using Lanes = unsigned char __attribute__((vector_size(16)));
using Halves = uint64_t __attribute__((vector_size(16)));

Lanes Load(const char* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

bool AnyLane(Lanes lanes) {
  const auto halves = reinterpret_cast<Halves>(lanes);
  return (halves[0] | halves[1]) != 0;
}

size_t FindOneByOne(std::string_view text, std::string_view needle, size_t from, size_t end) {
  for (size_t at = from; at < end && at + needle.size() <= text.size(); at++) {
    if (std::memcmp(text.data() + at, needle.data(), needle.size()) == 0) return at;
  }
  return std::string_view::npos;
}

// Whether the mapped object still is what the file holds. Not by device and inode: file systems in layers tell others of each.
bool IsMappedFrom(const LoadedObject& object, int file) {
  char mapped[kComparedBytes];
  char stored[kComparedBytes];
  for (const Segment& segment : object.segments) {
    if (segment.file_offset != 0 || segment.file_bytes < kComparedBytes) continue;
    return platform::ReadOwnMemory(segment.begin, mapped, kComparedBytes) &&
           pread(file, stored, kComparedBytes, 0) == static_cast<ssize_t>(kComparedBytes) &&
           std::memcmp(mapped, stored, kComparedBytes) == 0;
  }
  return false;
}

std::string IdentityOf(int file) {
  struct stat status {};
  // By its number: newer glibc releases gave fstat a version of its own.
  if (syscall(SYS_fstat, file, &status) != 0) return {};
  return std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino) + ':' + std::to_string(status.st_mtim.tv_sec) + '.' +
         std::to_string(status.st_mtim.tv_nsec) + ':' + std::to_string(status.st_size);
}

}  // namespace

size_t FindText(std::string_view text, std::string_view needle, size_t from) {
  const size_t last = needle.size() - 1;
  size_t at = from;
  // Most places fail by the first or the last letter.
  for (; at + last + sizeof(Lanes) <= text.size(); at += sizeof(Lanes)) {
    const Lanes begins = Load(text.data() + at) == static_cast<unsigned char>(needle.front());
    const Lanes ends = Load(text.data() + at + last) == static_cast<unsigned char>(needle.back());
    if (!AnyLane(begins & ends)) continue;
    const size_t found = FindOneByOne(text, needle, at, at + sizeof(Lanes));
    if (found != std::string_view::npos) return found;
  }
  return FindOneByOne(text, needle, at, text.size());
}

Result<platform::Mapping> ObjectText::MakeBuffer() { return platform::Mapping::Anonymous(kPartBytes); }

ObjectText::ObjectText(const LoadedObject& object, const platform::Mapping& buffer)
    : object_(object), part_(static_cast<char*>(buffer.data())), part_bytes_(buffer.bytes()) {
  file_ = open(object.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file_ < 0) return;
  if (IsMappedFrom(object, file_)) {
    identity_ = IdentityOf(file_);
    return;
  }
  close(file_);
  file_ = -1;
}

ObjectText::~ObjectText() {
  if (file_ >= 0) close(file_);
}

// Linkers keep texts out of code when they make read-only segments at all.
bool ObjectText::HoldsText(const Segment& segment) const {
  const auto is_data = [](const Segment& other) { return !other.writable && !other.executable; };
  const bool has_data = std::any_of(object_.segments.begin(), object_.segments.end(), is_data);
  return has_data ? is_data(segment) : !segment.writable;
}

std::string_view ObjectText::ReadPart(const Segment& segment, uint64_t offset) const {
  const size_t wanted = std::min<uint64_t>(part_bytes_, segment.file_bytes - offset);
  if (file_ >= 0) {
    const ssize_t length = pread(file_, part_, wanted, static_cast<off_t>(segment.file_offset + offset));
    return {part_, length < 0 ? 0 : static_cast<size_t>(length)};
  }
  return {part_, platform::ReadOwnMemory(segment.begin + offset, part_, wanted) ? wanted : 0};
}

bool ObjectText::Contains(std::string_view text) const {
  bool found = false;
  VisitParts([&](std::string_view part) {
    found = FindText(part, text) != std::string_view::npos;
    return !found;
  });
  return found;
}

}  // namespace allocscope::embedded
