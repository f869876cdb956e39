#include "profile/words.h"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

#include "platform/page.h"
#include "platform/safe_memory.h"

namespace allocscope::profile {
namespace {

// V8's isolates take some 70 KiB on Node 20 to 26. Words behind them are read too; they are ruled out as they don't move.
constexpr size_t kIsolateWords = 12288;
// The areas stand at its beginning, where compiled code reaches them by a short offset.
constexpr size_t kAreaWords = 1024;
constexpr size_t kChunkWords = 4096;
constexpr size_t kSpaceWords = 64;
constexpr size_t kPagedSpaceWords = 512;
constexpr int kRounds = 4;
constexpr int kNamesPerRound = 50;

// Lengths of the strings by which an allocation area is told: their headers cancel out, whatever V8 puts there.
constexpr size_t kShort = 24;
constexpr size_t kLong = 104;
constexpr size_t kSteps = 4;
constexpr size_t kLarge = 400'000;

using Snapshot = std::vector<uintptr_t>;

// The readable words from `address`: fewer than `words` near the end of a mapping.
Snapshot Look(uintptr_t address, size_t words) {
  Snapshot snapshot(words);
  size_t at = 0;
  for (size_t chunk = kChunkWords; at < words && chunk > 0;) {
    const size_t length = std::min(chunk, words - at);
    if (platform::ReadOwnMemory(address + at * kWordBytes, snapshot.data() + at, length * kWordBytes)) {
      at += length;
    } else {
      chunk = length / 8;
    }
  }
  snapshot.resize(at);
  return snapshot;
}

// Snapshots before and after each of several steps, all of one length.
std::vector<Snapshot> LookAtEach(uintptr_t address, size_t words, size_t steps, const std::function<void(size_t)>& step) {
  std::vector<Snapshot> looks;
  looks.push_back(Look(address, words));
  for (size_t i = 0; i < steps; i++) {
    step(i);
    looks.push_back(Look(address, looks[0].size()));
  }
  return looks;
}

// Whether the word moved by the same size for each short string, and by that plus the difference in length for the long one at the end.
bool MovedAsAllocated(const std::vector<Snapshot>& looks, size_t word) {
  const uintptr_t step = looks[1][word] - looks[0][word];
  if (step < kShort || step > kShort + 4 * kWordBytes) return false;
  for (size_t i = 2; i < kSteps; i++) {
    if (looks[i][word] - looks[i - 1][word] != step) return false;
  }
  return looks[kSteps][word] - looks[kSteps - 1][word] == step + kLong - kShort;
}

bool IsArea(uintptr_t start, uintptr_t top, uintptr_t end) {
  return start != 0 && start <= top && top <= end && end - start <= platform::kV8PageBytes &&
         start / platform::kV8PageBytes == top / platform::kV8PageBytes;
}

AllocationArea FindArea(uintptr_t isolate, const std::function<void(size_t)>& allocate) {
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    const auto looks = LookAtEach(isolate, kAreaWords, kSteps, [&](size_t step) { allocate(step + 1 == kSteps ? kLong : kShort); });
    const Snapshot& last = looks.back();
    std::vector<size_t> found;
    for (size_t word = 1; word + 1 < last.size(); word++) {
      if (MovedAsAllocated(looks, word) && IsArea(last[word - 1], last[word], last[word + 1])) found.push_back(word);
    }
    if (found.size() == 1) return {reinterpret_cast<const volatile uintptr_t*>(isolate) + found[0] - 1};
  }
  return {};
}

const volatile int64_t* FindExternal(uintptr_t isolate, Exercise& exercise) {
  constexpr std::array<int64_t, 4> kAmounts = {12'344, 4'096, -12'344, -4'096};
  int64_t total = 0;
  const auto looks =
      LookAtEach(isolate, kIsolateWords, kAmounts.size(), [&](size_t step) { total = exercise.DeclareExternal(kAmounts[step]); });
  std::vector<size_t> found;
  for (size_t word = 0; word < looks[0].size(); word++) {
    bool moved = static_cast<int64_t>(looks.back()[word]) == total;
    for (size_t i = 0; i < kAmounts.size() && moved; i++) {
      moved = static_cast<int64_t>(looks[i + 1][word] - looks[i][word]) == kAmounts[i];
    }
    if (moved) found.push_back(word);
  }
  return found.size() == 1 ? reinterpret_cast<const volatile int64_t*>(isolate) + found[0] : nullptr;
}

// The spaces are made with the isolate, one after the other. Most of what else it points to is further away.
bool AreNeighbours(uintptr_t one, uintptr_t other) {
  constexpr uintptr_t kNear = uintptr_t{16} << 20;
  return MayPoint(one) && MayPoint(other) && one != other && one - other + kNear < 2 * kNear;
}

// A table in the isolate has a pointer to each space, in V8's own order. The two spaces for large objects are of one class. Its member for
// the size is found by what a large string adds.
class SpaceTable {
 public:
  SpaceTable(const V8Calls& calls, Exercise& exercise)
      : calls_(calls), exercise_(exercise), isolate_(Look(calls.isolate(), kIsolateWords)) {}

  void Find(Words* words) {
    const Used before = Read();
    std::vector<std::pair<size_t, size_t>> candidates;
    for (size_t word = 0; word < isolate_.size(); word++) Collect(word, before, &candidates);
    exercise_.MakeString(kLarge);
    const Used after = Read();
    if (after.young + after.old < before.young + before.old + kLarge) return;
    for (const auto& [word, member] : candidates) {
      if (!Holds(word, member, after)) continue;
      words->large_objects = Member(word, member);
      words->new_large_objects = Member(Neighbour(word, kNewLargeObjects), member);
      words->old_space = FindOldSpace(word, words->old);
      words->new_space_top = FindNewSpaceTop(word, words->young);
      return;
    }
  }

 private:
  struct Used {
    uint64_t young, old;
  };

  Used Read() const { return {calls_.UsedBytes(kNewLargeObjects), calls_.UsedBytes(kLargeObjects)}; }
  size_t Neighbour(size_t word, Space space) const { return word + calls_.index(space) - calls_.index(kLargeObjects); }
  const volatile uint64_t* Member(size_t word, size_t member) const {
    return reinterpret_cast<const volatile uint64_t*>(isolate_[word]) + member;
  }

  void Collect(size_t word, const Used& used, std::vector<std::pair<size_t, size_t>>* into) const {
    for (const Space space : {kNewSpace, kOldSpace, kNewLargeObjects}) {
      const size_t neighbour = Neighbour(word, space);
      if (neighbour >= isolate_.size() || !AreNeighbours(calls_.isolate(), isolate_[neighbour])) return;
    }
    const Snapshot space = Look(isolate_[word], kSpaceWords);
    for (size_t member = 0; member < space.size(); member++) {
      if (space[member] == used.old && Holds(word, member, used)) into->emplace_back(word, member);
    }
  }

  bool Holds(size_t word, size_t member, const Used& used) const {
    uint64_t young = 0, old = 0;
    return platform::ReadOwn(isolate_[word] + member * kWordBytes, &old) && old == used.old &&
           platform::ReadOwn(isolate_[Neighbour(word, kNewLargeObjects)] + member * kWordBytes, &young) && young == used.young;
  }

  // Found by its value, which must be V8's own figure. On some versions that leaves out the unused part of the area.
  const volatile uint64_t* FindOldSpace(size_t large_objects, const AllocationArea& area) {
    if (!area) return nullptr;
    const uintptr_t space = isolate_[Neighbour(large_objects, kOldSpace)];
    std::vector<size_t> members(kPagedSpaceWords);
    std::iota(members.begin(), members.end(), size_t{0});
    for (int round = 0; round < kRounds; round++) {
      for (int name = 0; name < kNamesPerRound; name++) exercise_.MakeName(kLong);
      // In this order: asking V8 may change the area.
      const uint64_t used = calls_.UsedBytes(kOldSpace);
      const uint64_t whole = used + area.unused();
      const Snapshot now = Look(space, kPagedSpaceWords);
      members.erase(std::remove_if(members.begin(), members.end(),
                                   [&](size_t member) { return member >= now.size() || (now[member] != whole && now[member] != used); }),
                    members.end());
    }
    return members.empty() ? nullptr : reinterpret_cast<const volatile uint64_t*>(space) + members[0];
  }

  // Found by its value: the top of the area when V8 gave it up.
  const volatile uintptr_t* FindNewSpaceTop(size_t large_objects, const AllocationArea& area) {
    if (!area) return nullptr;
    const uintptr_t space = isolate_[Neighbour(large_objects, kNewSpace)];
    std::vector<size_t> members(kPagedSpaceWords);
    std::iota(members.begin(), members.end(), size_t{0});
    for (int round = 0; round < kRounds; round++) {
      exercise_.MakeString(kLong);
      const uintptr_t top = area.top();
      calls_.Heap();
      if (area.top() != 0) return nullptr;
      const Snapshot now = Look(space, kPagedSpaceWords);
      members.erase(
          std::remove_if(members.begin(), members.end(), [&](size_t member) { return member >= now.size() || now[member] != top; }),
          members.end());
    }
    return members.empty() ? nullptr : reinterpret_cast<const volatile uintptr_t*>(space) + members[0];
  }

  const V8Calls& calls_;
  Exercise& exercise_;
  const Snapshot isolate_;
};

}  // namespace

Words FindWords(const V8Calls& calls, Exercise& exercise) {
  Words words;
  words.young = FindArea(calls.isolate(), [&](size_t length) { exercise.MakeString(length); });
  words.old = FindArea(calls.isolate(), [&](size_t length) { exercise.MakeName(length); });
  words.external = FindExternal(calls.isolate(), exercise);
  SpaceTable(calls, exercise).Find(&words);
  return words;
}

}  // namespace allocscope::profile
