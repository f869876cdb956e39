#include "tracker/native_stack.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "tracker/thread_state.h"

namespace allocscope::tracker {
namespace {

// The frame pointer points at the caller's, and the return address follows it, on x86-64 and on arm64.
struct FrameRecord {
  uintptr_t caller;
  uintptr_t return_address;
};

// Nothing is mapped below it.
constexpr uintptr_t kFirstCodeAddress = 4096;

struct Range {
  uintptr_t begin = 0;
  uintptr_t end = 0;
};

// The beginning of each line of /proc/self/maps: `7ffc0000-7ffd0000 `. What follows is passed over.
class MapsParser {
 public:
  // Takes the next character. True when a range has been read.
  bool Take(char character) {
    if (character == '\n') {
      *this = MapsParser();
      return false;
    }
    if (is_done_) return false;
    if (character == '-') {
      range_.begin = number_;
      number_ = 0;
    } else if (character == ' ') {
      range_.end = number_;
      is_done_ = true;
    } else {
      number_ = number_ * 16 + static_cast<uintptr_t>(character <= '9' ? character - '0' : character - 'a' + 10);
    }
    return is_done_;
  }

  Range range() const { return range_; }

 private:
  Range range_;
  uintptr_t number_ = 0;
  bool is_done_ = false;
};

// The mapping that holds `address`; empty when there is none. By system calls alone: the calls for a thread's attributes allocate and hold
// a lock meanwhile, so that an allocation within them must not make such a call again. Some 0.2 ms.
Range MappingOf(uintptr_t address) {
  const auto descriptor = static_cast<int>(syscall(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC));
  if (descriptor < 0) return {};
  std::array<char, 4096> text;
  MapsParser parser;
  Range found;
  for (ssize_t bytes = 1; bytes > 0 && found.end == 0;) {
    bytes = syscall(SYS_read, descriptor, text.data(), text.size());
    for (ssize_t i = 0; i < bytes; i++) {
      if (!parser.Take(text[static_cast<size_t>(i)])) continue;
      const Range range = parser.range();
      if (address >= range.begin && address < range.end) found = range;
    }
  }
  syscall(SYS_close, descriptor);
  return found;
}

// The main thread's stack grows downwards, as far as its limit says.
uintptr_t LowestOfMainStack(const Range& mapping) {
  rlimit limit{};
  const bool is_limited = getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < mapping.end;
  return is_limited ? std::min<uintptr_t>(mapping.begin, mapping.end - limit.rlim_cur) : mapping.begin;
}

}  // namespace

void FindStackBounds() {
  const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  const Range mapping = MappingOf(here);
  // glibc keeps what belongs to a thread at the upper end of its stack, and the main thread's elsewhere.
  const auto thread = static_cast<uintptr_t>(pthread_self());
  const bool is_main = syscall(SYS_gettid) == getpid();
  const bool is_own_stack = thread > here && thread < mapping.end;
  // A stack that the program made itself may go before the thread does.
  if (!is_main && !is_own_stack) return;
  thread_state.stack_end = is_own_stack ? thread : mapping.end;
  thread_state.stack_begin = is_own_stack ? mapping.begin : LowestOfMainStack(mapping);
}

size_t WalkFrames(const void* frame, uintptr_t* return_addresses, size_t most) {
  const ThreadState& state = thread_state;
  auto address = reinterpret_cast<uintptr_t>(frame);
  // A stack that the program made itself has other bounds, and what lies between the two isn't known to be mapped.
  if (address < state.stack_begin) return 0;
  size_t count = 0;
  while (count < most && address % sizeof(uintptr_t) == 0 && address + sizeof(FrameRecord) <= state.stack_end) {
    const auto* record = reinterpret_cast<const FrameRecord*>(address);
    if (record->return_address < kFirstCodeAddress) break;
    return_addresses[count++] = record->return_address;
    if (record->caller <= address) break;
    address = record->caller;
  }
  return count;
}

}  // namespace allocscope::tracker
