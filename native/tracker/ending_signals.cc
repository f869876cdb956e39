#include "tracker/ending_signals.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "platform/clock.h"
#include "platform/symbol_lookup.h"
#include "tracker/record_file.h"
#include "tracker/sampling.h"

namespace allocscope::tracker {
namespace {

// The signals of POSIX, by number.
constexpr int kSignals = 32;

struct Watched {
  bool is_watched = false;
  // What the signal does without us.
  struct sigaction before {};
};

struct Ending {
  int descriptor = -1;
  char* identity = nullptr;
  uint64_t began_nanos = 0;
  // A child that was forked and runs no other program has the handlers too.
  pid_t pid = 0;
  std::atomic<bool> is_writing{false};
  Watched watched[kSignals];
};

// A handler has no place to be handed it.
Ending ending;

void OnSignal(int signal, siginfo_t* info, void* context);

bool IsOurs(const struct sigaction& action) { return (action.sa_flags & SA_SIGINFO) != 0 && action.sa_sigaction == OnSignal; }

// For a handler that took our place and calls what stood there before.
void PassOn(int signal, siginfo_t* info, void* context, const struct sigaction& before) {
  if (before.sa_handler == SIG_DFL || before.sa_handler == SIG_IGN) return;
  if ((before.sa_flags & SA_SIGINFO) != 0) {
    before.sa_sigaction(signal, info, context);
  } else {
    before.sa_handler(signal);
  }
}

void OnSignal(int signal, siginfo_t* info, void* context) {
  const int error = errno;
  const struct sigaction& before = ending.watched[signal].before;
  struct sigaction current {};
  sigaction(signal, nullptr, &current);
  if (!IsOurs(current)) {
    PassOn(signal, info, context, before);
    return;
  }
  if (getpid() == ending.pid) {
    // Another thread is at it, after which the process ends.
    if (ending.is_writing.exchange(true)) return;
    // Other threads run on, and sample nothing more.
    sampling.floor.store(kNoSession, std::memory_order_release);
    WriteRecord(ending.descriptor, ending.identity, platform::MonotonicNanos() - ending.began_nanos);
  }
  sigaction(signal, &before, nullptr);
  // It is held back until this handler returns.
  raise(signal);
  errno = error;
}

// Node has handlers of its own for the signals that end it, which give the terminal back as it was, until the program first handles them.
bool IsOfNode(const struct sigaction& action) {
  const std::string owner = platform::OwnerOf(reinterpret_cast<const void*>(action.sa_handler));
  return !owner.empty() && owner == platform::OwnerOfSymbol("napi_create_function");
}

}  // namespace

void PrepareEndingRecord(int descriptor, const char* identity) {
  std::free(ending.identity);
  ending.descriptor = descriptor;
  ending.identity = strdup(identity);
  ending.began_nanos = platform::MonotonicNanos();
  ending.pid = getpid();
  ending.is_writing.store(false);
}

void WatchSignal(int signal) {
  if (signal <= 0 || signal >= kSignals || ending.identity == nullptr) return;
  Watched& watched = ending.watched[signal];
  struct sigaction current {};
  if (sigaction(signal, nullptr, &current) != 0 || IsOurs(current) || current.sa_handler == SIG_IGN) return;
  if (current.sa_handler != SIG_DFL && (watched.is_watched || !IsOfNode(current))) return;
  watched.before = current;
  watched.is_watched = true;
  struct sigaction own {};
  own.sa_sigaction = OnSignal;
  own.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  sigfillset(&own.sa_mask);
  sigaction(signal, &own, nullptr);
}

void LeaveSignals() {
  for (int signal = 1; signal < kSignals; signal++) {
    struct sigaction current {};
    const Watched& watched = ending.watched[signal];
    if (watched.is_watched && sigaction(signal, nullptr, &current) == 0 && IsOurs(current)) sigaction(signal, &watched.before, nullptr);
  }
}

}  // namespace allocscope::tracker
