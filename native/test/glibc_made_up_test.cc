// What of glibc's private layout is taken for an arena or for the parameters, held against words that are made up. Needs no glibc that
// serves malloc.
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdint>
#include <functional>
#include <string>

#include "allocator/glibc/arena_lock.h"
#include "allocator/glibc/confirm.h"
#include "allocator/glibc/find_arenas.h"
#include "allocator/glibc/find_parameters.h"
#include "test/check.h"
#include "test/made_up_glibc.h"

namespace allocscope::test {
namespace {

using allocator::glibc::Mallinfo2;
using allocator::glibc::Match;
using allocator::glibc::Parameters;
using allocator::glibc::PublicTotals;
using made_up_glibc::At;
using made_up_glibc::Heaps;
using made_up_glibc::kBins;
using made_up_glibc::kDynamic;
using made_up_glibc::kPage;
using made_up_glibc::kSbrkBase;
using made_up_glibc::kStateBytes;
using made_up_glibc::MadeUpArena;
using made_up_glibc::MadeUpParameters;
using made_up_glibc::MadeUpRing;
using made_up_glibc::Pages;

bool FoundWhere(const std::function<void(const MadeUpArena&)>& change) {
  const MadeUpArena made_up;
  change(made_up);
  return made_up.IsFound();
}

void TestWhereAnArenaMayBe() {
  Check(MadeUpArena(0).IsFound() && MadeUpArena(3 * kPage - kStateBytes).IsFound(), "an arena is found at both ends of the data");
  // 2.43 has no fastbins before `top`.
  Check(MadeUpArena(64, 8).IsFound() && MadeUpArena(64, 512).IsFound(), "an arena with a shorter or longer head is found");
  Check(!MadeUpArena(64, 520).IsFound(), "a longer head than any version's isn't looked for");
}

void TestWordsOfAnArena() {
  const auto with_lock = [](int32_t lock) { return FoundWhere([lock](const MadeUpArena& at) { at.state.mutex() = lock; }); };
  Check(with_lock(1) && with_lock(2) && !with_lock(3) && !with_lock(-1), "a lock is free, taken, or waited for");
  const auto with = [](size_t now, size_t most, size_t threads) {
    return FoundWhere([=](const MadeUpArena& at) {
      at.state.system_mem() = now;
      at.state.max_system_mem() = most;
      at.state.attached_threads() = threads;
    });
  };
  Check(with(1, 1, 0) && with(5, 6, 1 << 22), "figures of an arena");
  Check(!with(0, 1, 0) && !with(6, 5, 0) && !with(5, 6, (1 << 22) + 1), "no figures of an arena");
}

// Bins of chunks that stand in the made-up heap; `links` says which of the two ways back to the bin stand there.
bool FoundWithChunks(size_t bins, bool forward, bool backward) {
  return FoundWhere([=](const MadeUpArena& at) {
    for (size_t i = 0; i < bins; i++) {
      const uintptr_t chunk = at.heap().begin() + kPage + i * 64;
      at.state.bin(i, 0) = at.state.bin(i, 1) = chunk;
      At(chunk + 16) = forward ? at.state.bin_header(i) : 0;
      At(chunk + 24) = backward ? at.state.bin_header(i) : 0;
    }
  });
}

void TestBinsOfAnArena() {
  Check(FoundWithChunks(20, true, true), "bins whose chunks lead back are an arena's");
  Check(FoundWithChunks(8, false, false), "eight may be in motion");
  Check(!FoundWithChunks(9, true, false) && !FoundWithChunks(9, false, true), "more aren't an arena's");
  const auto with_link = [](size_t bin, size_t link, uintptr_t chunk) {
    return FoundWhere([=](const MadeUpArena& at) { at.state.bin(bin, link) = chunk; });
  };
  Check(with_link(0, 0, kPage) && with_link(kBins - 2, 1, kPage), "a chunk stands on a multiple of 16 from the first page on");
  Check(!with_link(0, 0, kPage - 16) && !with_link(0, 1, kPage - 16) && !with_link(0, 0, kPage + 8) && !with_link(0, 1, kPage + 8),
        "elsewhere there is none");
  Check(!with_link(kBins - 1, 0, kPage) && !with_link(kBins - 1, 1, kPage), "the last bin is always empty");
}

void TestTopOfAnArena() {
  const auto with_top = [](size_t from, size_t bytes) {
    return FoundWhere([=](const MadeUpArena& at) {
      const uintptr_t chunk = at.heap().begin() + from;
      at.state.top() = chunk;
      if (chunk + 16 <= at.heap().end()) At(chunk + 8) = bytes | 7;
    });
  };
  Check(with_top(64, 2 * kPage - 64) && with_top(2 * kPage - 16, 16), "a top ends with its last page");
  Check(!with_top(64, kPage) && !with_top(0, 0) && !with_top(64, 3 * kPage - 64) && !with_top(2 * kPage, 16),
        "it ends on a page's end, behind its beginning, and can be read to there");
  const MadeUpArena at;
  const uintptr_t end = at.heap().begin() + kPage;
  Check(EndOfTop(at.state.arena()) == end, "the end of a top");
  Check(ReachesFrom(end - 2 * kPage, at.state.arena()), "an arena reaches from its base to the end of its top");
  Check(!ReachesFrom(end - 2 * kPage - 16, at.state.arena()), "from elsewhere it doesn't");
  at.state.flags() = 2;
  Check(!ReachesFrom(end - 2 * kPage, at.state.arena()), "an arena with gaps reaches from nowhere");
}

bool RingFoundWhere(const std::function<void(const MadeUpRing&)>& change) {
  const MadeUpRing made_up;
  change(made_up);
  return made_up.main.IsFound();
}

void TestOtherArenas() {
  Check(RingFoundWhere([](const MadeUpRing&) {}), "an arena that leads to another and back is found");
  Check(RingFoundWhere([](const MadeUpRing& ring) { ring.SetTop(ring.heaps.at(1) + Heaps::kBytes - 16); }), "a top at its heap's end");
  Check(!RingFoundWhere([](const MadeUpRing& ring) { ring.other.top() = ring.heaps.at(1) + Heaps::kBytes; }), "no top behind its heap");
  Check(!RingFoundWhere([](const MadeUpRing& ring) { ring.other.system_mem() -= kPage; }), "heaps that don't add up aren't an arena's");
  Check(!RingFoundWhere([](const MadeUpRing& ring) { At(ring.heaps.at(0)) = ring.main.state.address; }), "nor is another one's heap");
  Check(!RingFoundWhere([](const MadeUpRing& ring) { ring.other.attached_threads() = (1 << 22) + 1; }), "nor figures of no arena");
  Check(!RingFoundWhere([](const MadeUpRing& ring) { ring.other.top() = ring.heaps.at(2) + Heaps::kBytes; }), "nor a top without a heap");
  Check(!RingFoundWhere([](const MadeUpRing& ring) { ring.other.next() = 0; }), "a list that ends isn't the ring");
  Check(!RingFoundWhere([](const MadeUpRing& ring) { ring.main.state.next() = ring.heaps.at(2) + Heaps::kBytes; }),
        "nor one that leads nowhere");
  const MadeUpRing ring;
  Check(SumArenas(ring.main.state.arena()).system_bytes == 2 * kPage + 2 * Heaps::kBytes, "arenas add up");
  Check(SumArenas(ring.main.state.arena()).arenas == 2, "arenas are counted");
}

// Whether they are found where the heap begins with a chunk of the usual size.
bool ParametersFoundWhere(const std::function<void(const MadeUpParameters&)>& change, size_t head = 64, size_t at = 0) {
  const Pages heap(1);
  At(heap.begin() + 8) = 656 | 1;
  const MadeUpParameters made_up(head, at);
  made_up.behind(kSbrkBase) = heap.begin();
  change(made_up);
  const Mallinfo2 told{0, 0, 0, static_cast<size_t>(made_up.count(0)), made_up.behind(0), 0, 0, 0, 0, 0};
  const Match match = MatchTotals({made_up.data.begin(), made_up.data.end()}, {}, PublicTotals(), told);
  const Parameters& found = match.parameters;
  return match.count == 1 && found.thresholds_known() && found.At(allocator::glibc::kTopPad) == made_up.word(1) &&
         found.mapped_count() == static_cast<uint32_t>(made_up.count(0)) && found.tcache_count() == made_up.behind(5);
}

void TestWhereParametersMayBe() {
  const auto unchanged = [](const MadeUpParameters&) {};
  // None, three and four words for huge pages; the most that are looked for.
  for (const size_t head : {40, 64, 72, 128}) {
    Check(ParametersFoundWhere(unchanged, head) && ParametersFoundWhere(unchanged, head, 2000), "the parameters of each version are found");
  }
  Check(ParametersFoundWhere(unchanged, 68), "counters may stand between two words");
  Check(!ParametersFoundWhere(unchanged, 136), "longer parameters than any version's aren't looked for");
  // Each word of these may be the one before, too.
  Check(!ParametersFoundWhere(
            [](const MadeUpParameters& at) {
              at.count(kDynamic) = 1;
              at.word(2) = at.word(3) = 2048;
              at.word(4) = 2;
            },
            72),
        "what may begin in two places begins in neither");
}

void TestWordsOfParameters() {
  const auto with_word = [](size_t word, size_t value, int32_t no_dynamic = 1) {
    return ParametersFoundWhere([=](const MadeUpParameters& at) {
      at.count(kDynamic) = no_dynamic;
      at.word(word) = value;
    });
  };
  Check(with_word(3, 1) && with_word(3, 4096) && !with_word(3, 0) && !with_word(3, 4097), "before a limit there may be some arenas");
  Check(with_word(4, 1 << 16) && !with_word(4, (1 << 16) + 1), "a limit of arenas");
  Check(with_word(2, 1024) && !with_word(2, 1023), "a threshold of blocks");
  Check(with_word(0, 5) && with_word(1, 5) && !with_word(0, 5, 0) && !with_word(1, 5, 0), "what wasn't set is the default");
  for (const size_t word : {5, 6, 7}) {
    Check(with_word(word, 3) && with_word(word, kPage) && with_word(word, 2 << 20), "a word for huge pages");
    Check(!with_word(word, 4) && !with_word(word, kPage + 1) && !with_word(word, kPage / 2), "no word for huge pages");
  }
  const auto with_thresholds = [](size_t blocks, size_t trim) {
    return ParametersFoundWhere([=](const MadeUpParameters& at) {
      at.word(0) = trim;
      at.word(2) = blocks;
    });
  };
  Check(with_thresholds(500'000, 1'000'000) && !with_thresholds(500'000, 500'000) && !with_thresholds(500'000, 128 * 1024) &&
            !with_thresholds(500'000, 1'000'001),
        "one threshold follows the other");
}

void TestCountersOfParameters() {
  const auto with_count = [](size_t number, int32_t value, int32_t no_dynamic = 1) {
    return ParametersFoundWhere([=](const MadeUpParameters& at) {
      at.count(kDynamic) = no_dynamic;
      at.count(number) = value;
    });
  };
  Check(with_count(1, 3) && !with_count(1, 2) && !with_count(1, -1) && !with_count(1, 65535, 0), "no more blocks than there may be");
  Check(with_count(kDynamic, 0) && !with_count(kDynamic, 2) && !with_count(kDynamic, -1), "thresholds are dynamic, or not");
  const auto with_behind = [](size_t number, size_t value) {
    return ParametersFoundWhere([=](const MadeUpParameters& at) { at.behind(number) = value; });
  };
  Check(with_behind(0, 9 * kPage) && !with_behind(0, 3 * kPage + 8), "blocks with an mmap are whole pages");
  Check(with_behind(5, 65535) && !with_behind(5, 65536), "a cache's bin holds no more than its counter can");
  const auto with_first_chunk = [](size_t at_byte, size_t header) {
    const Pages heap(1);
    At(heap.begin() + 8) = header;
    At(heap.begin() + 24) = 0;
    return ParametersFoundWhere([&](const MadeUpParameters& at) { at.behind(kSbrkBase) = heap.begin() + at_byte; });
  };
  Check(with_first_chunk(0, 32 | 1) && !with_first_chunk(0, 16 | 1), "a chunk has 32 bytes at least");
  Check(!with_first_chunk(0, 656) && !with_first_chunk(0, 656 | 3) && !with_first_chunk(8, 656 | 1), "a heap begins with a chunk in use");
  Check(!with_behind(kSbrkBase, 0) && !with_behind(kSbrkBase, 16), "there is a heap");
}

// Numbers of 32 bits, as libraries before 2.33 tell them.
void TestOldTotals() {
  const PublicTotals totals(nullptr, [] {
    PublicTotals::Mallinfo told{};
    for (int i = 0; i < 10; i++) told.fields[i] = -1 - i;
    return told;
  });
  const auto told = totals.Read();
  if (!told) return Check(false, "an old libc tells its totals");
  const size_t fields[] = {told->arena,   told->ordblks, told->smblks,   told->hblks,    told->hblkhd,
                           told->usmblks, told->fsmblks, told->uordblks, told->fordblks, told->keepcost};
  for (size_t i = 0; i < 10; i++) Check(fields[i] == UINT32_MAX - i, "each total is its own field, without a sign");
  Check(!totals.are_whole() && totals.Tells(5, (size_t{7} << 32) + 5) && !totals.Tells(5, 6), "the low 32 bits are compared");
  Check(PublicTotals().are_whole() && !PublicTotals().Tells(5, (size_t{7} << 32) + 5), "whole figures are compared whole");
  Check(!PublicTotals(nullptr, nullptr).Read(), "a libc without its calls tells nothing");
}

// No thread of glibc's waits for a word that isn't its lock.
void TestLockOfNoArena() {
  const MadeUpArena made_up;
  Check(!allocator::glibc::ProveArenaLock({}), "an arena that isn't known has no lock");
  Check(!allocator::glibc::ProveArenaLock(made_up.state.arena()) && made_up.state.mutex() == 0, "a word that nobody waits for is no lock");
  made_up.state.mutex() = 1;
  Check(!allocator::glibc::ProveArenaLock(made_up.state.arena()) && made_up.state.mutex() == 1, "a lock that somebody has is left alone");
}

// A small heap is compared here and may be tried again; a large one, or one that isn't known, in a child, whose answer is the last.
void TestConfirmation() {
  const MadeUpArena made_up;
  const auto confirmed_with = [&made_up](size_t system_mem) {
    made_up.state.system_mem() = system_mem;
    return Confirm(made_up.data(), made_up.state.arena());
  };
  const size_t told = PublicTotals().Read()->arena;
  Check(confirmed_with(told).arenas_add_up, "arenas that add up to what is told are confirmed");
  Check(!confirmed_with(told + 16).arenas_add_up && !confirmed_with(told + 16).match.count, "others aren't");
  Check(!confirmed_with(size_t{16} << 20).is_final && confirmed_with((size_t{16} << 20) + 1).is_final, "a large heap is walked in a child");
}

// Signals whose handler doesn't restart poll(2) and waitpid(2), more often than a child needs to answer.
void TestInterruptedConfirmation() {
  struct sigaction ignoring = {};
  ignoring.sa_handler = [](int) {};
  sigaction(SIGALRM, &ignoring, nullptr);
  const MadeUpArena made_up;
  const itimerval often = {{0, 1000}, {0, 1000}};
  const itimerval never = {};
  bool final = true;
  setitimer(ITIMER_REAL, &often, nullptr);
  for (int i = 0; i < 20; i++) final = allocator::glibc::Confirm(made_up.data(), {}).is_final && final;
  setitimer(ITIMER_REAL, &never, nullptr);
  // Not as it was before: under valgrind one may still be on its way.
  signal(SIGALRM, SIG_IGN);
  Check(final, "a signal doesn't end the wait for a child's answer");
  Check(waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD, "no child is left");
}

}  // namespace

void TestGlibcMadeUp() {
  TestWhereAnArenaMayBe();
  TestWordsOfAnArena();
  TestBinsOfAnArena();
  TestTopOfAnArena();
  TestOtherArenas();
  TestWhereParametersMayBe();
  TestWordsOfParameters();
  TestCountersOfParameters();
  TestOldTotals();
  TestLockOfNoArena();
  TestConfirmation();
  TestInterruptedConfirmation();
}

}  // namespace allocscope::test
