#ifndef ALLOCSCOPE_TRACKER_MAPPINGS_H_
#define ALLOCSCOPE_TRACKER_MAPPINGS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace allocscope::tracker {

// A range of addresses that was mapped.
struct Mapping {
  uintptr_t begin = 0;
  uintptr_t end = 0;
  // As of a sample.
  uint32_t stack = 0;
  uint32_t sequence = 0;
  int32_t tid = 0;
  // Only then can it be asked how much of it is resident in this process.
  bool is_private_anonymous = false;
};

// How much of it is resident; -1 where the kernel doesn't tell.
double ResidentBytesOf(const Mapping& mapping);

// What a session saw mapped and not unmapped since, in the order of addresses. Every call is seen: there are few, and each takes the kernel
// longer than this. A lock stands before it, for moments, as ranges are cut and split. Who doesn't get it within some milliseconds goes on
// without, and is counted: the thread that holds it may be the one that was interrupted, or may not exist, after a fork.
class MappingTable {
 public:
  // What was taken out, for the case that the call fails.
  struct Pieces {
    std::array<Mapping, 8> list;
    size_t count = 0;
    // False when there were more of them.
    bool is_whole = true;
  };

  // False when there is no memory to be had.
  bool Prepare();

  // From now on the range is this one's, whatever it was before. Of `is_within_own` what was mapped from one stack as a whole stays that
  // one's: memory that is committed and decommitted by mapping it anew is its reserver's.
  void Put(const Mapping& mapping, bool is_within_own);

  // Takes out what is between two addresses.
  Pieces Take(uintptr_t begin, uintptr_t end);
  void PutBack(const Pieces& pieces);

  // Calls `visit(const Mapping&)` for each, of one moment. For one thread at a time.
  template <typename Visit>
  void ForEach(Visit visit) {
    const size_t count = Copy();
    for (size_t i = 0; i < count; i++) visit(copy_[i]);
  }

  // The sum of all, at any time and without the lock.
  uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

  // Calls that came to nothing here, as there was no room, or no lock to be had.
  uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

  // No other thread may put or take at the same time.
  void Clear();

 private:
  static constexpr size_t kMost = 1UL << 15;

  bool Lock();
  void Unlock() { is_locked_.clear(std::memory_order_release); }
  // The first that ends behind `address`.
  size_t FirstBehind(uintptr_t address) const;
  // Whether all between two addresses was mapped from the same stack.
  bool IsOfOne(uintptr_t begin, uintptr_t end) const;
  // Puts `count` of them in the place of those from `from` to `to`.
  void Replace(size_t from, size_t to, const Mapping* with, size_t count);
  void TakeLocked(uintptr_t begin, uintptr_t end, Pieces* pieces);
  void PutLocked(const Mapping& mapping, bool is_within_own);
  size_t Copy();

  std::atomic_flag is_locked_ = ATOMIC_FLAG_INIT;
  Mapping* sorted_ = nullptr;
  Mapping* copy_ = nullptr;
  size_t count_ = 0;
  // Changed by who holds the lock.
  std::atomic<uint64_t> bytes_{0};
  std::atomic<uint64_t> lost_{0};
};

}  // namespace allocscope::tracker

#endif  // ALLOCSCOPE_TRACKER_MAPPINGS_H_
