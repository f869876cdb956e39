#ifndef ALLOCSCOPE_TRACKER_CODE_LOG_H_
#define ALLOCSCOPE_TRACKER_CODE_LOG_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace allocscope::tracker {

// What an entry of the log tells. lib/track/code-log.ts reads them.
enum class CodeEntry : uint32_t {
  // Code begins at `address` and has `extent` bytes; its name follows.
  kAdded = 1,
  // What began at `address` begins at `extent` now.
  kMoved = 2,
  kRemoved = 3,
  // Positions of the code that begins at `address`, which is told of next: pairs of an offset in the code and one in the source.
  kPositions = 4,
};

// What V8 told of its code, in order, for whoever reads addresses of sampled stacks later: code moves and its addresses are used again, so
// an address means something only together with the number of an event. Entries are made under a lock, outside of any allocation. It has no
// destructor, as LiveTable.
class CodeLog {
 public:
  // False when there is no memory to be had.
  bool Prepare();

  // `what` is V8's kind of code. The text of an entry is a name, or the positions.
  void Append(CodeEntry entry, uint32_t isolate, uint32_t what, uintptr_t address, uint64_t extent, const void* text, size_t text_bytes);

  // How many entries there are.
  uint32_t sequence() const { return sequence_.load(std::memory_order_acquire); }

  // Entries that there was no room for.
  uint32_t lost() const { return lost_.load(std::memory_order_relaxed); }

  // What has been written so far. Each entry is a Header, its text, and zeros up to eight bytes.
  const char* begin() const { return entries_; }
  size_t bytes() const { return used_.load(std::memory_order_acquire); }

  // No other thread may append at the same time.
  void Clear();

 private:
  struct Header {
    CodeEntry entry;
    uint32_t isolate;
    uint32_t what;
    uint32_t text_bytes;
    uint64_t address;
    uint64_t extent;
  };
  static_assert(sizeof(Header) == 32, "lib/track/code-log.ts reads it");

  static constexpr size_t kMostBytes = 256UL << 20;

  char* entries_ = nullptr;
  std::atomic<size_t> used_{0};
  std::atomic<uint32_t> sequence_{0};
  std::atomic<uint32_t> lost_{0};
  std::atomic_flag lock_ = ATOMIC_FLAG_INIT;
};

}  // namespace allocscope::tracker

#endif  // ALLOCSCOPE_TRACKER_CODE_LOG_H_
