#include "ledger/external_memory.h"

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "test/check.h"

namespace allocscope::test {
namespace {

using ledger::Answer;
using ledger::ExternalCounter;
using ledger::FindExternalCounter;

constexpr size_t kWords = 512;
constexpr size_t kCount = 7;
constexpr size_t kLowest = 9;
constexpr size_t kIsolate = 12;
// Where V8's count stood before.
constexpr uint64_t kBefore = 40'000'017;

// A heap that is made up: a count, the least of it, and its isolate, among words that are none of these.
struct MadeUpHeap {
  alignas(64) uint64_t words[kWords] = {};
  // Follows the count in lockstep, when it isn't 0.
  size_t double_word = 0;
  // Stands for V8's other threads: counts this much more before each of the next adjustments.
  int64_t disturbance = 0;
  int disturbed = 0;

  MadeUpHeap() {
    for (size_t i = 0; i < kWords; i++) words[i] = kBefore + i % 3;
    words[kCount] = kBefore;
    words[kLowest] = kBefore;
    words[kIsolate] = isolate();
  }
  uintptr_t address() const { return reinterpret_cast<uintptr_t>(words); }
  uintptr_t isolate() const { return address() - 4096; }

  std::optional<int64_t> Adjust(int64_t change) {
    words[kCount] += static_cast<uint64_t>(change);
    const auto told = static_cast<int64_t>(words[kCount]);
    if (words[kCount] < words[kLowest]) words[kLowest] = words[kCount];
    if (double_word != 0) words[double_word] = words[kCount];
    if (disturbed > 0) words[kCount] += static_cast<uint64_t>(disturbance);
    if (disturbed > 0) disturbed--;
    return told;
  }
  std::optional<ExternalCounter> Find() {
    return FindExternalCounter(address(), isolate(), [this](int64_t change) { return Adjust(change); });
  }
};

void TestProof() {
  MadeUpHeap heap;
  const std::optional<ExternalCounter> found = heap.Find();
  Check(found && found->word == kCount && found->isolate_word == kIsolate, "the count is found beside its least value");
  Check(heap.words[kCount] == kBefore, "what was added is taken back");

  MadeUpHeap doubled;
  doubled.double_word = 3;
  Check(!doubled.Find(), "of two words that move alike none is the count");

  MadeUpHeap disturbed;
  disturbed.disturbance = 100;
  disturbed.disturbed = 2;
  const std::optional<ExternalCounter> later = disturbed.Find();
  Check(later && later->word == kCount, "another thread that counts meanwhile is outlasted");
  disturbed.disturbed = 1000;
  Check(!disturbed.Find(), "and not for ever");

  MadeUpHeap stranger;
  stranger.words[kIsolate] = 1;
  Check(!stranger.Find(), "a heap that doesn't point to its isolate proves nothing");
  MadeUpHeap silent;
  Check(!FindExternalCounter(silent.address(), silent.isolate(), [](int64_t) { return std::nullopt; }), "no count is told");
  MadeUpHeap elsewhere;
  const uintptr_t unmapped = 4096;
  Check(!FindExternalCounter(unmapped, elsewhere.isolate(), [&](int64_t change) { return elsewhere.Adjust(change); }), "no heap is there");
  Check(elsewhere.words[kCount] == kBefore, "what was added is taken back without a heap as well");
}

void TestReading() {
  MadeUpHeap heaps[5];
  heaps[1].words[kCount] = static_cast<uint64_t>(-1);
  heaps[2].words[kCount] = uint64_t{1} << 48;
  heaps[3].words[kIsolate] = heaps[0].isolate();
  Answer answer;
  answer.v8_proof = ledger::V8Proof{0, 4096};
  for (const MadeUpHeap& heap : heaps) answer.isolates.push_back({1, heap.address()});
  void* const gone = mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  answer.isolates.push_back({1, reinterpret_cast<uintptr_t>(gone)});
  ledger::ReadExternal({kCount, kIsolate}, &answer);
  Check(answer.isolates[0].external == kBefore && answer.isolates[4].external == kBefore, "counts are read");
  Check(!answer.isolates[1].external, "a negative count is none");
  Check(!answer.isolates[2].external, "nor is one beyond the address space");
  Check(!answer.isolates[3].external, "nor that of what isn't the isolate's heap");
  Check(!answer.isolates[5].external, "a heap that is gone has none");
  Answer unproved;
  unproved.isolates.push_back({1, heaps[0].address()});
  ledger::ReadExternal({kCount, kIsolate}, &unproved);
  Check(!unproved.isolates[0].external, "without proved heaps nothing is read");
}

}  // namespace

void TestExternalMemory() {
  TestProof();
  TestReading();
}

}  // namespace allocscope::test
