#include "process/residency.h"

#include <cstring>
#include <string>

#include "platform/page.h"
#include "platform/smaps.h"

namespace allocscope::process {
namespace {

using platform::SmapsEntry;
using platform::SmapsField;

// A guard has one page, or a few if the program asked for more. What glibc and V8 reserve without access is far larger.
constexpr uint64_t kLargestGuard = 64 * platform::kKibibyte;
constexpr uint64_t kSmallestStack = 16 * platform::kKibibyte;
// glibc puts the heaps of its arenas at multiples of this, right behind the unused rest of another heap. Such a rest is no guard.
constexpr uint64_t kArenaHeapBytes = 64 * platform::kKibibyte * platform::kKibibyte;

constexpr platform::SmapsFields kAddedUp(SmapsField::kRss, SmapsField::kAnonymous, SmapsField::kSwap);

bool IsGuard(const SmapsEntry& mapping) {
  return mapping.permissions[0] == '-' && mapping.permissions[3] == 'p' && mapping.size() <= kLargestGuard && *mapping.name == '\0';
}

bool LooksLikeStack(const SmapsEntry& mapping, bool above_guard) {
  return above_guard && *mapping.name == '\0' && std::strcmp(mapping.permissions, "rw-p") == 0 && mapping.size() >= kSmallestStack &&
         mapping.begin % kArenaHeapBytes != 0;
}

// Adds up one mapping after the other.
class Sum {
 public:
  void Add(const SmapsEntry& mapping) {
    const bool above_guard = guard_end_ == mapping.begin;
    guard_end_ = IsGuard(mapping) ? mapping.end : 0;
    AddResident(KindOf(mapping, above_guard), mapping.Bytes(SmapsField::kRss));
    residency_.anonymous_bytes += mapping.Bytes(SmapsField::kAnonymous);
    residency_.swapped_bytes += mapping.Bytes(SmapsField::kSwap);
  }

  const Residency& residency() const { return residency_; }

 private:
  enum class Kind { kFile, kStack, kSharedMemory, kOther };

  static Kind KindOf(const SmapsEntry& mapping, bool above_guard) {
    if (std::strncmp(mapping.name, "/dev/shm/", 9) == 0 || std::strncmp(mapping.name, "/memfd:", 7) == 0 ||
        std::strncmp(mapping.name, "/dev/zero", 9) == 0 || std::strncmp(mapping.name, "/SYSV", 5) == 0) {
      return Kind::kSharedMemory;
    }
    if (mapping.name[0] == '/') return Kind::kFile;
    if (std::strncmp(mapping.name, "[stack", 6) == 0 || LooksLikeStack(mapping, above_guard)) return Kind::kStack;
    return Kind::kOther;
  }

  void AddResident(Kind kind, uint64_t bytes) {
    residency_.resident_bytes += bytes;
    if (kind == Kind::kFile) residency_.file_bytes += bytes;
    if (kind == Kind::kStack) residency_.stack_bytes += bytes;
    if (kind == Kind::kSharedMemory) residency_.shared_memory_bytes += bytes;
  }

  Residency residency_;
  uint64_t guard_end_ = 0;
};

}  // namespace

Result<Residency> ReadResidency() {
  Sum sum;
  const platform::SmapsFailure failure = platform::VisitOwnSmaps(kAddedUp, [&sum](const SmapsEntry& mapping) { sum.Add(mapping); });
  if (failure.call == nullptr) return sum.residency();
  return Failure{"PROC_UNREADABLE", std::string(failure.call) + " /proc/self/smaps", failure.error_number,
                 std::strerror(failure.error_number)};
}

}  // namespace allocscope::process
