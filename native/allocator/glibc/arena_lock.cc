#include "allocator/glibc/arena_lock.h"

#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <atomic>

#include "platform/clock.h"
#include "platform/futex.h"

namespace allocscope::allocator::glibc {
namespace {

constexpr int32_t kFree = 0;
constexpr int32_t kTaken = 1;
constexpr int32_t kWaitedFor = 2;

// No parameter of mallopt has this number: the call takes the main arena's lock, changes nothing and returns.
constexpr int kNoParameter = -0x7a11;

constexpr uint64_t kLongestProofNanos = 20'000'000;
// The main arena's lock isn't held for longer than that. On a busy machine the waiter may not get a processor meanwhile: then it is tried
// anew.
constexpr int kProofAttempts = 4;
constexpr int kLockAttempts = 1000;

// A thread that asks for the main arena's lock when it is told to.
struct Waiter {
  std::atomic<uint32_t> go{0};
  std::atomic<uint32_t> done{0};
};

void* WaitForLock(void* argument) {
  auto* waiter = static_cast<Waiter*>(argument);
  while (waiter->go.load(std::memory_order_acquire) == 0)
    platform::FutexWaitUntil(waiter->go, 0, platform::MonotonicNanos() + kLongestProofNanos);
  mallopt(kNoParameter, 0);
  waiter->done.store(1, std::memory_order_release);
  return nullptr;
}

void LetGo(Waiter* waiter) {
  waiter->go.store(1, std::memory_order_release);
  platform::FutexWakeAll(waiter->go);
}

bool SeenToWait(const Arena& main_arena, const Waiter& waiter) {
  const uint64_t deadline = platform::MonotonicNanos() + kLongestProofNanos;
  while (platform::MonotonicNanos() < deadline) {
    if (__atomic_load_n(main_arena.mutex(), __ATOMIC_RELAXED) == kWaitedFor) return waiter.done.load(std::memory_order_acquire) == 0;
    sched_yield();
  }
  return false;
}

bool TryLockOften(const Arena& arena) {
  for (int attempt = 0; attempt < kLockAttempts; attempt++) {
    if (TryLock(arena)) return true;
    sched_yield();
  }
  return false;
}

// Takes the lock, and looks whether a thread that asks malloc for it is seen to wait.
bool ProveOnce(const Arena& main_arena) {
  Waiter waiter;
  pthread_t thread;
  if (pthread_create(&thread, nullptr, WaitForLock, &waiter) != 0) return false;
  const bool locked = TryLockOften(main_arena);
  LetGo(&waiter);
  const bool proved = locked && SeenToWait(main_arena, waiter);
  if (locked) Unlock(main_arena);
  pthread_join(thread, nullptr);
  return proved;
}

}  // namespace

bool TryLock(const Arena& arena) {
  int32_t expected = kFree;
  return __atomic_compare_exchange_n(arena.mutex(), &expected, kTaken, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

void Unlock(const Arena& arena) {
  int32_t* const word = arena.mutex();
  if (__atomic_exchange_n(word, kFree, __ATOMIC_RELEASE) == kWaitedFor)
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

bool ProveArenaLock(const Arena& main_arena) {
  if (!main_arena.known()) return false;
  // A handler of the program's that ran while we hold the lock could ask for memory, and would wait for ever.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool proved = false;
  for (int attempt = 0; attempt < kProofAttempts && !proved; attempt++) proved = ProveOnce(main_arena);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return proved;
}

}  // namespace allocscope::allocator::glibc
