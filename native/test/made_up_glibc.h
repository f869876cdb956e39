// Words such as glibc keeps, after its malloc.c and arena.c: arenas, their heaps, and the parameters.
#ifndef ALLOCSCOPE_TEST_MADE_UP_GLIBC_H_
#define ALLOCSCOPE_TEST_MADE_UP_GLIBC_H_

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

#include "allocator/glibc/find_arenas.h"

namespace allocscope::test::made_up_glibc {

constexpr size_t kPage = 4096;
constexpr size_t kHeapBytes = size_t{64} << 20;
// sizeof(struct malloc_state) in 2.28 to 2.42, and where `top` stands in it.
constexpr size_t kStateBytes = 2200;
constexpr size_t kTop = 96;
constexpr size_t kBins = 127;

// Pages that can be written, between two that can't be read.
class Pages {
 public:
  explicit Pages(size_t count) : count_(count) {
    memory_ = static_cast<char*>(mmap(nullptr, (count + 2) * kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(memory_ + kPage, count * kPage, PROT_READ | PROT_WRITE);
  }
  ~Pages() { munmap(memory_, (count_ + 2) * kPage); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  uintptr_t begin() const { return reinterpret_cast<uintptr_t>(memory_) + kPage; }
  uintptr_t end() const { return begin() + count_ * kPage; }

 private:
  size_t count_;
  char* memory_;
};

template <typename Word = size_t>
Word& At(uintptr_t address) {
  return *reinterpret_cast<Word*>(address);
}

// One malloc_state at `address` whose `top` stands `head` bytes behind its beginning.
struct State {
  uintptr_t address;
  size_t head = kTop;

  int32_t& mutex() const { return At<int32_t>(address); }
  int32_t& flags() const { return At<int32_t>(address + 4); }
  size_t& top() const { return At(address + head); }
  size_t& bin(size_t number, size_t link) const { return At(address + head + 16 + number * 16 + link * 8); }
  uintptr_t bin_header(size_t number) const { return address + head + number * 16; }
  size_t& next() const { return At(address + head + 2064); }
  size_t& attached_threads() const { return At(address + head + 2080); }
  size_t& system_mem() const { return At(address + head + 2088); }
  size_t& max_system_mem() const { return At(address + head + 2096); }
  allocator::glibc::Arena arena() const { return {address, {head}}; }
};

// A main arena of one page, in libc's data that is made up, and its top chunk.
class MadeUpArena {
 public:
  explicit MadeUpArena(size_t at = kPage, size_t head = kTop) : state{data_.begin() + at, head} {
    for (size_t i = 0; i < kBins; i++) state.bin(i, 0) = state.bin(i, 1) = state.bin_header(i);
    state.next() = state.address;
    state.attached_threads() = 1;
    state.system_mem() = state.max_system_mem() = 2 * kPage;
    SetTop(heap_.begin() + 64, kPage - 64);
  }

  void SetTop(uintptr_t chunk, size_t bytes) const {
    state.top() = chunk;
    At(chunk + 8) = bytes | 1;
  }
  platform::AddressRange data() const { return {data_.begin(), data_.end()}; }
  const Pages& heap() const { return heap_; }
  bool IsFound() const { return allocator::glibc::FindMainArena(data()) == state.arena(); }

 private:
  Pages data_{3};
  Pages heap_{2};

 public:
  State state;
};

// Room for three heaps at multiples of 64 MiB, of which each one's first 16 pages can be written.
class Heaps {
 public:
  Heaps() : memory_(mmap(nullptr, 4 * kHeapBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
    for (size_t i = 0; i < 3; i++) mprotect(reinterpret_cast<void*>(at(i)), kBytes, PROT_READ | PROT_WRITE);
  }
  ~Heaps() { munmap(memory_, 4 * kHeapBytes); }
  Heaps(const Heaps&) = delete;
  Heaps& operator=(const Heaps&) = delete;

  static constexpr size_t kBytes = 16 * kPage;
  uintptr_t at(size_t heap) const {
    return (reinterpret_cast<uintptr_t>(memory_) + kHeapBytes - 1) / kHeapBytes * kHeapBytes + heap * kHeapBytes;
  }

 private:
  void* memory_;
};

// sizeof(heap_info) of most versions.
constexpr size_t kHeapHead = 32;
constexpr size_t kFirstChunk = kHeapHead + kStateBytes + 8;

// A main arena that leads to another one, whose two heaps have been used up to half: the newer one holds its top.
struct MadeUpRing {
  MadeUpArena main;
  Heaps heaps;
  State other{heaps.at(0) + kHeapHead};

  MadeUpRing() {
    main.state.next() = other.address;
    other.next() = main.state.address;
    for (size_t heap = 0; heap < 2; heap++) {
      At(heaps.at(heap)) = other.address;
      At(heaps.at(heap) + 8) = heap == 0 ? 0 : heaps.at(0);
      At(heaps.at(heap) + 16) = Heaps::kBytes;
    }
    other.system_mem() = other.max_system_mem() = 2 * Heaps::kBytes;
    SetTop(heaps.at(1) + Heaps::kBytes / 2);
  }

  void SetTop(uintptr_t chunk) const {
    other.top() = chunk;
    At(chunk + 8) = (heaps.at(1) + Heaps::kBytes - chunk) | 1;
  }
};

// struct malloc_par, whose counters begin `head` bytes behind its beginning at `begin`.
struct MadeUpParameters {
  Pages data{1};
  size_t head;
  uintptr_t begin;

  explicit MadeUpParameters(size_t head_bytes = 64, size_t at = 0) : head(head_bytes), begin(data.begin() + at) {
    word(1) = 128 * 1024;
    word(0) = word(2) = 128 * 1024;
    word(3) = 8;
    count(0) = 3;
    count(1) = 65536;
    behind(0) = 3 * kPage;
    behind(5) = 7;
  }

  size_t& word(size_t number) const { return At(begin + number * 8); }
  // n_mmaps, n_mmaps_max, max_n_mmaps, no_dyn_threshold.
  int32_t& count(size_t number) const { return At<int32_t>(begin + head + number * 4); }
  // mmapped_mem, max_mmapped_mem, sbrk_base, tcache_bins, tcache_max_bytes, tcache_count.
  size_t& behind(size_t number) const { return At((begin + head + 16 + 7) / 8 * 8 + number * 8); }
};

constexpr size_t kDynamic = 3;
constexpr size_t kSbrkBase = 2;

}  // namespace allocscope::test::made_up_glibc

#endif  // ALLOCSCOPE_TEST_MADE_UP_GLIBC_H_
