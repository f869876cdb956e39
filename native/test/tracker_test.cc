// The tracker's parts without hooks: its table and its store of stacks by several threads, its draws, and its walk along frame pointers.
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "test/check.h"
#include "tracker/live_table.h"
#include "tracker/mappings.h"
#include "tracker/native_stack.h"
#include "tracker/sampling.h"
#include "tracker/stack_store.h"

namespace allocscope::test {
namespace {

using tracker::Frames;
using tracker::LiveTable;
using tracker::Mapping;
using tracker::MappingTable;
using tracker::Sample;
using tracker::StackStore;

const void* Block(uint64_t number) { return reinterpret_cast<const void*>((number + 1) * 16); }

// Every part of it follows from the block's number.
Sample SampleOf(uint64_t number) {
  return {number * 3, static_cast<uint32_t>(number + 5), static_cast<uint32_t>(number ^ 0xFFFF), static_cast<int32_t>(number % 7)};
}

bool IsSampleOf(uint64_t number, const Sample& sample) {
  const Sample wanted = SampleOf(number);
  return sample.bytes == wanted.bytes && sample.stack == wanted.stack && sample.sequence == wanted.sequence && sample.tid == wanted.tid;
}

uint64_t NumberOf(const void* block) { return reinterpret_cast<uintptr_t>(block) / 16 - 1; }

// A million random puts and takes beside a std::map, with more blocks than the table's first levels hold.
void TestTableAgainstMap() {
  const auto table = std::make_unique<LiveTable>();
  Check(table->Prepare(), "there is memory for the table");
  std::map<uint64_t, bool> held;
  std::mt19937_64 random(1);
  bool agrees = true;
  for (int i = 0; i < 1'000'000; i++) {
    const uint64_t number = random() % 60'000;
    if (held.count(number) != 0) {
      const auto taken = table->MayHold(Block(number)) ? table->Take(Block(number)) : std::nullopt;
      agrees = agrees && taken && IsSampleOf(number, *taken);
      held.erase(number);
    } else {
      agrees = agrees && !table->Take(Block(number)) && table->Put(Block(number), SampleOf(number));
      held[number] = true;
    }
  }
  Check(agrees, "the table holds what was put and not taken");
  table->ForEach([&](const void* block, const Sample& sample) {
    agrees = agrees && IsSampleOf(NumberOf(block), sample) && held.erase(NumberOf(block)) == 1;
  });
  Check(agrees && held.empty(), "it shows each block once");
  table->Clear();
  bool is_empty = !table->MayHold(Block(1)) || !table->Take(Block(1));
  table->ForEach([&](const void*, const Sample&) { is_empty = false; });
  Check(is_empty, "it is empty once it is cleared");
}

// Threads put and take blocks of their own, while two race for the same ones and another looks at all of them.
void TestTableByThreads() {
  const auto table = std::make_unique<LiveTable>();
  Check(table->Prepare(), "there is memory for the table");
  constexpr uint64_t kBlocks = 3000;
  std::atomic<bool> agrees{true};
  std::atomic<bool> is_done{false};
  std::array<std::atomic<int>, kBlocks> winners{};
  for (uint64_t number = 0; number < kBlocks; number++) table->Put(Block(number), SampleOf(number));
  const auto race = [&] {
    for (uint64_t number = 0; number < kBlocks; number++) {
      if (table->Take(Block(number))) winners[number].fetch_add(1);
    }
  };
  const auto churn = [&](uint64_t first) {
    std::mt19937_64 random(first);
    for (int i = 0; i < 20'000; i++) {
      const uint64_t number = first + random() % 200;
      if (!table->Put(Block(number), SampleOf(number))) agrees.store(false);
      if (!table->MayHold(Block(number))) agrees.store(false);
      const auto taken = table->Take(Block(number));
      if (!taken || !IsSampleOf(number, *taken)) agrees.store(false);
    }
  };
  const auto look = [&] {
    while (!is_done.load()) {
      table->ForEach([&](const void* block, const Sample& sample) {
        if (!IsSampleOf(NumberOf(block), sample)) agrees.store(false);
      });
    }
  };
  std::thread looking(look);
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; i++) threads.emplace_back(race);
  for (uint64_t i = 1; i <= 2; i++) threads.emplace_back(churn, i * 1'000'000);
  for (std::thread& thread : threads) thread.join();
  is_done.store(true);
  looking.join();
  Check(agrees.load(), "every thread finds its own blocks, and whoever looks sees whole samples");
  bool once = true;
  for (const std::atomic<int>& winner : winners) once = once && winner.load() == 1;
  Check(once, "of two that take a block one gets it");
}

Frames FramesOf(uint64_t number) {
  Frames frames;
  frames.script_count = number % 3;
  frames.native_count = 1 + number % 4;
  frames.isolate = 1;
  for (size_t i = 0; i < frames.script_count; i++) frames.script[i] = number * 100 + i;
  for (size_t i = 0; i < frames.native_count; i++) frames.native[i] = number * 1000 + i;
  return frames;
}

// What each page is of, by the number of the mapping; 0 for none.
using Pages = std::vector<uint32_t>;

// Pages of a table whose addresses begin with 16 pages.
Pages PagesOf(MappingTable* table, size_t pages) {
  Pages found(pages, 0);
  uintptr_t last = 0;
  bool in_order = true;
  table->ForEach([&](const Mapping& mapping) {
    in_order = in_order && mapping.begin >= last && mapping.begin < mapping.end;
    last = mapping.end;
    for (uintptr_t at = mapping.begin; at < mapping.end; at += 4096) found[at / 4096 - 16] = mapping.stack;
  });
  Check(in_order, "mappings are in the order of addresses, and none overlaps another");
  return found;
}

// Random mappings, some of them anew, and takes, some of which are put back, beside a list of pages.
void TestMappingsAgainstPages() {
  constexpr size_t kPages = 400;
  const auto table = std::make_unique<MappingTable>();
  Check(table->Prepare(), "there is memory for the mappings");
  Pages model(kPages, 0);
  std::mt19937_64 random(1);
  bool agrees = true;
  for (uint32_t step = 1; step <= 20'000; step++) {
    const size_t from = random() % kPages;
    const size_t to = std::min(kPages, from + 1 + random() % 60);
    const uintptr_t begin = (from + 16) * 4096;
    const uintptr_t end = (to + 16) * 4096;
    const auto first = model.begin() + static_cast<ptrdiff_t>(from);
    const auto last = model.begin() + static_cast<ptrdiff_t>(to);
    if (random() % 2 == 0) {
      const bool within = random() % 2 == 0;
      const bool stays = within && *first != 0 && std::count(first, last, *first) == last - first;
      table->Put({begin, end, step, 0, 0, true}, within);
      if (!stays) std::fill(first, last, step);
    } else {
      const MappingTable::Pieces pieces = table->Take(begin, end);
      if (pieces.is_whole && random() % 3 == 0) {
        table->PutBack(pieces);
      } else {
        std::fill(first, last, 0);
      }
    }
    if (step % 100 != 0) continue;
    const auto mapped = kPages - static_cast<size_t>(std::count(model.begin(), model.end(), 0));
    agrees = agrees && PagesOf(table.get(), kPages) == model && table->bytes() == mapped * 4096;
  }
  Check(agrees, "the mappings are of the pages that were mapped and not unmapped");
  Check(table->lost() == 0, "no mapping was lost");
  table->Clear();
  size_t left = 0;
  table->ForEach([&](const Mapping&) { left++; });
  Check(left == 0 && table->bytes() == 0, "a table that was cleared is empty");
}

// Each thread has addresses of its own, and keeps every third of its ranges, while another thread looks.
void TestMappingsByThreads() {
  constexpr size_t kThreads = 4;
  constexpr size_t kRanges = 600;
  const auto table = std::make_unique<MappingTable>();
  Check(table->Prepare(), "there is memory for the mappings");
  std::atomic<bool> is_over{false};
  std::thread looking([&] {
    while (!is_over.load()) table->ForEach([](const Mapping&) {});
  });
  std::vector<std::thread> threads;
  for (size_t thread = 0; thread < kThreads; thread++) {
    threads.emplace_back([&, thread] {
      for (size_t i = 0; i < kRanges; i++) {
        const uintptr_t begin = (1 + thread * kRanges + i) * 65536;
        table->Put({begin, begin + 65536, static_cast<uint32_t>(thread + 1), 0, 0, true}, false);
        if (i % 3 != 0) table->Take(begin, begin + 65536);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  is_over.store(true);
  looking.join();
  size_t kept = 0;
  table->ForEach([&](const Mapping&) { kept++; });
  Check(kept + table->lost() >= kThreads * kRanges / 3, "what threads map at the same time is kept");
  Check(table->lost() > 0 || kept == kThreads * kRanges / 3, "and what they unmap isn't");
}

void TestMappingsBeyondRoom() {
  const auto table = std::make_unique<MappingTable>();
  Check(table->Prepare(), "there is memory for the mappings");
  for (uintptr_t i = 1; i <= 40'000; i++) table->Put({i * 8192, i * 8192 + 4096, 1, 0, 0, true}, false);
  size_t kept = 0;
  table->ForEach([&](const Mapping&) { kept++; });
  Check(kept + table->lost() == 40'000 && table->lost() > 0, "mappings for which there is no room are counted");
}

void TestStackStore() {
  const auto store = std::make_unique<StackStore>();
  Check(store->Prepare(), "there is memory for the stacks");
  const uint32_t first = store->Add(FramesOf(1), 0, 2, 20);
  Check(first != 0 && store->Add(FramesOf(1), 0, 2, 20) == first, "a stack has one number");
  Check(store->Add(FramesOf(2), 0, 1, 1) != first, "another has another");
  store->Clear();
  constexpr uint64_t kStacks = 500;
  constexpr int kThreads = 3;
  constexpr int kRounds = 20;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; t++) {
    threads.emplace_back([&store] {
      for (int round = 0; round < kRounds; round++) {
        for (uint64_t number = 0; number < kStacks; number++) store->Add(FramesOf(number), 0, 1, static_cast<double>(number));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::map<uintptr_t, std::array<double, 2>> sums;
  store->ForEach([&](uint32_t, const tracker::Stack& stack) {
    auto& sum = sums[stack.frames()[stack.script_count] / 1000];
    sum[0] += stack.allocations.load();
    sum[1] += stack.bytes.load();
  });
  bool agrees = sums.size() == kStacks;
  for (const auto& [number, sum] : sums) {
    agrees = agrees && sum[0] == kThreads * kRounds && sum[1] == static_cast<double>(kThreads * kRounds * number);
  }
  Check(agrees, "what threads add to the same stacks is all there");
}

void TestDraws() {
  uint64_t random = 42;
  constexpr int kDraws = 1'000'000;
  constexpr double kInterval = 4096;
  double sum = 0;
  int beyond = 0;
  for (int i = 0; i < kDraws; i++) {
    const auto distance = static_cast<double>(tracker::DrawDistance(4096, &random));
    sum += distance;
    beyond += distance >= kInterval ? 1 : 0;
  }
  // The integer part of an exponential distance: its mean is 1 / (e^(1/interval) - 1), half a byte less than the interval. Five standard
  // errors.
  const double mean = 1 / std::expm1(1 / kInterval);
  Check(std::abs(sum / kDraws - mean) < 5 * kInterval / std::sqrt(kDraws), "distances have the interval as their mean");
  const double chance = std::exp(-1);
  Check(std::abs(beyond - kDraws * chance) < 5 * std::sqrt(kDraws * chance * (1 - chance)), "one in e is longer than the mean");
  Check(tracker::DrawDistance(1, &random) == 0, "at an interval of 1 each block is due");
  Check(tracker::BlocksOf(100, 1) == 1 && tracker::BlocksOf(1 << 30, 4096) == 1, "what is always sampled stands for itself");
  Check(std::abs(tracker::BlocksOf(4096, 4096) - 1 / (1 - std::exp(-1))) < 1e-9, "a block of one interval stands for e / (e - 1) blocks");
}

struct Walked {
  std::array<uintptr_t, 8> addresses{};
  size_t count = 0;
};

__attribute__((noinline)) void Innermost(Walked* walked, std::array<void*, 2>* wanted) {
  (*wanted)[0] = __builtin_return_address(0);
  walked->count = tracker::WalkFrames(__builtin_frame_address(0), walked->addresses.data(), walked->addresses.size());
}

__attribute__((noinline)) void Middle(Walked* walked, std::array<void*, 2>* wanted) {
  (*wanted)[1] = __builtin_return_address(0);
  Innermost(walked, wanted);
  // So that the call above isn't the last thing.
  Check(walked->count >= 2, "frames are found");
}

// A chain that points at itself, as a register that holds something else may. AddressSanitizer would give it a place outside of the
// thread's stack.
__attribute__((noinline, no_sanitize("address"))) void TestCircle(uintptr_t code) {
  std::array<uintptr_t, 2> circle{0, code};
  std::array<uintptr_t, 8> addresses{};
  circle[0] = reinterpret_cast<uintptr_t>(&circle);
  Check(tracker::WalkFrames(&circle, addresses.data(), addresses.size()) == 1, "a chain that leads nowhere ends");
}

void TestWalk() {
  const auto walk = [] {
    tracker::FindStackBounds();
    Walked walked;
    std::array<void*, 2> wanted{};
    Middle(&walked, &wanted);
    Check(walked.addresses[0] == reinterpret_cast<uintptr_t>(wanted[0]) && walked.addresses[1] == reinterpret_cast<uintptr_t>(wanted[1]),
          "they return where the compiler says");
    const uintptr_t outside = tracker::thread_state.stack_end;
    Check(tracker::WalkFrames(reinterpret_cast<void*>(outside), walked.addresses.data(), 8) == 0, "nothing is read beyond the stack");
    TestCircle(reinterpret_cast<uintptr_t>(wanted[0]));
  };
  walk();
  std::thread(walk).join();
}

// While the slots are restored one by one, another thread's free passes by a hook, and its next block comes through one.
void TestAfterSession() {
  tracker::Sampling& sampling = tracker::sampling;
  Check(sampling.live.Prepare() && sampling.live.Put(Block(1), SampleOf(1)), "there is a sample");
  tracker::OnAllocated(Block(1), 16, nullptr);
  tracker::OnFree(Block(1));
  Check(sampling.missed_frees.load() == 0, "no free is missed after the session");
  size_t blocks = 0;
  sampling.live.ForEach([&](const void* block, const Sample& sample) { blocks += block == Block(1) && IsSampleOf(1, sample); });
  Check(blocks == 1, "its samples stay as they were at its end");
  // Below every budget, so that nothing new is sampled.
  sampling.floor.store(tracker::kNoSession + 1);
  tracker::OnAllocated(Block(1), 16, nullptr);
  Check(sampling.missed_frees.load() == 1, "within a session a block that is given out again was freed unseen");
  sampling.live.Put(Block(2), SampleOf(2));
  tracker::OnFree(Block(2));
  Check(!sampling.live.Take(Block(2)), "a free takes the sample out");
  sampling.floor.store(tracker::kNoSession);
  sampling.missed_frees.store(0);
}

}  // namespace

void TestTracker() {
  TestTableAgainstMap();
  TestTableByThreads();
  TestMappingsAgainstPages();
  TestMappingsByThreads();
  TestMappingsBeyondRoom();
  TestStackStore();
  TestDraws();
  TestWalk();
  TestAfterSession();
}

}  // namespace allocscope::test
