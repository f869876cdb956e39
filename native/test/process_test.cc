#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "process/peak.h"
#include "process/residency.h"
#include "process/statm.h"
#include "test/check.h"

namespace allocscope::test {
namespace {

using process::Residency;
using process::StatmReader;

constexpr size_t kKibibyte = 1024;
constexpr size_t kMebibyte = 1024 * kKibibyte;
const size_t kPage = static_cast<size_t>(sysconf(_SC_PAGESIZE));

// Kernels before 6.2 count per thread in batches of 64 pages.
constexpr size_t kCounterSlack = kMebibyte;

bool IsNear(uint64_t one, uint64_t other, uint64_t slack) { return (one > other ? one - other : other - one) <= slack; }

process::Statm ReadStatmByStdio() {
  uint64_t pages[3] = {};
  FILE* file = std::fopen("/proc/self/statm", "re");
  const int fields = std::fscanf(file, "%" SCNu64 " %" SCNu64 " %" SCNu64, &pages[0], &pages[1], &pages[2]);
  std::fclose(file);
  return fields == 3 ? process::Statm{pages[0] * kPage, pages[1] * kPage, pages[2] * kPage} : process::Statm{};
}

// The value of a line of /proc/self/status, in bytes or as it is.
uint64_t ReadStatus(const char* name, uint64_t unit) {
  FILE* file = std::fopen("/proc/self/status", "re");
  char line[4096];
  uint64_t value = 0;
  while (std::fgets(line, sizeof line, file) != nullptr) {
    if (std::strncmp(line, name, std::strlen(name)) == 0) value = std::strtoull(line + std::strlen(name), nullptr, 10) * unit;
  }
  std::fclose(file);
  return value;
}

void TestStatmFigures() {
  StatmReader reader;
  ReadStatmByStdio();
  const auto ours = reader.Read();
  const process::Statm kernel = ReadStatmByStdio();
  if (!ours.ok()) return Check(false, "statm is read");
  Check(ours.value().virtual_bytes == kernel.virtual_bytes, "virtual bytes are those of another reading");
  Check(IsNear(ours.value().resident_bytes, kernel.resident_bytes, kCounterSlack), "resident bytes are those of another reading");
  Check(IsNear(ours.value().shared_bytes, kernel.shared_bytes, kCounterSlack) && kernel.shared_bytes > 0,
        "shared bytes are those of another reading");
}

bool IsOpen(int descriptor) { return fcntl(descriptor, F_GETFD) != -1; }

int LowestFreeDescriptor() {
  const int descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
  close(descriptor);
  return descriptor;
}

// Where a program has closed its standard input, descriptor 0 stays free for it.
void TestFreeStandardInput() {
  const int kept = fcntl(0, F_DUPFD_CLOEXEC, 3);
  close(0);
  {
    StatmReader reader;
    Check(reader.Read().ok() && !IsOpen(0), "the reader's descriptor is none of a standard stream's");
  }
  Check(process::ReadHighWaterMark().ok() && !IsOpen(0), "the peak is read by descriptor 0, and it is closed again");
  if (kept < 0) return;
  dup2(kept, 0);
  close(kept);
}

// Puts a file with this text under the reader's descriptor, and reads.
process::Statm ReadWith(const std::string& text) {
  const int ours = LowestFreeDescriptor();
  StatmReader reader;
  if (!reader.Read().ok() || !IsOpen(ours)) return {};
  const int other = memfd_create("statm", MFD_CLOEXEC);
  const bool written = write(other, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  dup3(other, ours, O_CLOEXEC);
  close(other);
  const auto again = reader.Read();
  // Whose text it then still is, the reader closes with itself.
  const bool taken = again.ok() && again.value().virtual_bytes != ReadStatmByStdio().virtual_bytes;
  if (!taken) close(ours);
  return written && again.ok() ? again.value() : process::Statm{};
}

// Only seven numbers and a line feed are statm: anything else under the descriptor is somebody else's file, and left alone.
void TestWhatStatmLooksLike() {
  const process::Statm known = ReadWith("1029384756 90 9 0 8 7 6\n");
  Check(known.virtual_bytes == 1029384756 * kPage && known.resident_bytes == 90 * kPage && known.shared_bytes == 9 * kPage,
        "each digit counts, in its field");
  const char* const strangers[] = {"1 2 3 4 5 6\n",    "1 2 3 4 5 6 7 8\n", "1 2 3 4 5 6 7",    "1 2 3 4 5 6 7 ",  "1 2 3 4 5 6 7\n\n",
                                   "1 2 3\n4 5 6 7\n", "1  2 3 4 5 6 7\n",  " 1 2 3 4 5 6 7\n", "1 2 x 4 5 6 7\n", "1 /2 3 4 5 6 7\n",
                                   "1 2: 3 4 5 6 7\n", " 1 2 3 4 5 6\n",    "1 2 3 4 5 6 \n",   "1 2 3 4 5 6 ",    ""};
  for (const char* const text : strangers) {
    const process::Statm read = ReadWith(text);
    Check(IsNear(read.virtual_bytes, ReadStatmByStdio().virtual_bytes, kMebibyte), "this isn't statm: " + std::string(text));
  }
}

void TestStrangerAtTheEnd() {
  const int ours = LowestFreeDescriptor();
  {
    StatmReader reader;
    if (!reader.Read().ok()) return Check(false, "statm is read");
    const int stranger = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup3(stranger, ours, O_CLOEXEC);
    close(stranger);
  }
  Check(IsOpen(ours), "a stranger's descriptor is left open with the reader's end");
  close(ours);
}

void TestChildrenPeak() {
  constexpr size_t kBytes = 96 * kMebibyte;
  const pid_t child = fork();
  if (child == 0) {
    void* block = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block != MAP_FAILED) std::memset(block, 1, kBytes);
    _exit(0);
  }
  rusage of_child;
  if (child < 0 || wait4(child, nullptr, 0, &of_child) != child) return Check(false, "a child is made and waited for");
  const uint64_t peak = process::ReadChildrenPeak();
  Check(peak >= kBytes, "a child of 96 MiB shows in the children's peak");
  Check(peak == static_cast<uint64_t>(of_child.ru_maxrss) * kKibibyte, "and it is the peak that wait4 gave");
}

void TestPeakFigures() {
  process::UsageReader reader;
  rusage before, after;
  getrusage(RUSAGE_SELF, &before);
  const auto ours = reader.Read();
  getrusage(RUSAGE_SELF, &after);
  if (!ours.ok()) return Check(false, "the peak is read");
  const auto is_between = [](uint64_t figure, long low, long high) {  // NOLINT(google-runtime-int): getrusage's own type
    return figure >= static_cast<uint64_t>(low) && figure <= static_cast<uint64_t>(high);
  };
  Check(is_between(ours.value().minor_faults, before.ru_minflt, after.ru_minflt), "minor faults are getrusage's");
  Check(is_between(ours.value().major_faults, before.ru_majflt, after.ru_majflt), "major faults are getrusage's");
  const uint64_t mark = ReadStatus("VmHWM:", kKibibyte);
  Check(IsNear(ours.value().peak_resident_bytes, mark, kCounterSlack), "the peak is that of status");
  const auto again = process::ReadHighWaterMark();
  Check(again.ok() && IsNear(again.value(), mark, kCounterSlack), "the mark is that of status");
  Check(again.ok() && again.value() % kPage == 0 && ours.value().peak_resident_bytes % kPage == 0, "only whole pages were resident");
  const uint64_t kept = mark + 100 * kMebibyte;
  reader.KeepPeak(kept);
  reader.KeepPeak(kept - 1);
  const auto with_kept = reader.Read();
  Check(with_kept.ok() && with_kept.value().peak_resident_bytes == kept, "the highest peak that was kept stands");
}

// What touching a mapping added to each figure.
struct Growth {
  int64_t file;
  int64_t stack;
  int64_t shared;
  int64_t anonymous;
  int64_t resident;
};

void Touch(void* memory, size_t bytes) {
  for (size_t at = 0; at < bytes; at += kPage) static_cast<volatile char*>(memory)[at] = 1;
}

std::optional<Growth> GrowthBy(void* memory, size_t bytes) {
  if (memory == MAP_FAILED) return std::nullopt;
  process::ReadResidency();
  const auto before = process::ReadResidency();
  Touch(memory, bytes);
  const auto after = process::ReadResidency();
  if (!before.ok() || !after.ok()) return std::nullopt;
  const auto grown = [&](uint64_t Residency::*figure) { return static_cast<int64_t>(after.value().*figure - before.value().*figure); };
  return Growth{grown(&Residency::file_bytes), grown(&Residency::stack_bytes), grown(&Residency::shared_memory_bytes),
                grown(&Residency::anonymous_bytes), grown(&Residency::resident_bytes)};
}

constexpr int64_t kTouched = int64_t{4} << 20;
// Other pages that a reading touches for the first time.
constexpr int64_t kFirstTouch = 512 * 1024;

bool IsTouched(int64_t grown) { return grown >= kTouched && grown < kTouched + kFirstTouch; }
bool IsUntouched(int64_t grown) { return grown >= -kFirstTouch && grown < kFirstTouch; }

void CheckShared(void* memory, const std::string& what) {
  const auto grown = GrowthBy(memory, kTouched);
  Check(grown && IsTouched(grown->shared) && IsTouched(grown->resident) && IsUntouched(grown->file) && IsUntouched(grown->stack) &&
            IsUntouched(grown->anonymous),
        what + " is shared memory");
}

void* MapFile(int descriptor, int flags) {
  if (descriptor < 0 || ftruncate(descriptor, kTouched) != 0) return MAP_FAILED;
  void* const memory = mmap(nullptr, kTouched, PROT_READ | PROT_WRITE, flags, descriptor, 0);
  close(descriptor);
  return memory;
}

int OpenUnnamed(const char* path) {
  const int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  unlink(path);
  return descriptor;
}

void TestSharedMemory() {
  const std::string name = "/allocscope-rooms-test-" + std::to_string(getpid());
  void* const by_memfd = MapFile(memfd_create("rooms", MFD_CLOEXEC), MAP_SHARED);
  CheckShared(by_memfd, "a memfd");
  void* const by_shm = MapFile(OpenUnnamed(("/dev/shm" + name).c_str()), MAP_SHARED);
  CheckShared(by_shm, "a file under /dev/shm");
  void* const unnamed = mmap(nullptr, kTouched, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CheckShared(unnamed, "a shared mapping without a file");
  const int segment = shmget(IPC_PRIVATE, kTouched, IPC_CREAT | 0600);
  void* const by_sysv = shmat(segment, nullptr, 0);
  shmctl(segment, IPC_RMID, nullptr);
  CheckShared(by_sysv, "a segment of System V");
  for (void* const memory : {by_memfd, by_shm, unnamed}) munmap(memory, kTouched);
  shmdt(by_sysv);
}

void TestFiles() {
  const std::string path = "/tmp/allocscope-rooms-test-" + std::to_string(getpid());
  void* const of_file = MapFile(OpenUnnamed(path.c_str()), MAP_PRIVATE);
  const auto grown = GrowthBy(of_file, kTouched);
  Check(grown && IsTouched(grown->file) && IsTouched(grown->anonymous) && IsTouched(grown->resident) && IsUntouched(grown->shared),
        "what was written to a private mapping of a file is the file's, and anonymous");
  munmap(of_file, kTouched);
}

// A mapping of `bytes` at `at`, right above one of `guard_bytes` with `guard_access`: whether touching it counts as a stack.
struct Place {
  uintptr_t at;
  size_t guard_bytes;
  size_t bytes;
  int guard_access = PROT_NONE;
  int access = PROT_READ | PROT_WRITE;
  int guard_file = -1;
};

bool CountsAsStack(const Place& place) {
  const int flags = MAP_PRIVATE | MAP_FIXED_NOREPLACE;
  void* const guard = mmap(reinterpret_cast<void*>(place.at - place.guard_bytes), place.guard_bytes, place.guard_access,
                           place.guard_file < 0 ? flags | MAP_ANONYMOUS : flags, place.guard_file, 0);
  void* const memory = mmap(reinterpret_cast<void*>(place.at), place.bytes, place.access, flags | MAP_ANONYMOUS, -1, 0);
  const auto grown = GrowthBy(memory, place.bytes);
  const auto bytes = static_cast<int64_t>(place.bytes);
  Check(guard != MAP_FAILED && grown && grown->resident >= bytes, "a mapping above a guard is made and touched");
  munmap(guard, place.guard_bytes);
  munmap(memory, place.bytes);
  return grown && grown->stack >= bytes;
}

void TestStacks() {
  constexpr size_t kHeap = 64 * kMebibyte;
  // Room of which nobody else has anything: what is mapped there isn't merged with a neighbour.
  void* const room = mmap(nullptr, 3 * kHeap, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED) return Check(false, "room for stacks");
  munmap(room, 3 * kHeap);
  const uintptr_t heap = (reinterpret_cast<uintptr_t>(room) + 2 * kHeap - 1) & ~(kHeap - 1);
  const uintptr_t at = heap + kMebibyte;
  const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  Check(CountsAsStack({at, kPage, 256 * kKibibyte}), "a mapping above a guard page is a stack");
  Check(CountsAsStack({at, 64 * kKibibyte, 16 * kKibibyte}), "… the largest guard and the smallest stack included");
  Check(!CountsAsStack({at, 68 * kKibibyte, 256 * kKibibyte}), "what is larger is no guard");
  Check(!CountsAsStack({at, kPage, 12 * kKibibyte}), "what is smaller is no stack");
  Check(!CountsAsStack({heap, kPage, 256 * kKibibyte}), "an arena's heap is no stack");
  Check(!CountsAsStack({at, kPage, 256 * kKibibyte, PROT_READ}), "a readable page is no guard");
  Check(!CountsAsStack({at, kPage, 256 * kKibibyte, PROT_NONE, PROT_READ | PROT_WRITE, file}), "a page of a file is no guard");
  Check(!CountsAsStack({at, kPage, 256 * kKibibyte, PROT_NONE, PROT_READ | PROT_WRITE | PROT_EXEC}), "what can be run is no stack");
  close(file);
}

// Whether the kernel itself calls the mapping at this address the stack. Under valgrind the program's stack is another one.
bool IsInStackOfKernel(const volatile char* address) {
  FILE* file = std::fopen("/proc/self/maps", "re");
  char line[4096];
  bool found = false;
  while (std::fgets(line, sizeof line, file) != nullptr) {
    uintptr_t begin = 0;
    uintptr_t end = 0;
    if (std::sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &begin, &end) != 2 || std::strstr(line, "[stack]") == nullptr) continue;
    found = reinterpret_cast<uintptr_t>(address) >= begin && reinterpret_cast<uintptr_t>(address) < end;
  }
  std::fclose(file);
  return found;
}

// Apart, so that the pages of its frame are the main stack's newest.
__attribute__((noinline)) void TestMainStack() {
  volatile char frame[kTouched];
  frame[0] = 1;
  if (!IsInStackOfKernel(frame)) return;
  const auto anonymous_before = static_cast<int64_t>(ReadStatus("RssAnon:", kKibibyte));
  const auto grown = GrowthBy(const_cast<char*>(frame), kTouched);
  // A sanitizer reads what it keeps about memory that is touched, which takes pages where the kernel has no zero page.
  const int64_t shadow = std::max<int64_t>(0, static_cast<int64_t>(ReadStatus("RssAnon:", kKibibyte)) - anonymous_before - kTouched);
  // Deeper calls than this one have touched some of its pages before.
  const auto is_touched = [](int64_t bytes) { return IsTouched(bytes + kFirstTouch / 2); };
  Check(grown && is_touched(grown->stack) && is_touched(grown->anonymous - shadow), "what the main thread uses is a stack");
}

// What a sanitizer or valgrind keeps about memory that is touched grows with it, in the kernel's count as in ours.
void TestTouchedMemory() {
  constexpr size_t kBytes = 32 * kMebibyte;
  void* const block = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return Check(false, "mmap of 32 MiB");
  const uint64_t anonymous_before = ReadStatus("RssAnon:", kKibibyte);
  const auto before = process::ReadResidency();
  std::memset(block, 1, kBytes);
  const auto during = process::ReadResidency();
  const uint64_t anonymous_during = ReadStatus("RssAnon:", kKibibyte);
  munmap(block, kBytes);
  if (!before.ok() || !during.ok()) return Check(false, "smaps is read");
  const uint64_t grown = during.value().anonymous_bytes - before.value().anonymous_bytes;
  const uint64_t kernel_grown = anonymous_during - anonymous_before;
  const uint64_t shadow = kernel_grown > kBytes ? kernel_grown - kBytes : 0;
  // What the reading itself touches for the first time.
  constexpr size_t kReading = 512 * kKibibyte;
  Check(grown >= kBytes && grown < kBytes + shadow + kReading, "32 MiB touched are 32 MiB of anonymous memory");
  Check(before.value().file_bytes > 0 && before.value().stack_bytes > 0, "files and a stack are resident");
}

void TestWholeResidency() {
  StatmReader statm;
  const auto resident = statm.Read();
  const auto ours = process::ReadResidency();
  Check(ours.ok() && resident.ok() && IsNear(ours.value().resident_bytes, resident.value().resident_bytes, kCounterSlack),
        "the mappings add up to RSS");
  const auto is_whole_pages = [&](uint64_t Residency::*figure) { return ours.ok() && ours.value().*figure % kPage == 0; };
  Check(is_whole_pages(&Residency::resident_bytes) && is_whole_pages(&Residency::anonymous_bytes) &&
            is_whole_pages(&Residency::file_bytes) && is_whole_pages(&Residency::stack_bytes) &&
            is_whole_pages(&Residency::shared_memory_bytes) && is_whole_pages(&Residency::swapped_bytes),
        "only whole pages are resident");
  const uint64_t swapped = ReadStatus("VmSwap:", kKibibyte);
  Check(ours.ok() && IsNear(ours.value().swapped_bytes, swapped, kCounterSlack), "what is swapped out is that of status");
}

}  // namespace

void TestProcess() {
  TestStatmFigures();
  TestFreeStandardInput();
  TestWhatStatmLooksLike();
  TestStrangerAtTheEnd();
  TestChildrenPeak();
  TestPeakFigures();
  TestSharedMemory();
  TestFiles();
  TestStacks();
  TestMainStack();
  TestTouchedMemory();
  TestWholeResidency();
}

}  // namespace allocscope::test
