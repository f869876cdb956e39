#include "sampler/sampler.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "platform/clock.h"

namespace allocscope::sampler {
namespace {

constexpr double kNanosPerMilli = 1e6;
constexpr double kNanosPerMicro = 1e3;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Sampler::Sampler(const allocator::Backend& backend, const Options& options, platform::Ring ring)
    : PacedThread(options.pace, &ring.counters()),
      backend_(backend),
      options_(options),
      figures_(backend.footprint_fields().size()),
      published_(options.published),
      ring_(std::move(ring)),
      counters_(ring_.counters()),
      row_(kRowFigures + figures_ + published_.count() + kMaxArenas) {}

Sampler::~Sampler() { Stop(); }

Result<std::unique_ptr<Sampler>> Sampler::Start(const allocator::Backend& backend, const Options& options, platform::Ring ring) {
  std::unique_ptr<Sampler> sampler(new Sampler(backend, options, std::move(ring)));
  // The first reading of all is made here: it opens what the thread then only reads, and its cost is no measure of the others'.
  sampler->ReadInto(sampler->row_.data());
  int error = 0;
  if (!sampler->StartThread(&error)) return Failure{"PROC_UNREADABLE", "pthread_create", error, std::strerror(error)};
  return sampler;
}

void Sampler::Stop() { StopThread(); }

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

}  // namespace allocscope::sampler
