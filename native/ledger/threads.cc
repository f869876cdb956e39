#include "ledger/threads.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "platform/safe_memory.h"

namespace allocscope::ledger {
namespace {

constexpr uintptr_t kPage = 4096;
// The part of a thread's record that is looked at: sizeof(struct pthread) is 2,304 in glibc 2.36.
constexpr size_t kRecordBytes = 2304;
// How far from its record a thread's variables of the program itself may be.
constexpr intptr_t kVariables = 16 * 1024;
// How far from a stack's end the thread's record may be, and how many resident pages are searched for it.
constexpr int kMostPages = 512;
constexpr uintptr_t kRecordToEnd = 256 * 1024;
// glibc puts the heaps of its arenas at multiples of this, right behind the unused rest of another one: such a rest is no guard.
constexpr uintptr_t kArenaHeap = uintptr_t{64} << 20;
constexpr uintptr_t kSmallestStack = 16 * 1024;

std::vector<pid_t> ListThreads() {
  std::vector<pid_t> tids;
  DIR* folder = opendir("/proc/self/task");
  if (folder == nullptr) return tids;
  while (const dirent* entry = readdir(folder)) {
    const auto tid = static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10));
    if (tid > 0) tids.push_back(tid);
  }
  closedir(folder);
  return tids;
}

// What the kernel keeps of a thread for the mutexes that it holds; 0 when that isn't told.
uintptr_t RobustList(pid_t tid) {
  uintptr_t list = 0;
  size_t bytes = 0;
  return syscall(SYS_get_robust_list, tid, &list, &bytes) == 0 ? list : 0;
}

// Where in the caller's record its own number stands.
size_t FindTidOffset(uintptr_t own_record, pid_t own_tid) {
  pid_t words[kRecordBytes / sizeof(pid_t)];
  if (!platform::ReadOwn(own_record, &words)) return 0;
  const auto* const found = std::find(words, words + kRecordBytes / sizeof(pid_t), own_tid);
  return found == words + kRecordBytes / sizeof(pid_t) ? 0 : static_cast<size_t>(found - words) * sizeof(pid_t);
}

// How far from the calling thread's record the program keeps the thread's isolate.
intptr_t FindIsolateOffset(uintptr_t own_record, uintptr_t isolate) {
  for (intptr_t distance = 0; isolate != 0 && distance < kVariables; distance += sizeof(uintptr_t)) {
    for (const intptr_t offset : {-distance, distance}) {
      uintptr_t value;
      if (platform::ReadOwn(own_record + static_cast<uintptr_t>(offset), &value) && value == isolate) return offset;
    }
  }
  return 0;
}

}  // namespace

ThreadStacks::ThreadStacks(const MemoryMap& map, const ResidentPages& resident, const Caller& caller)
    : map_(map), resident_(resident), tids_(ListThreads()) {
  tid_offset_ = FindTidOffset(caller.record, caller.tid);
  isolate_offset_ = FindIsolateOffset(caller.record, caller.isolate);
  if (caller.tid == getpid()) main_record_ = caller.record;
  FindRunning(caller);
}

void ThreadStacks::FindRunning(const Caller& caller) {
  const uintptr_t place = RobustList(caller.tid) - caller.record;
  knows_running_ = tid_offset_ != 0 && place < kRecordBytes;
  if (!knows_running_) return;
  for (const pid_t tid : tids_) {
    const uintptr_t list = RobustList(tid);
    if (list != 0) AddRunning(tid, list - place);
  }
}

// A thread's stack may be memory of the program's own; then the record doesn't tell a block behind a guard.
void ThreadStacks::AddRunning(pid_t tid, uintptr_t record) {
  uintptr_t words[3];
  if (!platform::ReadOwn(record, &words) || words[0] != record || words[2] != record) return;
  if (tid == getpid()) {
    main_record_ = record;
    return;
  }
  const auto behind = std::upper_bound(map_.mappings.begin(), map_.mappings.end(), record,
                                       [](uintptr_t address, const Mapping& mapping) { return address < mapping.begin; });
  const auto place = static_cast<size_t>(behind - map_.mappings.begin());
  if (place < 2 || map_.mappings[place - 1].end <= record || !MayBeStack(place - 1)) return;
  ThreadStack stack{};
  if (ReadRecord(record, map_.mappings[place - 1], map_.mappings[place - 2].begin, &stack) && stack.tid == tid) stacks_.push_back(stack);
}

bool ThreadStacks::IsFound(const Mapping& mapping) const {
  return std::any_of(stacks_.begin(), stacks_.end(), [&](const ThreadStack& stack) { return stack.begin == mapping.begin; });
}

bool ThreadStacks::MayBeStack(size_t place) const {
  const Mapping& mapping = map_.mappings[place];
  const Mapping& guard = map_.mappings[place - 1];
  return mapping.plain() && mapping.readable && mapping.writable && !mapping.executable && mapping.resident != 0 &&
         mapping.size() >= kSmallestStack && mapping.begin % kArenaHeap != 0 && guard.end == mapping.begin && guard.plain() &&
         !guard.accessible();
}

void ThreadStacks::AddStack(size_t place) {
  const Mapping& mapping = map_.mappings[place];
  ThreadStack stack{mapping.begin, mapping.end, 0, false, 0};
  constexpr uint64_t kLargestGuard = 64 * 1024;
  const bool is_guard = map_.mappings[place - 1].size() <= kLargestGuard;
  if (!is_guard && knows_running_) return;
  if (FindRecord(mapping, map_.mappings[place - 1].begin, &stack) || is_guard) stacks_.push_back(stack);
}

// Other memory may have been mapped right above the stack. So the record isn't always on the last page.
bool ThreadStacks::FindRecord(const Mapping& mapping, uintptr_t guard, ThreadStack* stack) const {
  uintptr_t end = mapping.end;
  for (int pages = 0; tid_offset_ != 0 && pages < kMostPages; pages++) {
    const uintptr_t page = resident_.LastBefore(mapping.begin, end);
    if (page == 0) return false;
    uintptr_t words[kPage / sizeof(uintptr_t)];
    if (!platform::ReadOwn(page, &words)) return false;
    // A record begins with a pointer to itself, and has another one two words later.
    for (size_t i = 0; i + 2 < kPage / sizeof(uintptr_t); i++) {
      const uintptr_t record = page + i * sizeof(uintptr_t);
      if (words[i] == record && words[i + 2] == record && ReadRecord(record, mapping, guard, stack)) return true;
    }
    end = page;
  }
  return false;
}

// The record says where the stack's memory begins and how much it is, the guard included.
bool ThreadStacks::ReadRecord(uintptr_t record, const Mapping& mapping, uintptr_t guard, ThreadStack* stack) const {
  uintptr_t words[kRecordBytes / sizeof(uintptr_t)];
  if (!platform::ReadOwn(record, &words)) return false;
  for (size_t i = 0; i + 1 < kRecordBytes / sizeof(uintptr_t); i++) {
    const uintptr_t block = words[i];
    const uintptr_t end = block + words[i + 1];
    if (block < guard || block > mapping.begin || block % kPage != 0 || end % kPage != 0) continue;
    if (end <= record || end - record > kRecordToEnd || end > mapping.end) continue;
    pid_t tid;
    std::memcpy(&tid, reinterpret_cast<const char*>(words) + tid_offset_, sizeof tid);
    const bool lives = std::find(tids_.begin(), tids_.end(), tid) != tids_.end();
    *stack = {mapping.begin, end, lives ? tid : 0, true, lives ? IsolateOf(record) : 0};
    return true;
  }
  return false;
}

uintptr_t ThreadStacks::IsolateOf(uintptr_t record) const {
  uintptr_t isolate = 0;
  if (isolate_offset_ != 0) platform::ReadOwn(record + static_cast<uintptr_t>(isolate_offset_), &isolate);
  return isolate;
}

std::string ThreadName(pid_t pid, pid_t tid) {
  const std::string file = "/proc/" + std::to_string(pid) + "/task/" + std::to_string(tid) + "/comm";
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {};
  char name[64];
  const ssize_t length = read(descriptor, name, sizeof name);
  close(descriptor);
  return length <= 0 ? std::string() : std::string(name, static_cast<size_t>(length - 1));
}

}  // namespace allocscope::ledger
