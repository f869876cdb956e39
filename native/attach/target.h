#ifndef ALLOCSCOPE_ATTACH_TARGET_H_
#define ALLOCSCOPE_ATTACH_TARGET_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "result.h"

namespace allocscope::attach {

// What of another process has to be known before one of its threads can be borrowed: addresses in it.
struct TargetCalls {
  // libuv's, which a Node program exports, and the extent of the one in which parked threads wait.
  uintptr_t dlopen = 0;
  uintptr_t dlsym = 0;
  uintptr_t dlclose = 0;
  uintptr_t cond_wait = 0;
  size_t cond_wait_bytes = 0;
  // libc's return from a signal handler: mov $15,%rax; syscall.
  uintptr_t sigreturn = 0;
};

// Finds them by the process's mappings and the files behind them, which are read in its own mount namespace. Writes nothing and stops
// nothing.
Result<TargetCalls> FindCalls(pid_t pid);

// Whether `path`, as the process sees it, is mapped there.
bool IsMapped(pid_t pid, const std::string& path);

// The process's threads but the main one.
std::vector<pid_t> OtherThreads(pid_t pid);

// Copies memory of the process. Says whether all of it could be.
bool ReadMemory(pid_t pid, uintptr_t address, void* into, size_t length);
bool WriteMemory(pid_t pid, uintptr_t address, const void* from, size_t length);

}  // namespace allocscope::attach

#endif  // ALLOCSCOPE_ATTACH_TARGET_H_
