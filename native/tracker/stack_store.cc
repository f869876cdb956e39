#include "tracker/stack_store.h"

#include <cstring>

#include "tracker/reserved_memory.h"

namespace allocscope::tracker {
namespace {

uint32_t HashOf(const Frames& frames) {
  constexpr uint64_t kMultiplier = 0x9E3779B97F4A7C15UL;
  uint64_t hash = (frames.isolate * kMultiplier) ^ static_cast<uint32_t>(frames.vm_state);
  const auto mix = [&hash](uintptr_t address) { hash = ((hash << 5 | hash >> 59) ^ address) * kMultiplier; };
  for (size_t i = 0; i < frames.script_count; i++) mix(frames.script[i]);
  for (size_t i = 0; i < frames.native_count; i++) mix(frames.native[i]);
  return static_cast<uint32_t>(hash >> 32);
}

bool IsOf(const Stack& stack, const Frames& frames) {
  return stack.isolate == frames.isolate && stack.vm_state == frames.vm_state && stack.script_count == frames.script_count &&
         stack.native_count == frames.native_count &&
         std::memcmp(stack.frames(), frames.script.data(), frames.script_count * sizeof(uintptr_t)) == 0 &&
         std::memcmp(stack.frames() + frames.script_count, frames.native.data(), frames.native_count * sizeof(uintptr_t)) == 0;
}

void AddTo(std::atomic<double>& sum, double amount) {
  double before = sum.load(std::memory_order_relaxed);
  while (!sum.compare_exchange_weak(before, before + amount, std::memory_order_relaxed)) {
  }
}

}  // namespace

bool StackStore::Prepare() {
  if (lists_ == nullptr) lists_ = static_cast<std::atomic<uint32_t>*>(ReserveMemory(kLists * sizeof(lists_[0])));
  if (stacks_ == nullptr) stacks_ = static_cast<char*>(ReserveMemory(kStackBytes));
  return lists_ != nullptr && stacks_ != nullptr;
}

uint32_t StackStore::Find(uint32_t first, uint32_t hash, const Frames& frames) const {
  for (uint32_t number = first; number != 0; number = At(number)->next) {
    if (At(number)->hash == hash && IsOf(*At(number), frames)) return number;
  }
  return 0;
}

uint32_t StackStore::Append(uint32_t hash, const Frames& frames) {
  const size_t bytes = sizeof(Stack) + (frames.script_count + frames.native_count) * sizeof(uintptr_t);
  static_assert(sizeof(Stack) % kUnit == 0 && sizeof(uintptr_t) == kUnit);
  const size_t place = used_.fetch_add(bytes / kUnit, std::memory_order_relaxed);
  if (place * kUnit + bytes > kStackBytes) return 0;
  const auto number = static_cast<uint32_t>(place);
  Stack* stack = At(number);
  stack->hash = hash;
  stack->isolate = frames.isolate;
  stack->vm_state = frames.vm_state;
  stack->script_count = static_cast<uint32_t>(frames.script_count);
  stack->native_count = static_cast<uint32_t>(frames.native_count);
  std::memcpy(stack->frames(), frames.script.data(), frames.script_count * sizeof(uintptr_t));
  std::memcpy(stack->frames() + frames.script_count, frames.native.data(), frames.native_count * sizeof(uintptr_t));
  return number;
}

uint32_t StackStore::Add(const Frames& frames, uint32_t sequence, double allocations, double bytes) {
  const uint32_t hash = HashOf(frames);
  std::atomic<uint32_t>& list = lists_[hash % kLists];
  uint32_t first = list.load(std::memory_order_acquire);
  uint32_t number = Find(first, hash, frames);
  if (number == 0) {
    number = Append(hash, frames);
    if (number == 0) return 0;
    do {
      At(number)->next = first;
    } while (!list.compare_exchange_weak(first, number, std::memory_order_release, std::memory_order_acquire));
  }
  At(number)->sequence.store(sequence, std::memory_order_relaxed);
  AddTo(At(number)->allocations, allocations);
  AddTo(At(number)->bytes, bytes);
  return number;
}

void StackStore::Clear() {
  if (lists_ == nullptr) return;
  EmptyMemory(lists_, kLists * sizeof(lists_[0]));
  EmptyMemory(stacks_, kStackBytes);
  used_.store(1, std::memory_order_relaxed);
}

}  // namespace allocscope::tracker
