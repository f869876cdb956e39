#include "profile/ticker.h"

#include <signal.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cstring>

#include "platform/clock.h"
#include "platform/futex.h"
#include "profile/peak_mark.h"
#include "profile/state.h"

namespace allocscope::profile {
namespace {

constexpr size_t kStackBytes = size_t{256} << 10;
constexpr uint64_t kIntervalNanos = 1'000'000;
constexpr uint64_t kSecondNanos = 1'000'000'000;
// The thread ticks on for so long without work: a function that is called every few milliseconds needn't wake it each time.
constexpr int kIdleTicks = 16;
// The probes look at least so often: the record of a killed program says when it ran last.
constexpr int kMostKnownTicks = 16;

}  // namespace

Result<std::unique_ptr<Ticker>> Ticker::Start(std::atomic<uint32_t>* attention, const std::atomic<uint32_t>* running) {
  std::unique_ptr<Ticker> ticker(new Ticker(attention, running));
  sigset_t all, before;
  sigfillset(&all);
  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error != 0) return Failure{"PROC_UNREADABLE", "pthread_attr_init", error, std::strerror(error)};
  pthread_attr_setstacksize(&attributes, kStackBytes);
  // The thread inherits the mask: the program's signal handlers must run on the program's threads.
  pthread_sigmask(SIG_SETMASK, &all, &before);
  error = pthread_create(&ticker->thread_, &attributes, Enter, ticker.get());
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  if (error != 0) return Failure{"PROC_UNREADABLE", "pthread_create", error, std::strerror(error)};
  ticker->started_ = true;
  return ticker;
}

Ticker::~Ticker() {
  if (!started_) return;
  stop_.store(true);
  Wake();
  pthread_join(thread_, nullptr);
}

void Ticker::Wake() {
  calls_.fetch_add(1);
  platform::FutexWakeAll(calls_);
}

void* Ticker::Enter(void* ticker) {
  prctl(PR_SET_NAME, "allocscope");
  static_cast<Ticker*>(ticker)->Run();
  return nullptr;
}

void Ticker::Run() {
  int idle_ticks = 0;
  while (!stop_.load()) {
    const uint32_t seen = calls_.load();
    platform::FutexWaitUntil(calls_, seen, platform::MonotonicNanos() + kIntervalNanos);
    Tick();
    idle_ticks = running_->load(std::memory_order_relaxed) == 0 ? idle_ticks + 1 : 0;
    if (idle_ticks < kIdleTicks) continue;
    Sleep();
    idle_ticks = 0;
  }
}

void Ticker::Tick() {
  const Result<process::Statm> statm = statm_.Read();
  if (statm.ok()) peak_bytes_.store(std::max(peak_bytes_.load(std::memory_order_relaxed), statm.value().resident_bytes));
  known_ticks_ = statm.ok() && IsKnown(statm.value().resident_bytes) ? (known_ticks_ + 1) % kMostKnownTicks : 0;
  if (known_ticks_ == 0) attention_->fetch_or(kTick, std::memory_order_relaxed);
}

bool Ticker::IsKnown(uint64_t resident_bytes) const {
  return resident_bytes == seen_bytes_.load() && PeakMark::Read() == seen_mark_bytes_.load();
}

void Ticker::Saw(uint64_t resident_bytes, uint64_t mark_bytes) {
  seen_bytes_.store(resident_bytes, std::memory_order_relaxed);
  seen_mark_bytes_.store(mark_bytes, std::memory_order_relaxed);
}

// The next probe sees that the thread sleeps, and wakes it. `calls_` is read before the probes are told, so that no wake-up is missed.
void Ticker::Sleep() {
  const uint32_t seen = calls_.load();
  attention_->fetch_or(kAsleep);
  while (!stop_.load() && calls_.load() == seen) {
    platform::FutexWaitUntil(calls_, seen, platform::MonotonicNanos() + 3600 * kSecondNanos);
  }
}

}  // namespace allocscope::profile
