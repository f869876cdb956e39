// Memory that tests know the amount of: blocks, and threads that hold or take them.
#ifndef ALLOCSCOPE_TEST_KNOWN_MEMORY_H_
#define ALLOCSCOPE_TEST_KNOWN_MEMORY_H_

#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <thread>
#include <utility>
#include <vector>

namespace known_memory {

// Blocks whose every byte was written, so that they are resident.
class Blocks {
 public:
  Blocks(size_t count, size_t bytes) : blocks_(count), bytes_(bytes) {
    for (void*& block : blocks_) {
      block = std::malloc(bytes);
      if (block != nullptr) std::memset(block, 1, bytes);
    }
  }
  ~Blocks() {
    for (void* block : blocks_) std::free(block);
  }

  // Frees all but each `keep_each`th block (all of them when it is 0), in a random order when `shuffled`, so that free lists jump about in
  // memory; the bytes that the program asked for and still holds.
  double Free(size_t keep_each, bool shuffled) {
    if (shuffled) Shuffle();
    size_t kept = 0;
    for (size_t i = 0; i < blocks_.size(); i++) {
      if (keep_each != 0 && i % keep_each == 0) {
        kept += blocks_[i] != nullptr ? 1 : 0;
        continue;
      }
      std::free(blocks_[i]);
      blocks_[i] = nullptr;
    }
    if (keep_each == 0) std::vector<void*>().swap(blocks_);
    return static_cast<double>(kept * bytes_);
  }

  // The whole pages between the first block and the last one that are held: all there is in them is blocks and free chunks, when they were
  // allocated one after the other.
  std::pair<char*, char*> PagesWithin() const {
    const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    uintptr_t first = UINTPTR_MAX;
    uintptr_t last = 0;
    for (void* block : blocks_) {
      if (block == nullptr) continue;
      first = std::min(first, reinterpret_cast<uintptr_t>(block));
      last = std::max(last, reinterpret_cast<uintptr_t>(block));
    }
    return {reinterpret_cast<char*>((first + page - 1) & ~(page - 1)), reinterpret_cast<char*>(last & ~(page - 1))};
  }

  // What the allocator itself says that it gave for the blocks still held.
  double UsableBytes() const {
    size_t usable = 0;
    for (void* block : blocks_) usable += malloc_usable_size(block);
    return static_cast<double>(usable);
  }

 private:
  // Among the odd and among the even places, so that blocks which are neighbours in memory aren't freed together.
  void Shuffle() {
    std::mt19937 random(1);
    for (size_t i = blocks_.size(); i-- > 2;) std::swap(blocks_[i], blocks_[i % 2 + 2 * (random() % (i / 2 + 1))]);
  }

  std::vector<void*> blocks_;
  size_t bytes_;
};

// Threads that hold blocks, each in whatever arena the allocator gives it, until they are told to free them and end.
class HoldingThreads {
 public:
  HoldingThreads(size_t threads, size_t count, size_t bytes) {
    for (size_t i = 0; i < threads; i++) threads_.emplace_back([this, count, bytes] { Hold(count, bytes); });
    while (holding_.load() < threads) std::this_thread::yield();
  }
  ~HoldingThreads() {
    release_.store(true);
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void Hold(size_t count, size_t bytes) {
    const Blocks blocks(count, bytes);
    holding_.fetch_add(1);
    while (!release_.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  std::vector<std::thread> threads_;
  std::atomic<size_t> holding_{0};
  std::atomic<bool> release_{false};
};

// Makes threads one after the other, each of which holds one block: where no two may share an arena, each has one of its own, and the k-th
// one is a page larger than the one before.
class ArenaMaker {
 public:
  ArenaMaker(size_t threads, size_t first_bytes) : maker_([this, threads, first_bytes] { Make(threads, first_bytes); }) {}
  ~ArenaMaker() {
    stop_.store(true);
    maker_.join();
  }

  bool finished() const { return finished_.load(); }

 private:
  static constexpr size_t kStepBytes = 4096;

  void Make(size_t threads, size_t first_bytes) {
    for (size_t i = 0; i < threads && !stop_.load(); i++) {
      const size_t before = holding_.load();
      threads_.emplace_back([this, bytes = first_bytes + i * kStepBytes] { Hold(bytes); });
      while (holding_.load() == before) std::this_thread::yield();
    }
    finished_.store(true);
    for (std::thread& thread : threads_) thread.join();
  }

  void Hold(size_t bytes) {
    void* const volatile block = std::malloc(bytes);
    holding_.fetch_add(1);
    while (!stop_.load()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::free(block);
  }

  std::vector<std::thread> threads_;
  std::atomic<size_t> holding_{0};
  std::atomic<bool> stop_{false};
  std::atomic<bool> finished_{false};
  std::thread maker_;
};

// A thread's arena whose free chunks can't be touched: whoever walks its free lists is ended by SIGSEGV. Nobody else allocates from it as
// long as the thread lives, provided that there may be more arenas than threads (MALLOC_ARENA_MAX).
class FencedThread {
 public:
  FencedThread(size_t count, size_t bytes)
      : thread_([this, count, bytes] {
          Blocks blocks(count, bytes);
          blocks.Free(2, false);
          const auto [begin, end] = blocks.PagesWithin();
          fenced_.store(end > begin && mprotect(begin, static_cast<size_t>(end - begin), PROT_NONE) == 0);
          ready_.store(true);
          while (!release_.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
          if (fenced_.load()) mprotect(begin, static_cast<size_t>(end - begin), PROT_READ | PROT_WRITE);
        }) {
    while (!ready_.load()) std::this_thread::yield();
  }
  ~FencedThread() {
    release_.store(true);
    thread_.join();
  }

  bool fenced() const { return fenced_.load(); }

 private:
  std::atomic<bool> ready_{false};
  std::atomic<bool> fenced_{false};
  std::atomic<bool> release_{false};
  std::thread thread_;
};

inline uint64_t Nanos() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(now.tv_nsec);
}

// A thread that allocates without pause and remembers the longest that one allocation took.
class Victim {
 public:
  // Past tcache, so that each allocation takes its arena's lock.
  static constexpr size_t kBytes = 2000;

  Victim() : thread_([this] { Run(); }) {}
  ~Victim() { Stop(); }

  double Stop() {
    stop_.store(true);
    if (thread_.joinable()) thread_.join();
    return static_cast<double>(longest_) / 1000.0;
  }

 private:
  void Run() {
    while (!stop_.load(std::memory_order_relaxed)) {
      const uint64_t start = Nanos();
      void* volatile block = std::malloc(kBytes);
      std::free(block);
      const uint64_t took = Nanos() - start;
      if (took > longest_) longest_ = took;
    }
  }

  std::atomic<bool> stop_{false};
  uint64_t longest_ = 0;
  std::thread thread_;
};

}  // namespace known_memory

#endif  // ALLOCSCOPE_TEST_KNOWN_MEMORY_H_
