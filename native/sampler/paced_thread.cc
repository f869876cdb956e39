#include "sampler/paced_thread.h"

#include <signal.h>
#include <sys/prctl.h>

#include <algorithm>

#include "platform/clock.h"
#include "platform/futex.h"

namespace allocscope::sampler {
namespace {

// A reading needs less than a KiB of stack. But glibc puts thread-local variables of libraries there too, and some have many.
constexpr size_t kStackBytes = size_t{256} << 10;

// The cost is smoothed over so many samples, so that a single interrupted one changes the pace only a little.
constexpr double kSmoothedSamples = 16;

}  // namespace

PacedThread::PacedThread(const Pace& pace, platform::RingCounters* counters)
    : pace_(pace), counters_(*counters), interval_nanos_(pace.interval_nanos) {
  counters_.interval_nanos.store(pace.interval_nanos, std::memory_order_relaxed);
}

// The thread inherits the mask: the program's signal handlers must run on the program's threads.
bool PacedThread::StartThread(int* error) {
  // The first deadline: a thread that the system starts late has missed some.
  counters_.started_nanos.store(platform::MonotonicNanos(), std::memory_order_relaxed);
  sigset_t all, before;
  sigfillset(&all);
  pthread_attr_t attributes;
  *error = pthread_attr_init(&attributes);
  if (*error != 0) return false;
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  *error = pthread_create(&thread_, &attributes, Enter, this);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  running_ = *error == 0;
  return running_;
}

bool PacedThread::StopThread() {
  if (!running_) return false;
  stop_.store(1, std::memory_order_release);
  platform::FutexWakeAll(stop_);
  pthread_join(thread_, nullptr);
  running_ = false;
  counters_.stopped_nanos.store(platform::MonotonicNanos(), std::memory_order_relaxed);
  return true;
}

void* PacedThread::Enter(void* thread) {
  prctl(PR_SET_NAME, "allocscope");
  static_cast<PacedThread*>(thread)->Run();
  return nullptr;
}

void PacedThread::Run() {
  uint64_t deadline = counters_.started_nanos.load(std::memory_order_relaxed);
  uint64_t now = platform::MonotonicNanos();
  adapted_nanos_ = now;
  while (const std::optional<uint64_t> woken = WaitUntil(deadline, now)) {
    deadline = LastPassed(deadline, *woken);
    now = TakeSample(*woken);
    Adapt(now);
    deadline += interval_nanos_;
  }
  CountUnmet(deadline, platform::MonotonicNanos());
  counters_.cpu_nanos.store(platform::ThreadCpuNanos(), std::memory_order_relaxed);
}

// The time when the deadline was found to have passed; nothing when the sampler must stop.
std::optional<uint64_t> PacedThread::WaitUntil(uint64_t deadline_nanos, uint64_t now_nanos) {
  while (stop_.load(std::memory_order_acquire) == 0) {
    if (now_nanos >= deadline_nanos) return now_nanos;
    platform::FutexWaitUntil(stop_, 0, deadline_nanos);
    now_nanos = platform::MonotonicNanos();
  }
  return std::nullopt;
}

void PacedThread::Adapt(uint64_t now_nanos) {
  samples_since_++;
  if (now_nanos - adapted_nanos_ < pace_.adapt_nanos) return;
  const uint64_t cpu = platform::ThreadCpuNanos();
  const double cost = static_cast<double>(cpu - cpu_nanos_) / static_cast<double>(samples_since_);
  smoothed_cost_nanos_ += (cost - smoothed_cost_nanos_) * std::min(1.0, static_cast<double>(samples_since_) / kSmoothedSamples);
  const auto affordable = static_cast<uint64_t>(smoothed_cost_nanos_ / pace_.max_cpu_share);
  interval_nanos_ = std::max(pace_.interval_nanos, affordable);
  counters_.interval_nanos.store(interval_nanos_, std::memory_order_relaxed);
  counters_.cpu_nanos.store(cpu, std::memory_order_relaxed);
  cpu_nanos_ = cpu;
  adapted_nanos_ = now_nanos;
  samples_since_ = 0;
}

// The end may come while the thread waits for a core: the deadlines that passed meanwhile are missed.
void PacedThread::CountUnmet(uint64_t deadline_nanos, uint64_t now_nanos) {
  if (now_nanos < deadline_nanos) return;
  counters_.missed.fetch_add(1 + (now_nanos - deadline_nanos) / interval_nanos_, std::memory_order_relaxed);
}

// A sample that comes late is still a sample, of the last deadline that has passed; those before it are missed.
uint64_t PacedThread::LastPassed(uint64_t deadline_nanos, uint64_t now_nanos) {
  const uint64_t missed = (now_nanos - deadline_nanos) / interval_nanos_;
  counters_.missed.fetch_add(missed, std::memory_order_relaxed);
  return deadline_nanos + missed * interval_nanos_;
}

}  // namespace allocscope::sampler
