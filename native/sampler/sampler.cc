#include "sampler/sampler.h"

#include <signal.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "platform/clock.h"
#include "platform/futex.h"

namespace allocscope::sampler {
namespace {

// A reading needs less than a KiB of stack. But glibc puts thread-local variables of libraries there too, and some have many.
constexpr size_t kStackBytes = size_t{256} << 10;

// The cost is smoothed over so many samples, so that a single interrupted one changes the pace only a little.
constexpr double kSmoothedSamples = 16;

// Reading the thread's clock is a system call and costs more than reading every arena. So it is read no more often than this.
constexpr uint64_t kAdaptNanos = 100'000'000;

constexpr double kNanosPerMilli = 1e6;
constexpr double kNanosPerMicro = 1e3;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Sampler::Sampler(const allocator::Backend& backend, const Options& options, platform::Ring ring)
    : backend_(backend),
      options_(options),
      figures_(backend.footprint_fields().size()),
      published_(options.published),
      ring_(std::move(ring)),
      counters_(ring_.counters()),
      row_(kRowFigures + figures_ + published_.count() + kMaxArenas),
      interval_nanos_(options.interval_nanos) {
  counters_.interval_nanos.store(options.interval_nanos, std::memory_order_relaxed);
}

Sampler::~Sampler() { Stop(); }

Result<std::unique_ptr<Sampler>> Sampler::Start(const allocator::Backend& backend, const Options& options, platform::Ring ring) {
  std::unique_ptr<Sampler> sampler(new Sampler(backend, options, std::move(ring)));
  // The first reading of all is made here: it opens what the thread then only reads, and its cost is no measure of the others'.
  sampler->ReadInto(sampler->row_.data());
  // The first deadline: a thread that the system starts late has missed some.
  sampler->counters_.started_nanos.store(platform::MonotonicNanos(), std::memory_order_relaxed);
  int error = 0;
  if (!sampler->StartThread(&error)) return Failure{"PROC_UNREADABLE", "pthread_create", error, std::strerror(error)};
  return sampler;
}

// The thread inherits the mask: the program's signal handlers must run on the program's threads.
bool Sampler::StartThread(int* error) {
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

void Sampler::Stop() {
  if (!running_) return;
  stop_.store(1, std::memory_order_release);
  platform::FutexWakeAll(stop_);
  pthread_join(thread_, nullptr);
  running_ = false;
  counters_.stopped_nanos.store(platform::MonotonicNanos(), std::memory_order_relaxed);
}

void* Sampler::Enter(void* sampler) {
  prctl(PR_SET_NAME, "allocscope");
  static_cast<Sampler*>(sampler)->Run();
  return nullptr;
}

void Sampler::Run() {
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
std::optional<uint64_t> Sampler::WaitUntil(uint64_t deadline_nanos, uint64_t now_nanos) {
  while (stop_.load(std::memory_order_acquire) == 0) {
    if (now_nanos >= deadline_nanos) return now_nanos;
    platform::FutexWaitUntil(stop_, 0, deadline_nanos);
    now_nanos = platform::MonotonicNanos();
  }
  return std::nullopt;
}

// The time at which the sample was done.
uint64_t Sampler::TakeSample(uint64_t now_nanos) {
  double* const row = row_.data();
  ReadInto(row);
  const uint64_t done = platform::MonotonicNanos();
  row[kRowTimeMillis] = static_cast<double>(now_nanos) / kNanosPerMilli;
  row[kRowCostMicros] = static_cast<double>(done - now_nanos) / kNanosPerMicro;
  row[kRowMissed] = static_cast<double>(counters_.missed.load(std::memory_order_relaxed));
  row[kRowLost] = static_cast<double>(counters_.lost.load(std::memory_order_relaxed));
  counters_.samples.fetch_add(1, std::memory_order_relaxed);
  if (!ring_.Push(row, static_cast<size_t>(row[kRowLength]))) counters_.lost.fetch_add(1, std::memory_order_relaxed);
  return done;
}

void Sampler::ReadInto(double* row) {
  const Result<process::Statm> statm = statm_.Read();
  row[kRowRss] = statm.ok() ? static_cast<double>(statm.value().resident_bytes) : kNone;
  double* const figures = row + kRowFigures;
  if (!backend_.ReadFootprint(figures).ok()) std::fill(figures, figures + figures_, kNone);
  published_.Read(figures + figures_);
  const size_t others = figures_ + published_.count();
  const size_t arenas = backend_.ReadArenaFootprints(figures + others, kMaxArenas);
  row[kRowArenas] = static_cast<double>(arenas);
  row[kRowLength] = static_cast<double>(kRowFigures + others + std::min(arenas, kMaxArenas));
}

void Sampler::Adapt(uint64_t now_nanos) {
  samples_since_++;
  if (now_nanos - adapted_nanos_ < kAdaptNanos) return;
  const uint64_t cpu = platform::ThreadCpuNanos();
  const double cost = static_cast<double>(cpu - cpu_nanos_) / static_cast<double>(samples_since_);
  smoothed_cost_nanos_ += (cost - smoothed_cost_nanos_) * std::min(1.0, static_cast<double>(samples_since_) / kSmoothedSamples);
  const auto affordable = static_cast<uint64_t>(smoothed_cost_nanos_ / options_.max_cpu_share);
  interval_nanos_ = std::max(options_.interval_nanos, affordable);
  counters_.interval_nanos.store(interval_nanos_, std::memory_order_relaxed);
  counters_.cpu_nanos.store(cpu, std::memory_order_relaxed);
  cpu_nanos_ = cpu;
  adapted_nanos_ = now_nanos;
  samples_since_ = 0;
}

// The end may come while the thread waits for a core: the deadlines that passed meanwhile are missed.
void Sampler::CountUnmet(uint64_t deadline_nanos, uint64_t now_nanos) {
  if (now_nanos < deadline_nanos) return;
  counters_.missed.fetch_add(1 + (now_nanos - deadline_nanos) / interval_nanos_, std::memory_order_relaxed);
}

// A sample that comes late is still a sample, of the last deadline that has passed; those before it are missed.
uint64_t Sampler::LastPassed(uint64_t deadline_nanos, uint64_t now_nanos) {
  const uint64_t missed = (now_nanos - deadline_nanos) / interval_nanos_;
  counters_.missed.fetch_add(missed, std::memory_order_relaxed);
  return deadline_nanos + missed * interval_nanos_;
}

}  // namespace allocscope::sampler
