// Tests the rooms without Node, in a plain program. So sanitizers and valgrind see nothing else, and glibc's own malloc can be the live
// one. scripts/sanitize.sh and scripts/valgrind.sh build and run it. Argument: the allocator that must be found.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "allocator/backend.h"
#include "allocator/detect.h"
#include "platform/mapping.h"
#include "platform/ring.h"
#include "process/peak.h"
#include "process/residency.h"
#include "process/statm.h"
#include "profile/mapped_file.h"
#include "profile/peak_mark.h"
#include "profile/state.h"
#include "profile/ticker.h"
#include "profile/v8_calls.h"
#include "sampler/published.h"
#include "sampler/sampler.h"
#include "test/check.h"
#include "whatif/forked_purge.h"

namespace {

using allocscope::test::Check;

void TestStatm() {
  allocscope::process::StatmReader reader;
  const auto first = reader.Read();
  Check(first.ok() && first.value().resident_bytes > 0, "statm is read");
  if (!first.ok()) return;
  Check(first.value().virtual_bytes >= first.value().resident_bytes, "what is resident is mapped");
  constexpr size_t kBytes = 64 * 1024 * 1024;
  void* block = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return Check(false, "mmap of 64 MiB");
  std::memset(block, 1, kBytes);
  const auto second = reader.Read();
  // Kernels before 6.2 count per thread in batches of 64 pages, and this thread alone faults here.
  constexpr size_t kBatch = 1024 * 1024;
  Check(second.ok() && second.value().resident_bytes + kBatch >= first.value().resident_bytes + kBytes, "64 MiB touched show in RSS");
  munmap(block, kBytes);
}

void TestStatmSurvivesAStranger() {
  const int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
  close(next);
  allocscope::process::StatmReader reader;
  if (!reader.Read().ok()) return Check(false, "statm is read");
  // The lowest free descriptor was `next`, so the reader has it now.
  const int stranger = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(stranger, next);
  const auto again = reader.Read();
  Check(again.ok() && again.value().resident_bytes > 0, "another file under our descriptor is noticed");
  Check(fcntl(next, F_GETFD) != -1, "the stranger's descriptor is left open");
  close(next);
  close(stranger);
}

void TestPeak() {
  const allocscope::process::UsageReader reader;
  const auto usage = reader.Read();
  const auto mark = allocscope::process::ReadHighWaterMark();
  Check(usage.ok() && mark.ok(), "the peak is read");
  if (usage.ok() && mark.ok()) Check(usage.value().peak_resident_bytes > 0 && mark.value() > 0, "the peak is not zero");
}

// Allocates and frees while others read, so that a reader that races shows under the tools.
void Churn(const std::atomic<bool>& stop) {
  unsigned state = 1;
  std::vector<std::unique_ptr<char[]>> blocks(256);
  while (!stop) {
    state = state * 1664525u + 1013904223u;
    const size_t bytes = (state >> 16) % 3000 + 1;
    std::unique_ptr<char[]>& slot = blocks[(state >> 8) % blocks.size()];
    slot = std::make_unique<char[]>(bytes);
    slot[0] = 1;
  }
}

void ReadRepeatedly(const allocscope::allocator::Backend& backend, int rounds) {
  using allocscope::allocator::Detail;
  std::vector<double> figures(backend.footprint_fields().size());
  for (int round = 0; round < rounds; round++) {
    Check(backend.ReadFootprint(figures.data()).ok(), "the footprint is read");
    for (const double figure : figures) Check(std::isnan(figure) || figure >= 0, "a figure of the footprint is not negative");
    Check(backend.Read(round % 2 == 0 ? Detail::kUsage : Detail::kArenas).ok(), "the detail is read");
  }
}

void TestAllocator(const std::string& expected) {
  const allocscope::allocator::Backend& backend = allocscope::allocator::LiveBackend();
  Check(backend.name() == expected, "the allocator is " + expected + ", not " + backend.name() + " (" + backend.limitation() + ")");
  Check(!backend.provenance().proof.empty(), "the proof is told");
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; i++) threads.emplace_back([&stop] { Churn(stop); });
  ReadRepeatedly(backend, 100);
  stop = true;
  for (std::thread& thread : threads) thread.join();
}

// A purge that a forked child tries must change nothing here, must say what is in use, and must come true when it is made.
void TestForkedPurge() {
  const allocscope::allocator::Backend& backend = allocscope::allocator::LiveBackend();
  constexpr size_t kBlocks = 64 * 1024;
  constexpr size_t kBlockBytes = 512;
  std::vector<std::unique_ptr<char[]>> blocks(kBlocks);
  for (auto& block : blocks) std::memset((block = std::make_unique<char[]>(kBlockBytes)).get(), 1, kBlockBytes);
  // The last one keeps the top of the heap where it is.
  for (size_t i = 0; i + 1 < kBlocks; i++) blocks[i].reset();
  const auto forked = allocscope::whatif::ForkedPurge::Fork(backend, {});
  if (std::string(backend.name()) == "unknown") return Check(!forked.ok(), "an unknown allocator can't be purged");
  if (!forked.ok()) return Check(false, "a child is forked: " + forked.failure().message);
  const auto outcome = forked.value().Wait(60'000'000'000u);
  if (!outcome.ok()) return Check(false, "the child answers: " + outcome.failure().message);
  const uint64_t predicted = outcome.value().anonymous_before_bytes - outcome.value().anonymous_after_bytes;
  const auto before = allocscope::process::ReadResidency();
  backend.FlushThread();
  Check(backend.Purge(allocscope::allocator::Company::kOtherThreads).ok(), "the allocator is purged");
  const auto after = allocscope::process::ReadResidency();
  if (!before.ok() || !after.ok()) return Check(false, "smaps is read");
  const uint64_t returned = before.value().anonymous_bytes - after.value().anonymous_bytes;
  constexpr uint64_t kMebibyte = 1024 * 1024;
  Check(returned > kBlocks * kBlockBytes - 2 * kMebibyte, "a purge returns what was freed");
  Check(predicted < returned + kMebibyte && returned < predicted + kMebibyte, "the child predicts the purge within 1 MiB");
  Check(outcome.value().occupancy.in_use_bytes > 0 && outcome.value().occupancy.pinned_bytes >= 0, "the child tells what is in use");
}

// Sets of equal figures from one thread to another: never a mixture of two.
void TestPublished() {
  allocscope::sampler::Published published(allocscope::sampler::kMaxPublished);
  double read[allocscope::sampler::kMaxPublished];
  published.Read(read);
  Check(std::isnan(read[0]), "nothing was published yet");
  std::atomic<bool> finished{false};
  std::thread writer([&] {
    for (int i = 0; i < 200'000; i++) {
      double words[allocscope::sampler::kMaxPublished];
      for (double& word : words) word = i;
      published.Write(words);
    }
    finished.store(true);
  });
  bool whole = true;
  double last = -1;
  while (!finished.load()) {
    published.Read(read);
    for (const double word : read) whole = whole && (word == read[0] || std::isnan(read[0]));
    if (std::isnan(read[0])) continue;
    whole = whole && read[0] >= last;
    last = read[0];
  }
  writer.join();
  published.Read(read);
  Check(whole && read[0] == 199'999, "figures are published whole and in order");
}

void TestSampler() {
  constexpr size_t kWords = 1 << 16;
  const allocscope::sampler::Options options{{1'000'000, 1}, 2};
  auto memory = allocscope::platform::Mapping::Anonymous(allocscope::platform::Ring::BytesFor(kWords));
  if (!memory.ok()) return Check(false, "memory for a ring");
  auto started =
      allocscope::sampler::Sampler::Start(allocscope::allocator::LiveBackend(), options,
                                          allocscope::platform::Ring::Make(std::move(memory.value()), allocscope::sampler::kRowFormat));
  if (!started.ok()) return Check(false, "a sampler starts");
  allocscope::sampler::Sampler& sampler = *started.value();
  const double published[] = {7, 8};
  sampler.Publish(published);
  std::vector<double> drained(kWords);
  size_t words = 0;
  // Two rows, of which the first number is the length: a busy machine may take long to run the sampler's thread.
  const auto has_two = [&] { return words > 0 && words > static_cast<size_t>(drained[0]); };
  for (int i = 0; i < 1000 && !has_two(); i++) {
    usleep(10'000);
    words += sampler.ring().Drain(drained.data() + words, drained.size() - words);
  }
  Check(has_two(), "a sampler samples by itself");
  sampler.Stop();
  sampler.Stop();
  size_t last = 0;
  for (size_t at = 0; at < words; at += static_cast<size_t>(drained[at])) last = at;
  const size_t figures = allocscope::allocator::LiveBackend().footprint_fields().size();
  Check(drained[last + allocscope::sampler::kRowFigures + figures + 1] == 8, "a sample carries what was published");
  const allocscope::platform::RingCounters& counters = sampler.ring().counters();
  Check(counters.samples > 1 && counters.lost == 0 && counters.cpu_nanos > 0, "a sampler counts");
  Check(counters.cpu_nanos < counters.stopped_nanos - counters.started_nanos, "a thread uses no more than its time");
}

void TestMappedFile() {
  const std::string path = "/tmp/allocscope-rooms-test-" + std::to_string(getpid());
  using allocscope::profile::MappedFile;
  {
    const auto small = MappedFile::Open(path, 4096);
    const auto large = MappedFile::Open(path, 16384);
    if (!small.ok() || !large.ok()) return Check(false, "a file is mapped, and mapped again when it has grown");
    static_cast<char*>(small.value()->memory())[100] = 42;
    Check(static_cast<char*>(large.value()->memory())[100] == 42, "both mappings show the same memory");
    static_cast<char*>(large.value()->memory())[16383] = 43;
  }
  const auto again = MappedFile::Open(path, 4096);
  Check(again.ok() && static_cast<char*>(again.value()->memory())[100] == 42, "a file keeps what was written, and isn't made shorter");
  unlink(path.c_str());
  const auto nowhere = MappedFile::Open("/nonexistent/folder/file", 4096);
  Check(!nowhere.ok() && nowhere.failure().error_number == ENOENT, "a file that can't be made is a failure");
}

// Ticks while something runs, stops when nothing does, and goes on when it is woken.
void TestTicker() {
  std::atomic<uint32_t> attention{0};
  std::atomic<uint32_t> running{1};
  auto started = allocscope::profile::Ticker::Start(&attention, &running);
  if (!started.ok()) return Check(false, "a ticker starts");
  allocscope::profile::Ticker& ticker = *started.value();
  const auto has_ticked = [&] { return (attention.load() & allocscope::profile::kTick) != 0; };
  for (int i = 0; i < 1000 && !has_ticked(); i++) usleep(10'000);
  Check(has_ticked() && ticker.TakePeak() > 0, "a ticker ticks, and reads RSS");
  attention = 0;
  running = 0;
  const auto is_asleep = [&] { return (attention.load() & allocscope::profile::kAsleep) != 0; };
  for (int i = 0; i < 1000 && !is_asleep(); i++) usleep(10'000);
  Check(is_asleep(), "a ticker sleeps when nothing runs");
  attention = 0;
  ticker.Wake();
  for (int i = 0; i < 1000 && attention.load() == 0; i++) usleep(10'000);
  Check(attention.load() != 0, "a ticker is woken");
}

void TestPeakMark() {
  const int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
  close(next);
  allocscope::profile::PeakMark mark;
  Check(fcntl(next, F_GETFD) == -1, "the mark keeps no descriptor, which might become a file of the program's");
  allocscope::process::StatmReader statm;
  constexpr size_t kBytes = 64 * 1024 * 1024;
  mark.Take(statm.Read().value().resident_bytes);
  const uint64_t before = statm.Read().value().resident_bytes;
  void* block = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return Check(false, "mmap of 64 MiB");
  std::memset(block, 1, kBytes);
  munmap(block, kBytes);
  const uint64_t peak = mark.Take(statm.Read().value().resident_bytes);
  // Nothing where the peak of the program that started this one stands above it, which can't be set back.
  Check(peak == 0 || peak + (4 << 20) >= before + kBytes, "a peak that is over is told");
  Check(peak == 0 || mark.kept_bytes() >= peak, "what the mark said is kept");
}

void TestV8Calls() { Check(!allocscope::profile::V8Calls::Find().ok(), "where there is no V8 its calls aren't found"); }

}  // namespace

int main(int count, char** arguments) {
  // Before anything starts a thread.
  allocscope::test::TestGlibcWithoutThreads();
  TestStatm();
  TestStatmSurvivesAStranger();
  TestPeak();
  allocscope::test::TestProcess();
  allocscope::test::TestPipeReader();
  allocscope::test::TestPlatform();
  allocscope::test::TestEmbedded();
  allocscope::test::TestLedger();
  allocscope::test::TestExternalMemory();
  TestPublished();
  TestSampler();
  allocscope::test::TestSlotFile();
  allocscope::test::TestFileSampler();
  TestForkedPurge();
  allocscope::test::TestWhatIf();
  TestMappedFile();
  TestTicker();
  TestPeakMark();
  TestV8Calls();
  allocscope::test::TestTracker();
  const std::string allocator = count > 1 ? arguments[1] : "glibc";
  if (allocator == "glibc") allocscope::test::TestGlibcLayout();
  TestAllocator(allocator);
  allocscope::test::TestGlibc();
  allocscope::test::TestGlibcMadeUp();
  allocscope::test::TestGlibcWalk();
  allocscope::test::TestJemalloc();
  allocscope::test::TestJemallocMadeUp();
  allocscope::test::TestMimalloc();
  allocscope::test::TestMimallocProof();
  allocscope::test::TestTcmalloc();
  std::printf("rooms_test: %d checks, %d failures\n", allocscope::test::Checks(), allocscope::test::Failures());
  return allocscope::test::Failures() == 0 ? 0 : 1;
}
