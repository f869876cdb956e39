// The rooms without Node: a plain program, so that sanitizers and valgrind see nothing but them, and glibc's own malloc can be the live
// one. Built and run by scripts/sanitize.sh and scripts/valgrind.sh. Argument: the allocator that must be found.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

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
#include "platform/safe_memory.h"
#include "platform/symbol_lookup.h"
#include "process/peak.h"
#include "process/statm.h"
#include "profile/mapped_file.h"
#include "profile/peak_mark.h"
#include "profile/state.h"
#include "profile/ticker.h"
#include "profile/v8_calls.h"
#include "sampler/ring.h"
#include "sampler/sampler.h"

namespace {

int failures = 0;
int checks = 0;

void Check(bool holds, const std::string& what) {
  checks++;
  if (holds) return;
  failures++;
  std::fprintf(stderr, "FAILED: %s\n", what.c_str());
}

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

void TestSafeMemory() {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  auto* pages = static_cast<char*>(mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  munmap(pages + page, page);
  std::memset(pages, 7, page);
  const uintptr_t begin = reinterpret_cast<uintptr_t>(pages);
  std::vector<char> into(2 * page);
  Check(allocscope::platform::ReadOwnMemory(begin, into.data(), page) && into[page - 1] == 7, "a mapped page is read");
  Check(!allocscope::platform::ReadOwnMemory(begin, into.data(), 2 * page), "a page and an unmapped one are refused");
  Check(!allocscope::platform::ReadOwnMemory(begin + page, into.data(), 8), "an unmapped page is refused");
  Check(!allocscope::platform::ReadOwnMemory(0, into.data(), 8), "the null page is refused");
  munmap(pages, page);
}

void TestSymbols() {
  Check(allocscope::platform::FindSymbol("malloc") != nullptr, "malloc is found");
  Check(allocscope::platform::FindSymbol("allocscope_no_such_symbol") == nullptr, "what nothing exports isn't");
  Check(allocscope::platform::OwnerOf(nullptr).empty(), "null has no owner");
  Check(!allocscope::platform::LoadedLibraries().empty(), "libraries are listed");
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
  for (const auto& other : allocscope::allocator::FindOtherAllocators()) Check(!other.library.empty(), "another allocator has a library");
}

// Records of every length from one thread to another: those that were taken arrive whole and in order.
void TestRing() {
  constexpr size_t kLongest = 7;
  constexpr uint64_t kPushes = 200'000;
  allocscope::sampler::Ring ring(64);
  std::atomic<uint64_t> refused{0};
  std::atomic<bool> finished{false};
  std::thread writer([&] {
    for (uint64_t i = 0; i < kPushes; i++) {
      const size_t length = 2 + i % (kLongest - 1);
      double record[kLongest];
      for (double& word : record) word = static_cast<double>(i);
      record[0] = static_cast<double>(length);
      if (!ring.Push(record, length)) refused.fetch_add(1);
    }
    finished.store(true);
  });
  double drained[40];
  uint64_t received = 0;
  double last = -1;
  bool whole = true;
  for (bool more = true; more;) {
    more = !finished.load();
    for (size_t words; (words = ring.Drain(drained, 40)) > 0;) {
      for (size_t at = 0; at < words; at += static_cast<size_t>(drained[at]), received++) {
        const auto length = static_cast<size_t>(drained[at]);
        whole = whole && drained[at + 1] > last && drained[at + length - 1] == drained[at + 1];
        last = drained[at + 1];
      }
    }
  }
  writer.join();
  Check(whole, "records come whole and in order");
  Check(received + refused.load() == kPushes, "every record was given or refused");
}

void TestSampler() {
  const allocscope::sampler::Options options{1'000'000, 1, 1 << 16};
  auto started = allocscope::sampler::Sampler::Start(allocscope::allocator::LiveBackend(), options);
  if (!started.ok()) return Check(false, "a sampler starts");
  allocscope::sampler::Sampler& sampler = *started.value();
  std::vector<double> drained(1 << 16);
  usleep(50'000);
  Check(sampler.Drain(drained.data(), drained.size()) > 0, "a sampler samples by itself");
  sampler.Stop();
  sampler.Stop();
  const allocscope::sampler::Counters counters = sampler.counters();
  Check(counters.samples > 1 && counters.lost == 0 && counters.cpu_nanos > 0, "a sampler counts");
  Check(counters.cpu_nanos < counters.elapsed_nanos, "a thread uses no more than its time");
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
  usleep(50'000);
  Check((attention.exchange(0) & allocscope::profile::kTick) != 0 && ticker.TakePeak() > 0, "a ticker ticks, and reads RSS");
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
  allocscope::profile::PeakMark mark;
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
  TestStatm();
  TestStatmSurvivesAStranger();
  TestPeak();
  TestSafeMemory();
  TestSymbols();
  TestRing();
  TestSampler();
  TestMappedFile();
  TestTicker();
  TestPeakMark();
  TestV8Calls();
  TestAllocator(count > 1 ? arguments[1] : "glibc");
  std::printf("rooms_test: %d checks, %d failures\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
