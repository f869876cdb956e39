#include "tracker/moments.h"

#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <string>

#include "platform/clock.h"
#include "platform/futex.h"
#include "tracker/record_output.h"
#include "tracker/reserved_memory.h"
#include "tracker/rows.h"
#include "tracker/sampling.h"

namespace allocscope::tracker {
namespace {

// As the sampler's: glibc puts thread-local variables of libraries there too.
constexpr size_t kStackBytes = size_t{256} << 10;

// What is live of one stack.
struct LiveSum {
  double bytes;
  double blocks;
  double samples;
  double squared_error;
};

// The sums by the numbers of stacks.
class LiveSums {
 public:
  bool Prepare() {
    if (sums_ == nullptr) sums_ = static_cast<LiveSum*>(ReserveMemory(StackStore::kMostStacks * sizeof(LiveSum)));
    return sums_ != nullptr;
  }

  // Of blocks that were allocated before the moment.
  void AddUpBefore(uint32_t moment) {
    const uint64_t interval = sampling.interval_bytes.load(std::memory_order_relaxed);
    sampling.live.ForEach([&](const void*, const Sample& sample) {
      if (sample.moment >= moment) return;
      const double blocks = BlocksOf(sample.bytes, interval);
      const double bytes = blocks * static_cast<double>(sample.bytes);
      LiveSum& sum = sums_[StackStore::IndexOf(sample.stack)];
      sum.bytes += bytes;
      sum.blocks += blocks;
      sum.samples += 1;
      sum.squared_error += (1 - 1 / blocks) * bytes * bytes;
    });
  }

  LiveSum Take(uint32_t stack) {
    LiveSum& sum = sums_[StackStore::IndexOf(stack)];
    const LiveSum taken = sum;
    sum = LiveSum{};
    return taken;
  }

 private:
  LiveSum* sums_ = nullptr;
};

// There is one, as there is one session. The thread ends before the session does.
struct Teller {
  LiveSums sums;
  int descriptor = -1;
  dev_t device = 0;
  ino_t file = 0;
  std::string* identity = nullptr;
  MomentPace pace{};
  uint64_t began_nanos = 0;
  // What has been told.
  uint32_t moment = 0;
  size_t told_code = 0;
  // 1 once the thread is to end.
  std::atomic<uint32_t> stop{0};
  pthread_t thread{};
  bool is_running = false;
};

Teller teller;

RecordOutput::Buffer buffer;

// glibc's own fstat is of 2.33: with it the library wouldn't load on older systems.
bool Identify(int descriptor, struct stat* into) { return syscall(SYS_fstat, descriptor, into) == 0; }

// Whether there is room for a moment: the reader has taken the last one, and the descriptor is still that of our file. The program may have
// closed it and got the same number for a file of its own.
bool IsAwaited() {
  struct stat now {};
  if (!Identify(teller.descriptor, &now)) return false;
  return now.st_dev == teller.device && now.st_ino == teller.file && now.st_size == 0;
}

struct PartSizes {
  uint64_t live_numbers = 0;
  uint64_t stack_numbers = 0;
  uint64_t code_bytes = 0;
};

void PutLive(RecordOutput* output, uint32_t number, uint32_t sequence, double allocations, double bytes, PartSizes* sizes) {
  const LiveSum sum = teller.sums.Take(number);
  if (number == 0 && sum.samples == 0) return;
  for (const double column : {static_cast<double>(number), static_cast<double>(sequence), allocations, bytes, sum.bytes, sum.blocks,
                              sum.samples, sum.squared_error}) {
    output->PutNumber(column);
    sizes->live_numbers += 1;
  }
}

PartSizes PutBody(RecordOutput* output) {
  PartSizes sizes;
  // Blocks whose stack there was no room for.
  PutLive(output, 0, 0, 0, 0, &sizes);
  sampling.stacks.ForEach([&](uint32_t number, const Stack& stack) {
    PutLive(output, number, stack.sequence.load(std::memory_order_relaxed), stack.allocations.load(std::memory_order_relaxed),
            stack.bytes.load(std::memory_order_relaxed), &sizes);
  });
  sampling.stacks.ForEachUntold([&](uint32_t number, const Stack& stack) {
    PutStack(number, stack, [&](double column) {
      output->PutNumber(column);
      sizes.stack_numbers += 1;
    });
  });
  // Up to where it is now: it grows meanwhile.
  const size_t code = sampling.code.bytes();
  sizes.code_bytes = code - teller.told_code;
  output->Put(sampling.code.begin() + teller.told_code, sizes.code_bytes);
  teller.told_code = code;
  return sizes;
}

void PutHeader(RecordOutput* output, uint64_t duration_nanos, const PartSizes& sizes) {
  output->PutText("{");
  output->PutText(teller.identity->c_str());
  output->PutDuration(duration_nanos);
  output->PutSession();
  output->PutText(",\"moment\":");
  output->PutInteger(teller.moment);
  output->PutText(",\"mappedBytes\":");
  output->PutInteger(sampling.mappings.bytes());
  output->PutText(",\"liveNumbers\":");
  output->PutInteger(sizes.live_numbers);
  output->PutText(",\"stackNumbers\":");
  output->PutInteger(sizes.stack_numbers);
  output->PutText(",\"codeBytes\":");
  output->PutInteger(sizes.code_bytes);
  output->PutText("}");
}

// False when it couldn't be written: what it told of is lost, and later moments would lack it.
bool TellMoment() {
  RecordOutput output(teller.descriptor, &buffer);
  teller.moment += 1;
  // Blocks that are allocated from now on were allocated after it.
  sampling.moment.store(teller.moment, std::memory_order_seq_cst);
  const uint64_t duration = platform::MonotonicNanos() - teller.began_nanos;
  teller.sums.AddUpBefore(teller.moment);
  output.PutText("allocscope moment 2\n");
  const PartSizes sizes = PutBody(&output);
  output.BeginEnd();
  PutHeader(&output, duration, sizes);
  output.End();
  return !output.has_failed();
}

void* Run(void*) {
  prctl(PR_SET_NAME, "allocscope");
  const SuspendedBudget own;
  uint64_t period = teller.pace.period_nanos;
  uint32_t of_period = 0;
  for (uint64_t deadline = platform::MonotonicNanos() + period;;) {
    while (teller.stop.load(std::memory_order_acquire) == 0 && platform::MonotonicNanos() < deadline) {
      platform::FutexWaitUntil(teller.stop, 0, deadline);
    }
    if (teller.stop.load(std::memory_order_acquire) != 0) return nullptr;
    if (IsAwaited()) {
      if (!TellMoment()) return nullptr;
      of_period += 1;
    }
    if (of_period == kMomentsOfAPeriod) {
      of_period = 0;
      period = std::min(period * 2, teller.pace.longest_nanos);
    }
    // One that is late is followed by a whole period.
    deadline = platform::MonotonicNanos() + period;
  }
}

// The thread inherits the mask: the program's signal handlers must run on the program's threads.
int StartThread() {
  sigset_t all, before;
  sigfillset(&all);
  pthread_attr_t attributes;
  const int failed = pthread_attr_init(&attributes);
  if (failed != 0) return failed;
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int error = pthread_create(&teller.thread, &attributes, Run, nullptr);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  return error;
}

}  // namespace

Result<Done> TellMoments(int descriptor, const char* identity, const MomentPace& pace) {
  const SuspendedBudget own;
  struct stat file {};
  if (teller.is_running || !Identify(descriptor, &file)) return Unsupported("fstat", "there is no file to tell moments through");
  if (!teller.sums.Prepare()) return Unsupported("mmap", "the kernel refuses the address space for the moments");
  delete teller.identity;
  teller.identity = new std::string(identity);
  teller.descriptor = descriptor;
  teller.device = file.st_dev;
  teller.file = file.st_ino;
  teller.pace = pace;
  teller.began_nanos = platform::MonotonicNanos();
  teller.moment = 0;
  teller.told_code = 0;
  teller.stop.store(0);
  const int error = StartThread();
  if (error != 0) return Unsupported("pthread_create", std::strerror(error));
  teller.is_running = true;
  return Done{};
}

void StopTelling() {
  if (!teller.is_running) return;
  teller.stop.store(1, std::memory_order_release);
  platform::FutexWakeAll(teller.stop);
  pthread_join(teller.thread, nullptr);
  teller.is_running = false;
}

}  // namespace allocscope::tracker
