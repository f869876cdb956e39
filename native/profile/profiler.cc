#include "profile/profiler.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "platform/clock.h"

namespace allocscope::profile {

static_assert(sizeof kRecordMagic == sizeof(double) + 1, "the magic fills a figure's place");
static_assert(sizeof(std::atomic<uint32_t>) == sizeof(int32_t), "the probes read these words as they are");

Result<std::unique_ptr<Profiler>> Profiler::Start(const std::string& path, size_t bytes, HeapCounter* counter) {
  auto record = MappedFile::Open(path, bytes);
  if (!record.ok()) return record.failure();
  std::unique_ptr<Profiler> profiler(new Profiler(std::move(record.value())));
  std::memcpy(profiler->figures() + kMagic, kRecordMagic, sizeof(double));
  profiler->figures()[kVersion] = kRecordVersion;
  profiler->counter_ = counter;
  std::atomic<uint32_t>* const attention = profiler->word(kAttention);
  profiler->counter_->on_collection(
      [](void* data) { static_cast<std::atomic<uint32_t>*>(data)->fetch_or(kCollection, std::memory_order_relaxed); }, attention);
  profiler->counter_->set_is_idle(IsIdle, profiler.get());
  profiler->counter_->FollowOwnBytes(profiler->word(kOwnBytes));
  auto ticker = Ticker::Start(attention, profiler->word(kRunningFrame));
  if (!ticker.ok()) return ticker.failure();
  profiler->ticker_ = std::move(ticker.value());
  attention->fetch_or(kTick);
  profiler->Synchronise();
  return profiler;
}

void Profiler::Stop() {
  ticker_.reset();
  if (counter_ == nullptr) return;
  counter_->on_collection(nullptr, nullptr);
  counter_->set_is_idle(nullptr, nullptr);
  counter_->FollowOwnBytes(nullptr);
  counter_ = nullptr;
}

bool Profiler::IsIdle(void* profiler) {
  const auto* const self = static_cast<Profiler*>(profiler);
  return self->word(kRunningFrame)->load(std::memory_order_relaxed) == 0 &&
         self->word(kSuspendedWord)->load(std::memory_order_relaxed) == 0;
}

std::atomic<uint32_t>* Profiler::word(size_t place) const {
  return reinterpret_cast<std::atomic<uint32_t>*>(static_cast<char*>(record_->memory()) + kWordsOffset) + place;
}

void Profiler::Synchronise() {
  if (counter_ == nullptr) return;
  const uint32_t attention = word(kAttention)->load(std::memory_order_relaxed) == 0 ? 0 : word(kAttention)->exchange(0);
  counter_->Look();
  counter_->Disown(word(kOwnBytes)->exchange(0, std::memory_order_relaxed));
  WriteHeap();
  WriteWords();
  figures()[kPeakRss] = 0;
  if ((attention & (kTick | kAsleep)) != 0) WriteRss();
  if ((attention & kAsleep) != 0) ticker_->Wake();
}

void Profiler::WaitForV8Workers() {
  if (!v8_workers_) v8_workers_ = V8Workers::Find();
  v8_workers_->WaitUntilAsleep();
}

void Profiler::Disown() {
  if (counter_ == nullptr) return;
  // The probes add what they have allocated themselves to the top with which they compare. What is between that and the top they last saw
  // is the program's.
  const auto seen =
      static_cast<uint64_t>(word(kSeenTop)->load(std::memory_order_relaxed) - word(kYoungTop)->load(std::memory_order_relaxed));
  const uint64_t before = static_cast<uint64_t>(figures()[kHeapAllocated]);
  counter_->Look();
  counter_->Disown(counter_->counts().allocated - before - seen);
  word(kOwnBytes)->store(0, std::memory_order_relaxed);
  WriteHeap();
  WriteWords();
}

void Profiler::WriteHeap() {
  const HeapCounts& counts = counter_->counts();
  double* const figure = figures();
  figure[kHeapAllocated] = static_cast<double>(counts.allocated);
  figure[kHeapNet] = static_cast<double>(counts.net);
  figure[kExternalAllocated] = static_cast<double>(counts.external_allocated);
  figure[kExternalNow] = static_cast<double>(counts.external);
  figure[kCollections] = static_cast<double>(counts.collections);
  figure[kInexact] = static_cast<double>(counts.inexact);
}

void Profiler::WriteWords() {
  const Words& words = counter_->words();
  const auto write = [this](Word into, uint64_t value) { word(into)->store(static_cast<uint32_t>(value), std::memory_order_relaxed); };
  if (words.young) {
    write(kYoungTop, words.young.top());
    write(kSeenTop, words.young.top());
    counter_->FollowSeenTop(word(kSeenTop));
  }
  if (words.old) write(kOldTop, words.old.top());
  if (words.external != nullptr) write(kExternal, static_cast<uint64_t>(*words.external));
  if (words.new_large_objects != nullptr) write(kYoungLarge, *words.new_large_objects);
  if (words.large_objects != nullptr) write(kOldLarge, *words.large_objects);
}

void Profiler::WriteRss() {
  const Result<process::Statm> statm = statm_.Read();
  if (!statm.ok()) return;
  const uint64_t resident = statm.value().resident_bytes;
  const uint64_t peak = std::max({resident, ticker_->TakePeak(), peak_mark_.Take(resident)});
  ticker_->Saw(resident, peak_mark_.last_bytes());
  figures()[kTimeMillis] = static_cast<double>(platform::NanosOf(CLOCK_REALTIME)) / platform::kNanosPerMilli;
  figures()[kRss] = static_cast<double>(resident);
  figures()[kPeakRss] = static_cast<double>(peak);
  figures()[kProcessPeak] = std::max(figures()[kProcessPeak], static_cast<double>(std::max(peak, peak_mark_.kept_bytes())));
}

}  // namespace allocscope::profile
