#include "ledger/external_memory.h"

#include <bitset>

#include "platform/safe_memory.h"

namespace allocscope::ledger {
namespace {

// What of a heap is looked at. The count is among its first words.
constexpr size_t kHeapWords = 64;
// Odd, so that no figure in pages is one of theirs, and small, so that V8 has no cause to collect.
constexpr int64_t kAmounts[] = {1031, 517, 2053, 769};
// V8's other threads may count while one look is taken.
constexpr int kMostLooks = 4;
// What a process can address, on x64 and arm64.
constexpr uint64_t kMostBytes = uint64_t{1} << 48;

using HeapWords = uint64_t[kHeapWords];
using WordSet = std::bitset<kHeapWords>;

// Drops from `words` those that aren't `value` now.
void KeepEqual(uintptr_t heap, std::optional<int64_t> value, WordSet* words) {
  HeapWords now;
  const bool is_known = value && platform::ReadOwn(heap, &now);
  for (size_t i = 0; i < kHeapWords; i++) {
    if (!is_known || now[i] != static_cast<uint64_t>(*value)) words->reset(i);
  }
}

WordSet LookForCount(uintptr_t heap, const AdjustExternal& adjust) {
  WordSet words;
  words.set();
  // V8 has other words that are its count at rest, and keeps the least of it since its last collection: while it rises they don't follow.
  int64_t added = 0;
  for (const int64_t amount : kAmounts) {
    const std::optional<int64_t> count = adjust(amount);
    if (count) added += amount;
    KeepEqual(heap, count, &words);
  }
  KeepEqual(heap, adjust(-added), &words);
  return words;
}

size_t First(const WordSet& words) {
  size_t at = 0;
  while (!words[at]) at++;
  return at;
}

}  // namespace

std::optional<ExternalCounter> FindExternalCounter(uintptr_t heap, uintptr_t isolate, const AdjustExternal& adjust) {
  WordSet isolates;
  isolates.set();
  KeepEqual(heap, static_cast<int64_t>(isolate), &isolates);
  if (isolate == 0 || isolates.none()) return std::nullopt;
  for (int look = 0; look < kMostLooks; look++) {
    const WordSet counts = LookForCount(heap, adjust);
    if (counts.count() == 1) return ExternalCounter{First(counts), First(isolates)};
  }
  return std::nullopt;
}

void ReadExternal(const ExternalCounter& counter, Answer* answer) {
  if (!answer->v8_proof) return;
  for (Isolate& isolate : answer->isolates) {
    HeapWords words;
    if (!platform::ReadOwn(isolate.heap, &words)) continue;
    const uint64_t count = words[counter.word];
    if (words[counter.isolate_word] == isolate.heap - answer->v8_proof->heap_distance && count < kMostBytes) isolate.external = count;
  }
}

}  // namespace allocscope::ledger
