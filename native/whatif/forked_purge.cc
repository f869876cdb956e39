#include "whatif/forked_purge.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>

#include "platform/clock.h"
#include "process/residency.h"

namespace allocscope::whatif {
namespace {

constexpr int kCouldNotMeasure = 3;
constexpr int kCouldNotPurge = 4;

bool ReadAnonymous(uint64_t* bytes) {
  const Result<process::Residency> residency = process::ReadResidency();
  if (!residency.ok()) return false;
  *bytes = residency.value().anonymous_bytes;
  return true;
}

using EmbeddedCopies = std::vector<embedded::JemallocCopy>;

bool PurgeEmbedded(const EmbeddedCopies& copies, uint64_t before, double* released) {
  *released = std::numeric_limits<double>::quiet_NaN();
  if (copies.empty()) return true;
  for (const embedded::JemallocCopy& copy : copies) {
    copy.FlushThread();
    copy.Purge();
  }
  uint64_t after;
  if (!ReadAnonymous(&after)) return false;
  *released = static_cast<double>(before) - static_cast<double>(after);
  return true;
}

// What the child reads, less what caches of threads hold that it doesn't have.
allocator::Occupancy ReadOccupancy(const allocator::Backend& backend, double others_cached_bytes) {
  const allocator::Occupancy read = backend.ReadOccupancy();
  return {read.in_use_bytes - others_cached_bytes, read.pinned_bytes + others_cached_bytes};
}

// The child's whole life. Only calls that neither allocate nor wait for a lock that another thread of the parent's may have held.
// `cached_bytes`: what all threads' caches held just before the fork.
[[noreturn]] void PurgeAndTell(const allocator::Backend& backend, double cached_bytes, const EmbeddedCopies& copies, int pipe,
                               pid_t parent) {
  const uint64_t begin = platform::MonotonicNanos();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have ended before that was asked for.
  if (getppid() != parent) _exit(kCouldNotMeasure);
  prctl(PR_SET_NAME, "allocscope-fork");
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  Outcome outcome{};
  if (!ReadAnonymous(&outcome.anonymous_before_bytes)) _exit(kCouldNotMeasure);
  const double others_cached_bytes = cached_bytes - backend.ReadCachedBytes();
  const uint64_t purge_begin = platform::MonotonicNanos();
  backend.FlushThread();
  if (!backend.Purge(allocator::Company::kAlone).ok()) _exit(kCouldNotPurge);
  outcome.purge_nanos = platform::MonotonicNanos() - purge_begin;
  if (!ReadAnonymous(&outcome.anonymous_after_bytes)) _exit(kCouldNotMeasure);
  if (!PurgeEmbedded(copies, outcome.anonymous_after_bytes, &outcome.embedded_released_bytes)) _exit(kCouldNotMeasure);
  outcome.occupancy = ReadOccupancy(backend, others_cached_bytes);
  outcome.child_nanos = platform::MonotonicNanos() - begin;
  const ssize_t written = write(pipe, &outcome, sizeof outcome);
  _exit(written == sizeof outcome ? 0 : kCouldNotMeasure);
}

Failure CallFailure(const char* call, int error) { return {"WHAT_IF", call, error, std::strerror(error)}; }

uint64_t MillisLeft(uint64_t deadline) {
  const uint64_t now = platform::MonotonicNanos();
  return now >= deadline ? 0 : (deadline - now) / 1'000'000u + 1;
}

// Whether the pipe has something to read, or was closed, before the deadline.
bool AnswersBefore(int pipe, uint64_t deadline) {
  pollfd waiting{pipe, POLLIN, 0};
  for (;;) {
    const int ready = poll(&waiting, 1, static_cast<int>(MillisLeft(deadline)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

// A program that waits for children it doesn't know may have taken ours: then there is nothing left to wait for.
int Reap(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return 0;
  }
  return status;
}

std::string DescribeEnd(int status) {
  if (WIFSIGNALED(status)) return "the forked child was ended by signal " + std::to_string(WTERMSIG(status));
  if (WIFEXITED(status) && WEXITSTATUS(status) == kCouldNotPurge) return "the allocator refused to purge in the forked child";
  return "the forked child could not read its own memory";
}

}  // namespace

Result<ForkedPurge> ForkedPurge::Fork(const allocator::Backend& backend, const EmbeddedCopies& embedded) {
  if (backend.fork_refusal() != nullptr) return Failure{"WHAT_IF", "purge", 0, backend.fork_refusal()};
  backend.PreparePurge();
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return CallFailure("pipe2", errno);
  const pid_t parent = getpid();
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const double cached_bytes = backend.ReadCachedBytes();
  const uint64_t begin = platform::MonotonicNanos();
  const pid_t child = fork();
  if (child == 0) PurgeAndTell(backend, cached_bytes, embedded, ends[1], parent);
  const int error = errno;
  const uint64_t took = platform::MonotonicNanos() - begin;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  close(ends[1]);
  if (child > 0) return ForkedPurge(child, ends[0], took);
  close(ends[0]);
  return CallFailure("fork", error);
}

Result<Outcome> ForkedPurge::Wait(uint64_t timeout_nanos) const {
  Outcome outcome;
  const bool answered = AnswersBefore(pipe_, platform::MonotonicNanos() + timeout_nanos);
  const bool whole = answered && read(pipe_, &outcome, sizeof outcome) == sizeof outcome;
  close(pipe_);
  if (!answered) kill(child_, SIGKILL);
  const int status = Reap(child_);
  if (!answered) return Failure{"WHAT_IF", "fork", 0, "the forked child didn't answer in time and was ended"};
  if (!whole) return Failure{"WHAT_IF", "fork", 0, DescribeEnd(status)};
  return outcome;
}

}  // namespace allocscope::whatif
