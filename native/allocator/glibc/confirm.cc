#include "allocator/glibc/confirm.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <type_traits>

namespace allocscope::allocator::glibc {
namespace {

// Walking arenas of this size takes some 0.1 ms, and 50 ms when every second chunk of the smallest size is free.
constexpr size_t kSmallHeapBytes = size_t{16} << 20;

constexpr int kLongestChildMillis = 10'000;

static_assert(std::is_trivially_copyable_v<Confirmation>, "the child writes it to a pipe");

Confirmation Compare(const platform::AddressRange& data, const Arena& main_arena, const PublicTotals& totals) {
  const auto sum = [&main_arena] { return main_arena.known() ? SumArenas(main_arena).system_bytes : 0; };
  const size_t before = sum();
  const std::optional<Mallinfo2> told = totals.Read();
  if (!told) return {};
  const size_t after = sum();
  Confirmation confirmation;
  confirmation.arenas_add_up = main_arena.known() && (totals.Tells(told->arena, before) || totals.Tells(told->arena, after));
  confirmation.match = MatchTotals(data, main_arena, totals, *told);
  return confirmation;
}

// The child's whole life: nothing here allocates.
[[noreturn]] void CompareAndTell(const platform::AddressRange& data, const Arena& main_arena, const PublicTotals& totals, int pipe) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_NAME, "allocscope-fork");
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  Confirmation confirmation = Compare(data, main_arena, totals);
  confirmation.is_final = true;
  const ssize_t written = write(pipe, &confirmation, sizeof confirmation);
  _exit(written == sizeof confirmation ? 0 : 1);
}

// Signals stay blocked in the child: the program's handlers must not run there.
pid_t ForkBlocked(const platform::AddressRange& data, const Arena& main_arena, const PublicTotals& totals, int pipe) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t child = fork();
  if (child == 0) CompareAndTell(data, main_arena, totals, pipe);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return child;
}

void Reap(pid_t child) {
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool AnswersInTime(int pipe) {
  pollfd waiting{pipe, POLLIN, 0};
  int ready;
  do {
    ready = poll(&waiting, 1, kLongestChildMillis);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

Confirmation CompareInChild(const platform::AddressRange& data, const Arena& main_arena, const PublicTotals& totals) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {};
  const pid_t child = ForkBlocked(data, main_arena, totals, ends[1]);
  close(ends[1]);
  Confirmation confirmation;
  const bool answered = child > 0 && AnswersInTime(ends[0]);
  const bool whole = answered && read(ends[0], &confirmation, sizeof confirmation) == sizeof confirmation;
  close(ends[0]);
  if (child > 0) {
    if (!answered) kill(child, SIGKILL);
    Reap(child);
  }
  return whole ? confirmation : Confirmation{};
}

}  // namespace

Confirmation Confirm(const platform::AddressRange& data, const Arena& main_arena) {
  const PublicTotals totals;
  const bool is_small = main_arena.known() && SumArenas(main_arena).system_bytes <= kSmallHeapBytes;
  return is_small ? Compare(data, main_arena, totals) : CompareInChild(data, main_arena, totals);
}

}  // namespace allocscope::allocator::glibc
