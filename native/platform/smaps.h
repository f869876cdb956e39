#ifndef ALLOCSCOPE_PLATFORM_SMAPS_H_
#define ALLOCSCOPE_PLATFORM_SMAPS_H_

#include <cstddef>
#include <cstdint>

namespace allocscope::platform {

// The amounts that the kernel tells of each mapping, under its own names.
enum class SmapsField : uint8_t {
  kRss,
  kPss,
  kSharedClean,
  kSharedDirty,
  kPrivateClean,
  kPrivateDirty,
  kReferenced,
  kAnonymous,
  kLazyFree,
  kAnonHugePages,
  kShmemPmdMapped,
  kFilePmdMapped,
  kSharedHugetlb,
  kPrivateHugetlb,
  kSwap,
  kSwapPss,
  kLocked,
};
constexpr size_t kSmapsFields = static_cast<size_t>(SmapsField::kLocked) + 1;

// Which amounts are wanted: the others aren't read.
class SmapsFields {
 public:
  template <typename... Field>
  constexpr explicit SmapsFields(Field... fields) : bits_((0u | ... | Bit(fields))) {}

  constexpr bool Has(SmapsField field) const { return (bits_ & Bit(field)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  void Add(SmapsField field) { bits_ |= Bit(field); }

 private:
  static constexpr uint32_t Bit(SmapsField field) { return 1u << static_cast<uint8_t>(field); }

  uint32_t bits_;
};

// One mapping: `55d0c000-55d0d000 rw-p 00000000 08:01 1234      /usr/bin/node`, and its amounts.
struct SmapsEntry {
  // The longest name that is kept; of a longer one, the beginning.
  static constexpr size_t kLongestName = 4095;

  uint64_t size() const { return end - begin; }
  // 0 as well where this kernel doesn't tell it.
  uint64_t Bytes(SmapsField field) const { return bytes[static_cast<uint8_t>(field)]; }

  uint64_t begin = 0;
  uint64_t end = 0;
  // `rw-p`: readable, writable, executable, private or shared.
  char permissions[5] = {};
  // Where in the file the mapping begins.
  uint64_t offset = 0;
  uint32_t device_major = 0;
  uint32_t device_minor = 0;
  // 0 where no file is mapped.
  uint64_t inode = 0;
  // A path, which ends in ` (deleted)` where the file is, `[heap]` and the like, or nothing. A line feed in it is `\012`.
  char name[kLongestName + 1] = {};
  // The amounts that were asked for and are told by this kernel.
  SmapsFields known;
  uint64_t bytes[kSmapsFields] = {};
};

// The system call that failed, and its errno. No call: none did.
struct SmapsFailure {
  const char* call = nullptr;
  int error_number = 0;
};

using SmapsVisit = void (*)(void* visitor, const SmapsEntry& entry);

// Hands over the mappings in a file of the form of /proc/<pid>/smaps or /proc/<pid>/maps, read from where `descriptor` stands. A mapping
// that a failing read cut short isn't among them. Calls nothing but read(2), allocates nothing, and may be used in a forked child; takes 21
// KiB of stack.
SmapsFailure VisitSmapsIn(int descriptor, SmapsFields fields, SmapsVisit visit, void* visitor);

// … and those of this process. Without a field it reads /proc/self/maps, for which the kernel walks no page.
SmapsFailure VisitOwnSmaps(SmapsFields fields, SmapsVisit visit, void* visitor);

// … by any `visit(const SmapsEntry&)`. The entry is valid during the call.
template <typename Visit>
SmapsFailure VisitOwnSmaps(SmapsFields fields, Visit&& visit) {
  return VisitOwnSmaps(
      fields, [](void* visitor, const SmapsEntry& entry) { (*static_cast<Visit*>(visitor))(entry); }, &visit);
}

}  // namespace allocscope::platform

#endif  // ALLOCSCOPE_PLATFORM_SMAPS_H_
