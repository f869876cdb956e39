#include "sampler/outside_sampler.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "platform/clock.h"
#include "platform/descriptor.h"
#include "process/statm.h"

namespace allocscope::sampler {
OutsideSampler::OutsideSampler(const Pace& pace, platform::Ring ring)
    : PacedThread(pace, &ring.counters()), ring_(std::move(ring)), counters_(ring_.counters()) {}

OutsideSampler::~OutsideSampler() {
  Stop();
  for (const Followed& one : followed_) close(one.statm);
}

Result<std::unique_ptr<OutsideSampler>> OutsideSampler::Start(const Pace& pace, platform::Ring ring) {
  std::unique_ptr<OutsideSampler> sampler(new OutsideSampler(pace, std::move(ring)));
  int error = 0;
  if (!sampler->StartThread(&error)) return Failure{"PROC_UNREADABLE", "pthread_create", error, std::strerror(error)};
  return sampler;
}

bool OutsideSampler::Follow(pid_t pid, double number) {
  const std::string path = "/proc/" + std::to_string(pid) + "/statm";
  const int statm = platform::AboveStandardStreams(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (statm < 0) return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (Sample({number, statm}, platform::MonotonicNanos())) followed_.push_back({number, statm});
  return true;
}

// False when it has ended.
bool OutsideSampler::Sample(const Followed& one, uint64_t now_nanos) {
  process::Statm statm{};
  // A process that has ended and wasn't waited for has no memory.
  const bool is_alive = process::ReadStatm(one.statm, &statm) && statm.resident_bytes > 0;
  Push(one.number, is_alive ? statm.resident_bytes : 0, statm.shared_bytes, now_nanos);
  if (!is_alive) close(one.statm);
  return is_alive;
}

// The time at which all were read.
uint64_t OutsideSampler::TakeSample(uint64_t now_nanos) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto has_ended = [&](const Followed& one) {
    const bool is_alive = Sample(one, now_nanos);
    now_nanos = platform::MonotonicNanos();
    return !is_alive;
  };
  followed_.erase(std::remove_if(followed_.begin(), followed_.end(), has_ended), followed_.end());
  return now_nanos;
}

void OutsideSampler::Push(double number, uint64_t resident, uint64_t shared, uint64_t now_nanos) {
  double row[kOutsideFields];
  row[kOutsideLength] = kOutsideFields;
  row[kOutsideTimeMillis] = static_cast<double>(now_nanos) / platform::kNanosPerMilli;
  row[kOutsideProcess] = number;
  row[kOutsideRss] = static_cast<double>(resident);
  row[kOutsideShared] = static_cast<double>(shared);
  counters_.samples.fetch_add(1, std::memory_order_relaxed);
  if (!ring_.Push(row, kOutsideFields)) counters_.lost.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace allocscope::sampler
