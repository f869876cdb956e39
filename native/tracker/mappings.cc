#include "tracker/mappings.h"

#include <sched.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "platform/page.h"
#include "tracker/reserved_memory.h"

namespace allocscope::tracker {
namespace {

// Tries for the lock, each with a turn of the other threads.
constexpr int kTries = 4096;

uint64_t BytesOf(const Mapping* first, size_t count) {
  uint64_t bytes = 0;
  for (size_t i = 0; i < count; i++) bytes += first[i].end - first[i].begin;
  return bytes;
}

}  // namespace

// The kernel is asked for parts, as its answer has a byte for each page.
double ResidentBytesOf(const Mapping& mapping) {
  if (!mapping.is_private_anonymous) return -1;
  static const auto page = platform::PageBytes();
  std::array<unsigned char, 4096> pages;
  uint64_t resident = 0;
  for (uintptr_t begin = mapping.begin; begin < mapping.end;) {
    const size_t count = std::min(pages.size(), (mapping.end - begin + page - 1) / page);
    if (mincore(reinterpret_cast<void*>(begin), count * page, pages.data()) != 0) return -1;
    resident +=
        static_cast<uint64_t>(std::count_if(pages.begin(), pages.begin() + count, [](unsigned char state) { return (state & 1) != 0; }));
    begin += count * page;
  }
  return static_cast<double>(resident * page);
}

bool MappingTable::Prepare() {
  if (sorted_ == nullptr) sorted_ = static_cast<Mapping*>(ReserveMemory(kMost * sizeof(Mapping)));
  if (copy_ == nullptr) copy_ = static_cast<Mapping*>(ReserveMemory(kMost * sizeof(Mapping)));
  return sorted_ != nullptr && copy_ != nullptr;
}

bool MappingTable::Lock() {
  for (int tries = 0; tries < kTries; tries++) {
    if (!is_locked_.test_and_set(std::memory_order_acquire)) return true;
    sched_yield();
  }
  lost_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

void MappingTable::Put(const Mapping& mapping, bool is_within_own) {
  if (sorted_ == nullptr || mapping.begin >= mapping.end || !Lock()) return;
  PutLocked(mapping, is_within_own);
  Unlock();
}

MappingTable::Pieces MappingTable::Take(uintptr_t begin, uintptr_t end) {
  Pieces pieces;
  if (sorted_ == nullptr || begin >= end || !Lock()) return pieces;
  TakeLocked(begin, end, &pieces);
  Unlock();
  return pieces;
}

void MappingTable::PutBack(const Pieces& pieces) {
  if (!pieces.is_whole) lost_.fetch_add(1, std::memory_order_relaxed);
  for (size_t i = 0; i < pieces.count; i++) Put(pieces.list[i], false);
}

size_t MappingTable::FirstBehind(uintptr_t address) const {
  const Mapping* found =
      std::upper_bound(sorted_, sorted_ + count_, address, [](uintptr_t searched, const Mapping& each) { return searched < each.end; });
  return static_cast<size_t>(found - sorted_);
}

void MappingTable::Replace(size_t from, size_t to, const Mapping* with, size_t count) {
  if (count_ - (to - from) + count > kMost) {
    lost_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  bytes_.store(bytes() - BytesOf(sorted_ + from, to - from) + BytesOf(with, count), std::memory_order_relaxed);
  std::memmove(sorted_ + from + count, sorted_ + to, (count_ - to) * sizeof(Mapping));
  std::copy_n(with, count, sorted_ + from);
  count_ += count;
  count_ -= to - from;
}

// What reaches beyond the two addresses stays.
void MappingTable::TakeLocked(uintptr_t begin, uintptr_t end, Pieces* pieces) {
  const size_t from = FirstBehind(begin);
  size_t to = from;
  std::array<Mapping, 2> rest;
  size_t rests = 0;
  for (; to < count_ && sorted_[to].begin < end; to++) {
    Mapping piece = sorted_[to];
    if (piece.begin < begin) {
      rest[rests] = piece;
      rest[rests++].end = begin;
      piece.begin = begin;
    }
    if (piece.end > end) {
      rest[rests] = piece;
      rest[rests++].begin = end;
      piece.end = end;
    }
    pieces->is_whole = pieces->count < pieces->list.size();
    if (pieces->is_whole) pieces->list[pieces->count++] = piece;
  }
  if (to > from) Replace(from, to, rest.data(), rests);
}

bool MappingTable::IsOfOne(uintptr_t begin, uintptr_t end) const {
  const size_t first = FirstBehind(begin);
  uintptr_t covered = begin;
  for (size_t i = first; i < count_ && sorted_[i].begin <= covered && sorted_[i].stack == sorted_[first].stack; i++) {
    covered = sorted_[i].end;
    if (covered >= end) return true;
  }
  return false;
}

void MappingTable::PutLocked(const Mapping& mapping, bool is_within_own) {
  if (is_within_own && IsOfOne(mapping.begin, mapping.end)) return;
  Pieces replaced;
  TakeLocked(mapping.begin, mapping.end, &replaced);
  const size_t place = FirstBehind(mapping.begin);
  Replace(place, place, &mapping, 1);
}

size_t MappingTable::Copy() {
  if (sorted_ == nullptr || !Lock()) return 0;
  const size_t count = count_;
  std::memcpy(copy_, sorted_, count * sizeof(Mapping));
  Unlock();
  return count;
}

void MappingTable::Clear() {
  count_ = 0;
  bytes_.store(0);
  lost_.store(0);
  is_locked_.clear();
  if (sorted_ == nullptr) return;
  EmptyMemory(sorted_, kMost * sizeof(Mapping));
  EmptyMemory(copy_, kMost * sizeof(Mapping));
}

}  // namespace allocscope::tracker
