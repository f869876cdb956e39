#include "tracker/live_table.h"

#include "tracker/reserved_memory.h"

namespace allocscope::tracker {

Sample LiveTable::Value::Read() const {
  return {bytes.load(std::memory_order_relaxed), stack.load(std::memory_order_relaxed), sequence.load(std::memory_order_relaxed),
          tid.load(std::memory_order_relaxed), moment.load(std::memory_order_relaxed)};
}

void LiveTable::Value::Write(const Sample& sample) {
  bytes.store(sample.bytes, std::memory_order_relaxed);
  stack.store(sample.stack, std::memory_order_relaxed);
  sequence.store(sample.sequence, std::memory_order_relaxed);
  tid.store(sample.tid, std::memory_order_relaxed);
  moment.store(sample.moment, std::memory_order_relaxed);
}

bool LiveTable::Prepare() {
  if (keys_ == nullptr) keys_ = static_cast<std::atomic<uintptr_t>*>(ReserveMemory(FirstPlace(kLevels) * sizeof(keys_[0])));
  if (values_ == nullptr) values_ = static_cast<Value*>(ReserveMemory(FirstPlace(kLevels) * sizeof(Value)));
  return keys_ != nullptr && values_ != nullptr;
}

size_t LiveTable::BucketPlace(uint64_t hash, size_t level, bool neighbour) {
  const size_t mask = (1UL << (kFirstLevelBits + kLevelStep * level)) - 1;
  // Not the bits that the filter goes by, but those below them.
  const size_t bucket = (hash >> 20) & mask;
  return FirstPlace(level) + (bucket ^ (neighbour ? 1 : 0)) * kKeysPerBucket;
}

bool LiveTable::PutAt(size_t place, const void* block, const Sample& sample) {
  uintptr_t expected = kFree;
  if (!keys_[place].compare_exchange_strong(expected, kClaimed, std::memory_order_acquire, std::memory_order_relaxed)) return false;
  values_[place].Write(sample);
  keys_[place].store(reinterpret_cast<uintptr_t>(block), std::memory_order_release);
  return true;
}

bool LiveTable::Put(const void* block, const Sample& sample) {
  const uint64_t hash = Hash(block);
  RaiseFilter(hash);
  for (size_t level = 0; level < kLevels; level++) {
    UseLevel(level);
    for (const bool neighbour : {false, true}) {
      const size_t first = BucketPlace(hash, level, neighbour);
      for (size_t place = first; place < first + kKeysPerBucket; place++) {
        if (keys_[place].load(std::memory_order_relaxed) == kFree && PutAt(place, block, sample)) return true;
      }
    }
  }
  LowerFilter(hash);
  return false;
}

void LiveTable::UseLevel(size_t level) {
  size_t in_use = levels_in_use_.load(std::memory_order_relaxed);
  while (in_use <= level && !levels_in_use_.compare_exchange_weak(in_use, level + 1, std::memory_order_release)) {
  }
}

std::optional<Sample> LiveTable::TakeAt(size_t place, const void* block) {
  uintptr_t expected = reinterpret_cast<uintptr_t>(block);
  if (keys_[place].load(std::memory_order_acquire) != expected) return {};
  const Sample sample = values_[place].Read();
  if (!keys_[place].compare_exchange_strong(expected, kFree, std::memory_order_acq_rel, std::memory_order_relaxed)) return {};
  return sample;
}

std::optional<Sample> LiveTable::Take(const void* block) {
  if (keys_ == nullptr || block == nullptr) return {};
  const uint64_t hash = Hash(block);
  const size_t levels = levels_in_use_.load(std::memory_order_acquire);
  for (size_t level = 0; level < levels; level++) {
    for (const bool neighbour : {false, true}) {
      const size_t first = BucketPlace(hash, level, neighbour);
      for (size_t place = first; place < first + kKeysPerBucket; place++) {
        const std::optional<Sample> taken = TakeAt(place, block);
        if (!taken) continue;
        LowerFilter(hash);
        return taken;
      }
    }
  }
  return {};
}

void LiveTable::RaiseFilter(uint64_t hash) {
  std::atomic<uint8_t>& counter = filter_[FilterIndex(hash)];
  uint8_t count = counter.load(std::memory_order_relaxed);
  while (count != kSaturated && !counter.compare_exchange_weak(count, count + 1, std::memory_order_relaxed)) {
  }
}

void LiveTable::LowerFilter(uint64_t hash) {
  std::atomic<uint8_t>& counter = filter_[FilterIndex(hash)];
  uint8_t count = counter.load(std::memory_order_relaxed);
  while (count != kSaturated && count != 0 && !counter.compare_exchange_weak(count, count - 1, std::memory_order_relaxed)) {
  }
}

void LiveTable::Clear() {
  if (keys_ == nullptr) return;
  for (std::atomic<uint8_t>& counter : filter_) counter.store(0, std::memory_order_relaxed);
  levels_in_use_.store(1, std::memory_order_release);
  EmptyMemory(keys_, FirstPlace(kLevels) * sizeof(keys_[0]));
  EmptyMemory(values_, FirstPlace(kLevels) * sizeof(Value));
}

}  // namespace allocscope::tracker
