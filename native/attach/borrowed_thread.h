#ifndef ALLOCSCOPE_ATTACH_BORROWED_THREAD_H_
#define ALLOCSCOPE_ATTACH_BORROWED_THREAD_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "attach/target.h"
#include "platform/clock.h"
#include "result.h"

namespace allocscope::attach {

// A thread of another process that waits for work in uv_cond_wait, stopped there by ptrace and made to call functions. What it goes back to
// lies on its own stack, as a signal handler's frame does: when this process is killed at any moment, or gives up, the thread ends its
// call, returns into libc's sigreturn and waits on as before.
class BorrowedThread {
 public:
  // The first of the process's threads that is parked. Waits for one until the deadline, on the clock of platform::MonotonicNanos.
  static Result<std::unique_ptr<BorrowedThread>> Borrow(pid_t pid, const TargetCalls& calls, uint64_t deadline);

  // Lets it go.
  ~BorrowedThread();
  BorrowedThread(const BorrowedThread&) = delete;
  BorrowedThread& operator=(const BorrowedThread&) = delete;

  pid_t thread() const { return thread_; }

  // Room on the thread's stack, kept until it is let go. Fails when it is used up.
  Result<uintptr_t> Place(const void* data, size_t length);

  // Calls `function`. Fails when the process ends or stops meanwhile, or has not answered by the deadline: then it is let go.
  Result<Done> Call(uintptr_t function, uintptr_t first, uintptr_t second, uintptr_t third, uint64_t deadline);

 private:
  struct Frame;

  BorrowedThread(pid_t pid, pid_t thread) : pid_(pid), thread_(thread) {}

  static bool LooksParked(pid_t pid, pid_t thread, const TargetCalls& calls);
  Result<Done> Stop(uint64_t deadline);
  bool IsParked(const TargetCalls& calls) const;
  Result<Done> WriteFrame(const TargetCalls& calls);
  Result<int> AwaitStop(uint64_t deadline);
  Result<Done> AwaitReturn(uint64_t deadline);
  Failure Lost(const char* call, int error);
  void LetGo();

  const pid_t pid_;
  const pid_t thread_;
  bool attached_ = false;
  bool stopped_ = false;
  // What the called function returns to.
  uintptr_t frame_ = 0;
  uintptr_t sigreturn_ = 0;
  // Between the frame and the thread's vector registers: what is placed, and where the next is.
  uintptr_t placed_ = 0;
  uintptr_t room_end_ = 0;
};

}  // namespace allocscope::attach

#endif  // ALLOCSCOPE_ATTACH_BORROWED_THREAD_H_
