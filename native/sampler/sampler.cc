#include "sampler/sampler.h"

#include <signal.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "platform/clock.h"
#include "platform/futex.h"

namespace allocscope::sampler {
namespace {

// A reading takes less than a KiB of it, but glibc puts the libraries' thread-local variables there too, and some have many.
constexpr size_t kStackBytes = size_t{256} << 10;

// How much of the smoothed cost a new sample's cost makes up: one that was interrupted doesn't change the pace by much.
constexpr double kSmoothing = 1.0 / 16;

constexpr double kNanosPerMilli = 1e6;
constexpr double kNanosPerMicro = 1e3;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Sampler::Sampler(const allocator::Backend& backend, const Options& options)
    : backend_(backend),
      options_(options),
      figures_(backend.footprint_fields().size()),
      ring_(options.ring_words),
      record_(kRecordFigures + figures_ + kMaxArenas),
      started_nanos_(platform::MonotonicNanos()),
      interval_nanos_(options.interval_nanos) {}

Sampler::~Sampler() { Stop(); }

Result<std::unique_ptr<Sampler>> Sampler::Start(const allocator::Backend& backend, const Options& options) {
  std::unique_ptr<Sampler> sampler(new Sampler(backend, options));
  if (!sampler->ring_.ok()) return Failure{"PROC_UNREADABLE", "mmap", errno, std::strerror(errno)};
  // The first reading of all is made here: it opens what the thread then only reads, and its cost is no measure of the others'.
  sampler->ReadInto(sampler->record_.data());
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
  stopped_nanos_ = platform::MonotonicNanos();
}

void* Sampler::Enter(void* sampler) {
  prctl(PR_SET_NAME, "allocscope");
  static_cast<Sampler*>(sampler)->Run();
  return nullptr;
}

void Sampler::Run() {
  uint64_t deadline = platform::MonotonicNanos();
  while (WaitUntil(deadline)) {
    TakeSample();
    deadline = NextDeadline(deadline);
  }
  cpu_nanos_.store(platform::ThreadCpuNanos(), std::memory_order_relaxed);
}

bool Sampler::WaitUntil(uint64_t deadline_nanos) {
  while (stop_.load(std::memory_order_acquire) == 0) {
    if (platform::MonotonicNanos() >= deadline_nanos) return true;
    platform::FutexWaitUntil(stop_, 0, deadline_nanos);
  }
  return false;
}

void Sampler::TakeSample() {
  double* const record = record_.data();
  const uint64_t begin = platform::MonotonicNanos();
  ReadInto(record);
  const uint64_t cost = platform::MonotonicNanos() - begin;
  record[kRecordTimeMillis] = static_cast<double>(begin) / kNanosPerMilli;
  record[kRecordCostMicros] = static_cast<double>(cost) / kNanosPerMicro;
  record[kRecordMissed] = static_cast<double>(missed_.load(std::memory_order_relaxed));
  record[kRecordLost] = static_cast<double>(lost_.load(std::memory_order_relaxed));
  samples_.fetch_add(1, std::memory_order_relaxed);
  if (!ring_.Push(record, static_cast<size_t>(record[kRecordLength]))) lost_.fetch_add(1, std::memory_order_relaxed);
  const uint64_t cpu_before = cpu_nanos_.load(std::memory_order_relaxed);
  const uint64_t cpu = platform::ThreadCpuNanos();
  cpu_nanos_.store(cpu, std::memory_order_relaxed);
  Adapt(static_cast<double>(cpu - cpu_before));
}

void Sampler::ReadInto(double* record) {
  const Result<process::Statm> statm = statm_.Read();
  record[kRecordRss] = statm.ok() ? static_cast<double>(statm.value().resident_bytes) : kNone;
  double* const figures = record + kRecordFigures;
  if (!backend_.ReadFootprint(figures).ok()) std::fill(figures, figures + figures_, kNone);
  const size_t arenas = backend_.ReadArenaFootprints(figures + figures_, kMaxArenas);
  record[kRecordArenas] = static_cast<double>(arenas);
  record[kRecordLength] = static_cast<double>(kRecordFigures + figures_ + std::min(arenas, kMaxArenas));
}

void Sampler::Adapt(double cost_nanos) {
  smoothed_cost_nanos_ += (cost_nanos - smoothed_cost_nanos_) * kSmoothing;
  const auto affordable = static_cast<uint64_t>(smoothed_cost_nanos_ / options_.max_cpu_share);
  interval_nanos_.store(std::max(options_.interval_nanos, affordable), std::memory_order_relaxed);
}

// A sample that comes late is still a sample; a deadline is missed when the next one has passed as well.
uint64_t Sampler::NextDeadline(uint64_t deadline_nanos) {
  const uint64_t interval = interval_nanos_.load(std::memory_order_relaxed);
  const uint64_t next = deadline_nanos + interval;
  const uint64_t now = platform::MonotonicNanos();
  if (now < next + interval) return next;
  const uint64_t passed = (now - next) / interval;
  missed_.fetch_add(passed, std::memory_order_relaxed);
  return next + passed * interval;
}

Counters Sampler::counters() const {
  const uint64_t until = running_ ? platform::MonotonicNanos() : stopped_nanos_;
  return {samples_.load(std::memory_order_relaxed),
          missed_.load(std::memory_order_relaxed),
          lost_.load(std::memory_order_relaxed),
          cpu_nanos_.load(std::memory_order_relaxed),
          until - started_nanos_,
          interval_nanos_.load(std::memory_order_relaxed)};
}

}  // namespace allocscope::sampler
