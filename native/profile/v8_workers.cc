#include "profile/v8_workers.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "platform/clock.h"

namespace allocscope::profile {
namespace {

constexpr uint64_t kPatienceNanos = 50'000'000;
constexpr timespec kPause = {0, 50'000};
// A worker that is about to be woken sleeps still when it is first looked at.
constexpr int kLooks = 4;
// A thread's id, its name of at most 15 characters in parentheses and its state stand at the beginning.
constexpr size_t kStatBytes = 64;

// The beginning of a thread's `stat` within `room`; nothing when the thread has ended.
std::string_view ReadStat(pid_t tid, char (&room)[kStatBytes]) {
  char path[48];
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", static_cast<int>(tid));
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  const ssize_t length = read(file, room, sizeof room);
  close(file);
  return {room, static_cast<size_t>(std::max<ssize_t>(length, 0))};
}

}  // namespace

V8Workers V8Workers::Find() {
  V8Workers workers;
  DIR* folder = opendir("/proc/self/task");
  if (folder == nullptr) return workers;
  while (const dirent* entry = readdir(folder)) {
    char room[kStatBytes];
    const auto tid = static_cast<pid_t>(strtol(entry->d_name, nullptr, 10));
    if (tid == 0 || ReadStat(tid, room).find("V8Worker") == std::string_view::npos) continue;
    workers.tids_[workers.count_++] = tid;
    if (workers.count_ == kMost) break;
  }
  closedir(folder);
  return workers;
}

bool V8Workers::AreAsleep() const {
  return std::none_of(tids_.begin(), tids_.begin() + count_, [](pid_t tid) {
    char room[kStatBytes];
    const std::string_view stat = ReadStat(tid, room);
    const size_t name_end = stat.rfind(')');
    return name_end != std::string_view::npos && name_end + 2 < stat.size() && stat[name_end + 2] != 'S';
  });
}

void V8Workers::WaitUntilAsleep() const {
  if (count_ == 0) return;
  const uint64_t until = platform::MonotonicNanos() + kPatienceNanos;
  for (int looks = 0; looks < kLooks && platform::MonotonicNanos() < until;) {
    looks = AreAsleep() ? looks + 1 : 0;
    nanosleep(&kPause, nullptr);
  }
}

}  // namespace allocscope::profile
