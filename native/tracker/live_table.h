#ifndef ALLOCSCOPE_TRACKER_LIVE_TABLE_H_
#define ALLOCSCOPE_TRACKER_LIVE_TABLE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace allocscope::tracker {

// A sampled block that is live.
struct Sample {
  uint64_t bytes = 0;
  // Its stack in the store of stacks, 0 when there was no room for it.
  uint32_t stack = 0;
  // The number of code events before it: what the addresses of its stack meant.
  uint32_t sequence = 0;
  int32_t tid = 0;
  // The last moment before it that was told of, 0 for none.
  uint32_t moment = 0;
};

// The sampled blocks that are live, by address: no lock, no allocation, any number of threads. A counter for each of many groups of
// addresses stands before it, so that most frees of blocks that aren't in it cost one load. Grows by levels, each eight times as large as
// the one before. One table is in static memory of a library that is never unloaded: it has no destructor.
class LiveTable {
 public:
  // False when there is no memory to be had.
  bool Prepare();

  // False says for certain that `block` isn't in the table.
  bool MayHold(const void* block) const { return filter_[FilterIndex(Hash(block))].load(std::memory_order_relaxed) != 0; }

  // False when the table is full there.
  bool Put(const void* block, const Sample& sample);

  // Takes `block` out. Empty when it isn't there.
  std::optional<Sample> Take(const void* block);

  // Calls `visit(const void* block, const Sample&)` for each block that is in the table throughout; others may be left out.
  template <typename Visit>
  void ForEach(Visit visit) const {
    if (keys_ == nullptr) return;
    const size_t places = FirstPlace(levels_in_use_.load(std::memory_order_acquire));
    for (size_t place = 0; place < places; place++) {
      const uintptr_t key = keys_[place].load(std::memory_order_acquire);
      if (key == kFree || key == kClaimed) continue;
      const Sample sample = values_[place].Read();
      std::atomic_thread_fence(std::memory_order_acquire);
      if (keys_[place].load(std::memory_order_relaxed) == key) visit(reinterpret_cast<const void*>(key), sample);
    }
  }

  // No other thread may put at the same time.
  void Clear();

 private:
  // Eight keys are one cache line.
  static constexpr size_t kKeysPerBucket = 8;
  static constexpr int kFilterBits = 14;
  static constexpr int kFirstLevelBits = 11;
  static constexpr int kLevelStep = 3;
  static constexpr size_t kLevels = 4;
  static constexpr uintptr_t kFree = 0;
  // While its value is being written. No block has this address.
  static constexpr uintptr_t kClaimed = 1;
  // A counter that has reached it stays there: it can't tell any more how many there are.
  static constexpr uint8_t kSaturated = 255;

  // The parts of a Sample: another thread may read them while they change, and finds that out by the key.
  struct Value {
    std::atomic<uint64_t> bytes;
    std::atomic<uint32_t> stack;
    std::atomic<uint32_t> sequence;
    std::atomic<int32_t> tid;
    std::atomic<uint32_t> moment;

    Sample Read() const;
    void Write(const Sample& sample);
  };

  static constexpr size_t FirstPlace(size_t level) {
    size_t buckets = 0;
    for (size_t smaller = 0; smaller < level; smaller++) buckets += 1UL << (kFirstLevelBits + kLevelStep * smaller);
    return buckets * kKeysPerBucket;
  }
  static uint64_t Hash(const void* block) { return (reinterpret_cast<uintptr_t>(block) >> 4) * 0x9E3779B97F4A7C15UL; }
  static size_t FilterIndex(uint64_t hash) { return hash >> (64 - kFilterBits); }
  // The first place of the bucket for `hash` in `level`, or of its neighbour, where what doesn't fit goes.
  static size_t BucketPlace(uint64_t hash, size_t level, bool neighbour);

  void UseLevel(size_t level);
  bool PutAt(size_t place, const void* block, const Sample& sample);
  std::optional<Sample> TakeAt(size_t place, const void* block);
  void RaiseFilter(uint64_t hash);
  void LowerFilter(uint64_t hash);

  std::atomic<uintptr_t>* keys_ = nullptr;
  Value* values_ = nullptr;
  std::atomic<size_t> levels_in_use_{1};
  alignas(64) std::atomic<uint8_t> filter_[1UL << kFilterBits]{};
};

}  // namespace allocscope::tracker

#endif  // ALLOCSCOPE_TRACKER_LIVE_TABLE_H_
