#include "profile/heap_counter.h"

#include <algorithm>
#include <utility>

#include "platform/page.h"

namespace allocscope::profile {
namespace {

constexpr size_t kSmallString = 8;
// As many as fill a new space of 32 MiB.
constexpr size_t kSmallPage = 30'000;
constexpr int kMostStrings = 1100;

uint64_t Grown(uint64_t before, uint64_t after) { return after > before ? after - before : 0; }

}  // namespace

Result<std::unique_ptr<HeapCounter>> HeapCounter::Start(std::unique_ptr<Exercise> exercise) {
  Result<V8Calls> calls = V8Calls::Find();
  if (!calls.ok()) return calls.failure();
  std::unique_ptr<HeapCounter> counter(new HeapCounter(calls.value(), std::move(exercise)));
  counter->words_ = FindWords(calls.value(), *counter->exercise_);
  counter->calls_.AddGcCallbacks(BeforeGc, AfterGc, counter.get());
  counter->counts_unused_ = counter->CountsUnused();
  if (counter->words_.young) counter->tells_page_ends_ = counter->new_space_.Learn(counter->words_.young, *counter->exercise_);
  // V8 may later use up pages that it left before counting began, and their ends aren't known. After a collection it can't.
  for (int i = 0; i < kMostStrings && counter->counts_.collections == 0; i++) counter->exercise_->MakeString(kSmallPage);
  if (counter->counts_.collections == 0) counter->Restart();
  counter->Look();
  HeapCounts begin;
  begin.net = static_cast<int64_t>(counter->HeapUsed());
  begin.external = counter->counts_.external;
  counter->counts_ = begin;
  return counter;
}

HeapCounter::~HeapCounter() { calls_.RemoveGcCallbacks(BeforeGc, AfterGc, this); }

void HeapCounter::BeforeGc(void*, int, int, void* data) {
  auto* const counter = static_cast<HeapCounter*>(data);
  const uint32_t own_bytes = counter->own_bytes_ != nullptr ? counter->own_bytes_->exchange(0, std::memory_order_relaxed) : 0;
  if (counter->IsIdle()) return;
  counter->Look();
  counter->Disown(own_bytes);
}

// What is there then is V8's own count, whatever was counted before: a background compiler takes an area of old space, which V8 counts as
// used, and gives most of it back unseen.
void HeapCounter::AfterGc(void*, int, int, void* data) {
  auto* const counter = static_cast<HeapCounter*>(data);
  counter->counts_.net = static_cast<int64_t>(counter->HeapUsed());
  counter->counts_.collections++;
  counter->seen_top_ = nullptr;
  counter->ChooseArea();
  counter->Restart();
  if (counter->on_collection_ != nullptr) counter->on_collection_(counter->on_collection_data_);
}

// Makes V8 choose its next area, so that counting can begin there. Allocating is allowed here.
void HeapCounter::ChooseArea() {
  if (knows_spaces() && YoungTop() == 0) exercise_->MakeString(kSmallString);
}

// On Node 20 V8 counts the whole area as used. From Node 22 on it gives up its areas before it counts.
bool HeapCounter::CountsUnused() const {
  if (!knows_spaces()) return false;
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    exercise_->MakeName(kSmallString);
    const uint64_t used = calls_.UsedBytes(kOldSpace);
    const uint64_t unused = words_.old.unused();
    if (unused > 0 && used == *words_.old_space) return true;
  }
  return false;
}

// Only of the spaces whose allocations are counted: what a collection frees of V8's own code was charged to no line.
uint64_t HeapCounter::HeapUsed() const {
  if (!knows_spaces()) return calls_.Heap().used;
  uint64_t used = counts_unused_ ? uint64_t{0} - words_.old.unused() : 0;
  for (size_t space = 0; space < kSpaces; space++) used += calls_.UsedBytes(static_cast<Space>(space));
  return used;
}

// Begins again from here: what is there now doesn't count as allocated since the last look.
void HeapCounter::Restart() {
  counts_.external = words_.external != nullptr ? *words_.external : static_cast<int64_t>(calls_.Heap().external);
  if (!knows_spaces()) {
    used_ = calls_.Heap().used;
    return;
  }
  new_space_.Restart(YoungTop(), counts_.collections > 0);
  old_start_ = words_.old.start();
  old_top_ = words_.old.top();
  old_used_ = OldSpaceUsed();
  new_large_ = *words_.new_large_objects;
  large_ = *words_.large_objects;
}

void HeapCounter::Look() {
  uint64_t grown = 0;
  if (knows_spaces()) {
    const uint64_t others = OldBytes() + LargeBytes(words_.new_large_objects, &new_large_) + LargeBytes(words_.large_objects, &large_);
    grown = others + YoungBytes();
  } else {
    const uint64_t used = calls_.Heap().used;
    grown = Grown(used_, used);
    used_ = used;
  }
  counts_.allocated += grown;
  counts_.net += static_cast<int64_t>(grown);
  LookAtExternal();
}

uint64_t HeapCounter::YoungBytes() {
  const uintptr_t top = YoungTop();
  if (seen_top_ != nullptr) new_space_.See(seen_top_->load(std::memory_order_relaxed));
  if (const std::optional<uint64_t> bytes = new_space_.Advance(top, words_.young.start())) return *bytes;
  new_space_.Restart(top, false);
  counts_.inexact++;
  return words_.young.top() - words_.young.start();
}

// While V8 has given up its area, new space says where the next one begins.
uintptr_t HeapCounter::YoungTop() const {
  const uintptr_t top = words_.young.top();
  return top != 0 || words_.new_space_top == nullptr ? top : *words_.new_space_top;
}

// Background compilers take their own areas of old space, which V8 counts as used, and give back what they don't need. While the program's
// area stays the same, its top alone says what the program allocated.
uint64_t HeapCounter::OldBytes() {
  const uintptr_t start = words_.old.start(), top = words_.old.top();
  const bool same_area = start == old_start_ && top >= old_top_ && top - old_top_ < platform::kV8PageBytes;
  const uint64_t in_area = top - (same_area ? old_top_ : start);
  old_start_ = start;
  old_top_ = top;
  if (same_area) {
    old_used_ += in_area;
    return in_area;
  }
  // Not lowered when V8's count falls: what a compiler gives back was counted when it was taken.
  const uint64_t grown = std::max(Grown(old_used_, OldSpaceUsed()), in_area);
  old_used_ += grown;
  return grown;
}

uint64_t HeapCounter::LargeBytes(const volatile uint64_t* word, uint64_t* last) {
  const uint64_t now = *word;
  const uint64_t grown = Grown(*last, now);
  *last = now;
  return grown;
}

void HeapCounter::LookAtExternal() {
  const int64_t now = words_.external != nullptr ? *words_.external : static_cast<int64_t>(calls_.Heap().external);
  if (now > counts_.external) counts_.external_allocated += static_cast<uint64_t>(now - counts_.external);
  counts_.external = now;
}

}  // namespace allocscope::profile
