#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "allocator/backend.h"
#include "allocator/jemalloc/control.h"
#include "embedded/jemalloc_copy.h"
#include "platform/clock.h"
#include "test/check.h"
#include "test/readings.h"
#include "whatif/forked_purge.h"

namespace allocscope::test {
namespace {

using allocator::Company;
using whatif::ForkedPurge;

constexpr uint64_t kMillisecond = 1'000'000;
constexpr uint64_t kMinute = 60'000 * kMillisecond;
constexpr size_t kMappedBytes = size_t{32} << 20;
constexpr size_t kReturnedBytes = size_t{24} << 20;
constexpr uint64_t kPurgeNanos = 30 * kMillisecond;

enum class Manner { kReturns, kFails, kIsKilled, kNeverEnds, kCannotRead, kRefuses };

// What a child's purge found, as the sum of those that held.
constexpr int kFlushed = 1;
constexpr int kAlone = 2;
constexpr int kSignalsBlocked = 4;
constexpr int kLeavesNoCore = 8;
constexpr int kEndsWithParent = 16;
constexpr int kAsPromised = 31;

// In the child: from then on it can't open what tells of its memory.
void TakeDescriptors() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_NOFILE, &none);
}

// Not under valgrind, which opens files all the same.
bool CanTakeDescriptors() {
  const pid_t child = fork();
  if (child == 0) {
    TakeDescriptors();
    _exit(open("/proc/self/smaps", O_RDONLY | O_CLOEXEC) < 0 ? 0 : 1);
  }
  int status = 1;
  waitpid(child, &status, 0);
  return status == 0;
}

void Sleep(uint64_t nanos) {
  const uint64_t end = platform::MonotonicNanos() + nanos;
  while (platform::MonotonicNanos() < end) usleep(1000);
}

// An allocator that is made up: what its purge returns and how long it takes is known beforehand.
class MadeUpAllocator final : public allocator::Backend {
 public:
  explicit MadeUpAllocator(Manner manner) : manner_(manner) {
    memory_ = mmap(nullptr, kMappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory_ != MAP_FAILED) std::memset(memory_, 1, kMappedBytes);
  }
  ~MadeUpAllocator() override { munmap(memory_, kMappedBytes); }

  const char* name() const override { return "made up"; }
  const allocator::Provenance& provenance() const override { return provenance_; }
  const std::vector<std::string>& footprint_fields() const override { return fields_; }
  Result<Done> ReadFootprint(double*) const override { return Done{}; }
  Result<allocator::Document> Read(allocator::Detail) const override { return allocator::Document{}; }
  const char* fork_refusal() const override { return manner_ == Manner::kRefuses ? "it is made up" : nullptr; }
  void FlushThread() const override {
    seen_ |= kFlushed;
    if (manner_ == Manner::kCannotRead) TakeDescriptors();
  }

  Result<allocator::PurgeReport> Purge(Company company) const override {
    while (manner_ == Manner::kNeverEnds) pause();
    if (manner_ == Manner::kIsKilled) kill(getpid(), SIGKILL);
    if (manner_ == Manner::kFails) return Failure{"UNSUPPORTED", "purge", 0, "made up"};
    if (company == Company::kAlone) seen_ |= kAlone;
    madvise(memory_, kReturnedBytes, MADV_DONTNEED);
    Sleep(kPurgeNanos);
    return allocator::PurgeReport{"none"};
  }

  // From now on a forked child finds `in_child` bytes in threads' caches, this process `here`.
  void KeepInCaches(double here, double in_child) {
    cached_here_ = here;
    cached_in_child_ = in_child;
  }
  double ReadCachedBytes() const override { return getpid() == maker_ ? cached_here_ : cached_in_child_; }

  allocator::Occupancy ReadOccupancy() const override {
    sigset_t blocked;
    rlimit core;
    int with_parent = 0;
    if (pthread_sigmask(SIG_SETMASK, nullptr, &blocked) == 0 && sigismember(&blocked, SIGTERM) == 1) seen_ |= kSignalsBlocked;
    if (getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0) seen_ |= kLeavesNoCore;
    if (prctl(PR_GET_PDEATHSIG, &with_parent) == 0 && with_parent == SIGKILL) seen_ |= kEndsWithParent;
    return {static_cast<double>(seen_), static_cast<double>(getppid())};
  }

 private:
  Manner manner_;
  void* memory_;
  allocator::Provenance provenance_;
  std::vector<std::string> fields_;
  pid_t maker_ = getpid();
  double cached_here_ = 0;
  double cached_in_child_ = 0;
  // The child's copy is written, and told by the occupancy.
  mutable int seen_ = 0;
};

int LowestFreeDescriptor() {
  const int descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
  close(descriptor);
  return descriptor;
}

bool HasChild() { return waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD; }

void TestWhatTheChildTells() {
  const MadeUpAllocator made_up(Manner::kReturns);
  const int free_before = LowestFreeDescriptor();
  const uint64_t begin = platform::MonotonicNanos();
  const auto forked = ForkedPurge::Fork(made_up, {});
  const uint64_t forked_at = platform::MonotonicNanos();
  if (!forked.ok()) return Check(false, "a child is forked");
  const auto outcome = forked.value().Wait(kMinute);
  const uint64_t end = platform::MonotonicNanos();
  if (!outcome.ok()) return Check(false, "the child answers: " + outcome.failure().message);
  const whatif::Outcome& told = outcome.value();
  const uint64_t returned = told.anonymous_before_bytes - told.anonymous_after_bytes;
  // Pages that the child itself is the first to touch.
  constexpr uint64_t kFirstTouch = 256 * 1024;
  Check(returned > kReturnedBytes - kFirstTouch && returned <= kReturnedBytes, "the child's memory shrinks by what its purge returns");
  Check(told.occupancy.in_use_bytes == kAsPromised, "the child's thread is flushed, then purged alone, undisturbed and without a trace");
  Check(told.occupancy.pinned_bytes == static_cast<double>(getpid()), "the child is this process's");
  Check(told.purge_nanos >= kPurgeNanos && told.purge_nanos <= told.child_nanos, "the purge takes its time");
  Check(told.child_nanos <= end - begin, "the child lives no longer than it is waited for");
  const uint64_t fork_nanos = forked.value().fork_nanos();
  Check(fork_nanos > 0 && fork_nanos <= forked_at - begin, "the fork's own time is told");
  Check(!HasChild() && LowestFreeDescriptor() == free_before, "neither a child nor a descriptor is left");
}

// Of 5,000 bytes in caches the child has 1,000, which it flushes: the others' 4,000 are free, and no purge reaches them.
void TestCachesOfOtherThreads() {
  MadeUpAllocator made_up(Manner::kReturns);
  made_up.KeepInCaches(5000, 1000);
  const auto forked = ForkedPurge::Fork(made_up, {});
  if (!forked.ok()) return Check(false, "a child is forked");
  const auto outcome = forked.value().Wait(kMinute);
  if (!outcome.ok()) return Check(false, "the child answers: " + outcome.failure().message);
  const allocator::Occupancy& told = outcome.value().occupancy;
  Check(told.in_use_bytes == kAsPromised - 4000, "what other threads' caches keep isn't in use");
  Check(told.pinned_bytes == getpid() + 4000, "what other threads' caches keep is pinned");
}

void TestEndOfTheChild(Manner manner, const std::string& expected) {
  const MadeUpAllocator made_up(manner);
  const auto forked = ForkedPurge::Fork(made_up, {});
  if (!forked.ok()) return Check(false, "a child is forked");
  const auto outcome = forked.value().Wait(kMinute);
  Check(!outcome.ok() && outcome.failure().error_number == 0, "no call of ours failed");
  Check(!outcome.ok() && outcome.failure().message.find(expected) != std::string::npos, "a child's end is told: " + expected);
  Check(!HasChild(), "a child that failed is no zombie");
}

void TestRefusal() {
  const auto forked = ForkedPurge::Fork(MadeUpAllocator(Manner::kRefuses), {});
  if (forked.ok()) return Check(false, "no child is forked where the allocator refuses");
  Check(forked.failure().error_number == 0 && forked.failure().message == "it is made up", "a refusal is told, and is no call's");
}

// A jemalloc within a library, of which only the control is made up: a flush, and a purge of what was flushed.
constexpr size_t kEmbeddedBytes = size_t{8} << 20;
void* embedded_memory = nullptr;
bool embedded_purge_can_be_read = true;

int NameToMib(const char* name, size_t* parts, size_t* depth) {
  *depth = 1;
  parts[0] = std::string(name) == "thread.tcache.flush" ? 1 : std::string(name) == "arena.4096.purge" ? 2 : 0;
  return parts[0] == 0 ? ENOENT : 0;
}

int ControlByMib(const size_t* parts, size_t, void*, size_t*, void*, size_t) {
  static size_t flushed_bytes = 0;
  if (parts[0] == 1) flushed_bytes = kEmbeddedBytes;
  if (parts[0] == 2) madvise(embedded_memory, flushed_bytes, MADV_DONTNEED);
  if (parts[0] == 2 && !embedded_purge_can_be_read) TakeDescriptors();
  return 0;
}

int ControlByName(const char*, void*, size_t*, void*, size_t) { return ENOENT; }

Result<whatif::Outcome> PurgeWithEmbedded(const std::vector<embedded::JemallocCopy>& copies) {
  const MadeUpAllocator made_up(Manner::kReturns);
  const auto forked = ForkedPurge::Fork(made_up, copies);
  return forked.ok() ? forked.value().Wait(kMinute) : forked.failure();
}

void TestEmbeddedCopies() {
  embedded_memory = mmap(nullptr, kEmbeddedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (embedded_memory == MAP_FAILED) return Check(false, "memory of an embedded allocator");
  std::memset(embedded_memory, 1, kEmbeddedBytes);
  const embedded::JemallocCopy copy(allocator::jemalloc::Control(ControlByName, NameToMib, ControlByMib), true);
  const auto outcome = PurgeWithEmbedded({copy});
  // Pages that the child itself is the first to touch.
  constexpr double kFirstTouch = 256 * 1024;
  Check(outcome.ok() && IsWithin(outcome.value().embedded_released_bytes, kEmbeddedBytes, kFirstTouch),
        "what an embedded allocator gives back after a flush is told");
  const auto bytes = [](uint64_t figure) { return static_cast<double>(figure); };
  Check(outcome.ok() && IsWithin(bytes(outcome.value().anonymous_before_bytes) - bytes(outcome.value().anonymous_after_bytes),
                                 kReturnedBytes, kFirstTouch),
        "… apart from what the live one gave back");
  const auto none = PurgeWithEmbedded({});
  Check(none.ok() && std::isnan(none.value().embedded_released_bytes), "where there is no embedded one nothing is told");
  embedded_purge_can_be_read = false;
  const auto unread = PurgeWithEmbedded({copy});
  embedded_purge_can_be_read = true;
  Check(!CanTakeDescriptors() || (!unread.ok() && unread.failure().message.find("could not read") != std::string::npos),
        "a purge that can't be read is a failure");
  munmap(embedded_memory, kEmbeddedBytes);
}

void TestUnansweredFork(uint64_t timeout) {
  const MadeUpAllocator made_up(Manner::kNeverEnds);
  const auto forked = ForkedPurge::Fork(made_up, {});
  if (!forked.ok()) return Check(false, "a child is forked");
  const uint64_t begin = platform::MonotonicNanos();
  // Left by an earlier call: a wait that ends with its time must not take it for its own.
  errno = EINTR;
  const auto outcome = forked.value().Wait(timeout);
  const uint64_t took = platform::MonotonicNanos() - begin;
  Check(!outcome.ok() && outcome.failure().error_number == 0, "no call of ours failed");
  Check(!outcome.ok() && outcome.failure().message.find("in time") != std::string::npos, "a child that doesn't answer is ended");
  // It is then killed and its memory taken down, which a busy machine may put off.
  Check(took >= timeout && took < timeout + 10'000 * kMillisecond, "a child is waited for as long as was asked, and not much longer");
  Check(!HasChild(), "a child that was ended is no zombie");
}

// Signals interrupt poll(2) again and again, and go on doing so as their handler doesn't restart it.
void TestInterruptedWait() {
  struct sigaction ignoring = {};
  ignoring.sa_handler = [](int) {};
  sigaction(SIGALRM, &ignoring, nullptr);
  const MadeUpAllocator made_up(Manner::kReturns);
  const auto forked = ForkedPurge::Fork(made_up, {});
  const itimerval often = {{0, 2000}, {0, 2000}};
  const itimerval never = {};
  setitimer(ITIMER_REAL, &often, nullptr);
  const bool answered = forked.ok() && forked.value().Wait(kMinute).ok();
  setitimer(ITIMER_REAL, &never, nullptr);
  // Not as it was before: under valgrind one may still be on its way.
  signal(SIGALRM, SIG_IGN);
  Check(answered, "a signal doesn't end the wait for a child");
}

// A program that ignores SIGCHLD leaves nothing to wait for.
void TestReapedByTheProgram() {
  const auto before = signal(SIGCHLD, SIG_IGN);
  const MadeUpAllocator made_up(Manner::kReturns);
  const auto forked = ForkedPurge::Fork(made_up, {});
  Check(forked.ok() && forked.value().Wait(kMinute).ok(), "the answer of a child that the program reaped is kept");
  signal(SIGCHLD, before);
}

void TestForkWithoutDescriptors() {
  rlimit before;
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(LowestFreeDescriptor());
  const MadeUpAllocator made_up(Manner::kReturns);
  setrlimit(RLIMIT_NOFILE, &none);
  const auto forked = ForkedPurge::Fork(made_up, {});
  setrlimit(RLIMIT_NOFILE, &before);
  Check(!forked.ok() && forked.failure().call == "pipe2" && forked.failure().error_number == EMFILE, "no pipe is a failure");
}

}  // namespace

void TestWhatIf() {
  sigset_t before, after;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  TestWhatTheChildTells();
  TestCachesOfOtherThreads();
  TestEndOfTheChild(Manner::kFails, "refused to purge");
  TestEndOfTheChild(Manner::kIsKilled, "signal 9");
  if (CanTakeDescriptors()) TestEndOfTheChild(Manner::kCannotRead, "could not read its own memory");
  TestRefusal();
  TestEmbeddedCopies();
  TestUnansweredFork(0);
  // Less than poll(2) can count.
  TestUnansweredFork(kMillisecond / 2);
  TestUnansweredFork(50 * kMillisecond);
  TestInterruptedWait();
  TestReapedByTheProgram();
  TestForkWithoutDescriptors();
  pthread_sigmask(SIG_SETMASK, nullptr, &after);
  Check(sigismember(&before, SIGTERM) == sigismember(&after, SIGTERM), "the signals that were blocked are those blocked before");
}

}  // namespace allocscope::test
