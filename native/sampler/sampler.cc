#include "sampler/sampler.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "platform/clock.h"
#include "sampler/published.h"

namespace allocscope::sampler {
namespace {

constexpr double kNanosPerMicro = 1e3;

}  // namespace

Sampler::Sampler(const allocator::Backend& backend, const Options& options, platform::Ring ring, std::unique_ptr<SlotFile> slots)
    : PacedThread(options.pace, &ring.counters()),
      backend_(backend),
      options_(options),
      figures_(backend.footprint_fields().size()),
      usage_(options.usage_file),
      published_(options.published),
      ring_(std::move(ring)),
      slots_(std::move(slots)),
      counters_(ring_.counters()),
      row_(kRowFigures + figures_ + published_.count() + kOwnFigures + kMaxArenas) {}

Sampler::~Sampler() { Stop(); }

Result<std::unique_ptr<Sampler>> Sampler::Start(const allocator::Backend& backend, const Options& options, platform::Ring ring,
                                                std::unique_ptr<SlotFile> slots) {
  std::unique_ptr<Sampler> sampler(new Sampler(backend, options, std::move(ring), std::move(slots)));
  // The first reading of all is made here: it opens what the thread then only reads, and its cost is no measure of the others'.
  sampler->ReadInto(sampler->row_.data());
  int error = 0;
  if (!sampler->StartThread(&error)) return Failure{"PROC_UNREADABLE", "pthread_create", error, std::strerror(error)};
  return sampler;
}

void Sampler::Stop() {
  if (StopThread() && slots_ != nullptr) Sampler::TakeSample(platform::MonotonicNanos());
}

// The time at which the sample was done.
uint64_t Sampler::TakeSample(uint64_t now_nanos) {
  double* const row = row_.data();
  ReadInto(row);
  const uint64_t done = platform::MonotonicNanos();
  row[kRowTimeMillis] = static_cast<double>(now_nanos) / platform::kNanosPerMilli;
  row[kRowCostMicros] = static_cast<double>(done - now_nanos) / kNanosPerMicro;
  row[kRowMissed] = static_cast<double>(counters_.missed.load(std::memory_order_relaxed));
  row[kRowLost] = static_cast<double>(counters_.lost.load(std::memory_order_relaxed));
  counters_.samples.fetch_add(1, std::memory_order_relaxed);
  if (!Keep()) counters_.lost.fetch_add(1, std::memory_order_relaxed);
  return done;
}

// False when the row is lost. A slot has room for the first arenas of the list, the main one and the newest.
bool Sampler::Keep() {
  double* const row = row_.data();
  if (slots_ == nullptr) return ring_.Push(row, static_cast<size_t>(row[kRowLength]));
  const size_t length = std::min(static_cast<size_t>(row[kRowLength]), slots_->row_words());
  row[kRowLength] = static_cast<double>(length);
  return slots_->WriteRow(row, length);
}

void Sampler::ReadInto(double* row) {
  const Result<process::Statm> statm = statm_.Read();
  row[kRowRss] = statm.ok() ? static_cast<double>(statm.value().resident_bytes) : kNone;
  double* const figures = row + kRowFigures;
  if (!backend_.ReadFootprint(figures).ok()) std::fill(figures, figures + figures_, kNone);
  published_.Read(figures + figures_);
  if (slots_ != nullptr) {
    double* const own = figures + figures_ + published_.count();
    own[kOwnShared] = statm.ok() ? static_cast<double>(statm.value().shared_bytes) : kNone;
    const std::optional<uint64_t> charged = usage_.Read();
    own[kOwnCharged] = charged ? static_cast<double>(*charged) : kNone;
  }
  const size_t others = figures_ + published_.count() + own_figures();
  const size_t arenas = backend_.ReadArenaFootprints(figures + others, kMaxArenas);
  row[kRowArenas] = static_cast<double>(arenas);
  row[kRowLength] = static_cast<double>(kRowFigures + others + std::min(arenas, kMaxArenas));
}

}  // namespace allocscope::sampler
