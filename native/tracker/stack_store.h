#ifndef ALLOCSCOPE_TRACKER_STACK_STORE_H_
#define ALLOCSCOPE_TRACKER_STACK_STORE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace allocscope::tracker {

// The innermost frames at an allocation: addresses that V8 gave, then return addresses of native code.
struct Frames {
  static constexpr size_t kMostScript = 28;
  static constexpr size_t kMostNative = 24;

  size_t script_count = 0;
  size_t native_count = 0;
  // The isolate's number in the code log, 0 when no script frames are known.
  uint32_t isolate = 0;
  // V8's own number for what it was doing, -1 where no isolate was asked.
  int32_t vm_state = -1;
  std::array<uintptr_t, kMostScript> script;
  std::array<uintptr_t, kMostNative> native;
};

// A stack that blocks were allocated from, and estimates of all that it allocated, live or not.
struct Stack {
  uint32_t next;
  uint32_t hash;
  uint32_t isolate;
  int32_t vm_state;
  uint32_t script_count;
  uint32_t native_count;
  // The number of code events before its last block: what its addresses meant then.
  std::atomic<uint32_t> sequence;
  // 1 once whoever reads moments has been told of it.
  uint32_t is_told;
  std::atomic<double> allocations;
  std::atomic<double> bytes;

  const uintptr_t* frames() const { return reinterpret_cast<const uintptr_t*>(this + 1); }
  uintptr_t* frames() { return reinterpret_cast<uintptr_t*>(this + 1); }
};

// Every distinct stack once: no lock and no allocation. It has no destructor, as LiveTable.
class StackStore {
 public:
  // False when there is no memory to be had.
  bool Prepare();

  // The number of the stack, to which these estimates are added. 0 when the store is full. Two threads that bring the same new stack at the
  // same time may each get a number.
  uint32_t Add(const Frames& frames, uint32_t sequence, double allocations, double bytes);

  // Calls `visit(uint32_t number, const Stack&)` for each stack.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (size_t list = 0; list < kLists; list++) {
      for (uint32_t number = lists_[list].load(std::memory_order_acquire); number != 0; number = At(number)->next)
        visit(number, *At(number));
    }
  }

  // The same for each stack that it hasn't been called for before. For one thread.
  template <typename Visit>
  void ForEachUntold(Visit visit) {
    ForEach([&](uint32_t number, const Stack& stack) {
      if (stack.is_told != 0) return;
      At(number)->is_told = 1;
      visit(number, stack);
    });
  }

  // No other thread may add at the same time.
  void Clear();

 private:
  static constexpr size_t kUnit = 8;
  static constexpr size_t kLists = 1UL << 16;
  static constexpr size_t kStackBytes = 64UL << 20;
  static constexpr size_t kLeastUnits = sizeof(Stack) / kUnit;

 public:
  // A place of its own for each stack's number, and for 0, in a list of so many.
  static constexpr size_t IndexOf(uint32_t number) { return (number + kLeastUnits - 1) / kLeastUnits; }
  static constexpr size_t kMostStacks = kStackBytes / kUnit / kLeastUnits + 2;

 private:
  Stack* At(uint32_t number) const { return reinterpret_cast<Stack*>(stacks_ + number * kUnit); }
  uint32_t Find(uint32_t first, uint32_t hash, const Frames& frames) const;
  uint32_t Append(uint32_t hash, const Frames& frames);

  std::atomic<uint32_t>* lists_ = nullptr;
  char* stacks_ = nullptr;
  // In units. The first isn't used, so that 0 is no stack.
  std::atomic<size_t> used_{1};
};

}  // namespace allocscope::tracker

#endif  // ALLOCSCOPE_TRACKER_STACK_STORE_H_
