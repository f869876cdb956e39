#include "attach/borrowed_thread.h"

#include "attach/denial.h"

#if defined(__x86_64__)

#include <elf.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

namespace allocscope::attach {
namespace {

// Below a stack pointer, functions may use so much without moving it.
constexpr uintptr_t kRedZone = 128;
// Room for what is placed.
constexpr uintptr_t kRoomBytes = 16 << 10;
// So deep a parked thread's stack is looked at for uv_cond_wait: two calls of libc's lie above it.
constexpr size_t kStackWords = 64;
// What pthread_cond_wait asks of the kernel, and no other lock of libc's: FUTEX_WAIT_BITSET, privately, by either clock.
constexpr uint64_t kFutexWait = 9 | 128;
constexpr uint64_t kFutexRealtime = 256;

bool IsConditionWait(uint64_t operation) { return (operation & ~kFutexRealtime) == kFutexWait; }

// What the kernel leaves in rax where a stop came into a system call that it would begin again: ERESTARTSYS, ERESTARTNOINTR,
// ERESTARTNOHAND.
bool IsBegunAgain(int64_t rax) { return rax <= -512 && rax >= -514; }
constexpr int64_t kBegunAgainByTime = -516;  // ERESTART_RESTARTBLOCK

// The kernel's mark on the vector registers of a signal frame: struct _fpx_sw_bytes, at 464.
struct VectorMark {
  uint32_t magic;
  uint32_t extended_bytes;
  uint64_t features;
  uint32_t bytes;
};
constexpr uint32_t kVectorMagic = 0x46505853;
constexpr uint32_t kVectorEndMagic = 0x46505845;
constexpr size_t kMarkOffset = 464;
constexpr size_t kHeaderOffset = 512;
// Up to here the registers lie that a thread has without asking for AMX's tiles.
constexpr uint32_t kMostVectorBytes = 2696;
constexpr uint64_t kTileFeatures = uint64_t{3} << 17;

// The stopped thread's vector registers as they stand in a signal frame; empty where the kernel doesn't tell them.
std::vector<char> ReadVectors(pid_t thread) {
  std::vector<char> room;
  room.resize(64 << 10);
  iovec into{room.data(), room.size()};
  if (ptrace(PTRACE_GETREGSET, thread, NT_X86_XSTATE, &into) != 0 || into.iov_len < kHeaderOffset + 64) return {};
  const auto bytes = static_cast<uint32_t>(std::min<size_t>(into.iov_len, kMostVectorBytes));
  // ptrace writes the features that the processor has where the frame has its mark.
  uint64_t features = 0;
  std::memcpy(&features, room.data() + kMarkOffset, sizeof features);
  features &= ~kTileFeatures;
  const VectorMark mark{kVectorMagic, bytes + 4, features, bytes};
  std::memset(room.data() + kMarkOffset, 0, kHeaderOffset - kMarkOffset);
  std::memcpy(room.data() + kMarkOffset, &mark, 24);
  uint64_t in_use = 0;
  std::memcpy(&in_use, room.data() + kHeaderOffset, sizeof in_use);
  in_use &= ~kTileFeatures;
  std::memcpy(room.data() + kHeaderOffset, &in_use, sizeof in_use);
  std::memcpy(room.data() + bytes, &kVectorEndMagic, sizeof kVectorEndMagic);
  room.resize(bytes + 4);
  return room;
}

// Whether a call of uv_cond_wait is among the last on this stack.
bool IsCalledByCondWait(pid_t pid, uintptr_t stack, const TargetCalls& calls) {
  uintptr_t words[kStackWords];
  if (!ReadMemory(pid, stack, words, sizeof words)) return false;
  return std::any_of(words, words + kStackWords,
                     [&](uintptr_t word) { return word - calls.cond_wait < calls.cond_wait_bytes && word != calls.cond_wait; });
}

void Pause(unsigned round) {
  if (round < 200) {
    sched_yield();
  } else {
    const timespec pause{0, 50'000};
    nanosleep(&pause, nullptr);
  }
}

}  // namespace

// struct rt_sigframe of the kernel, as far as sigreturn reads it. glibc's ucontext_t begins like the kernel's, whose signal mask is of one
// word.
struct BorrowedThread::Frame {
  uintptr_t returns_to;
  ucontext_t context;
};

Failure BorrowedThread::Lost(const char* call, int error) {
  if (error == ESRCH || error == ECHILD) {
    stopped_ = attached_ = false;
    return {"ATTACH", call, error, "process " + std::to_string(pid_) + " ended, or the thread that was to answer did"};
  }
  return Denial(pid_, call, error);
}

// Without stopping it: the system call that it is in, and whether uv_cond_wait made it.
bool BorrowedThread::LooksParked(pid_t pid, pid_t thread, const TargetCalls& calls) {
  const std::string name = "/proc/" + std::to_string(pid) + "/task/" + std::to_string(thread) + "/syscall";
  std::FILE* file = std::fopen(name.c_str(), "re");
  if (file == nullptr) return false;
  int64_t number = -1;
  uint64_t operation = 0;
  uint64_t stack = 0;
  const int read = std::fscanf(file, "%" SCNd64 " %*s %" SCNx64 " %*s %*s %*s %*s %" SCNx64, &number, &operation, &stack);
  std::fclose(file);
  if (read != 3 || number != SYS_futex || !IsConditionWait(operation)) return false;
  return IsCalledByCondWait(pid, stack, calls);
}

Result<int> BorrowedThread::AwaitStop(uint64_t deadline) {
  for (unsigned round = 0;; round++) {
    int status = 0;
    const pid_t waited = waitpid(thread_, &status, WNOHANG | __WALL);
    if (waited == thread_) {
      if (!WIFSTOPPED(status)) return Lost("waitpid", ESRCH);
      stopped_ = true;
      return status;
    }
    if (waited < 0 && errno != EINTR) return Lost("waitpid", errno);
    if (platform::MonotonicNanos() >= deadline) {
      return Failure{"ATTACH", "waitpid", ETIMEDOUT,
                     "process " + std::to_string(pid_) + " didn't answer in time; its thread goes on by itself"};
    }
    Pause(round);
  }
}

Result<Done> BorrowedThread::Stop(uint64_t deadline) {
  if (ptrace(PTRACE_SEIZE, thread_, nullptr, PTRACE_O_TRACESYSGOOD) != 0) return Lost("ptrace", errno);
  attached_ = true;
  if (ptrace(PTRACE_INTERRUPT, thread_, nullptr, nullptr) != 0) return Lost("ptrace", errno);
  const Result<int> status = AwaitStop(deadline);
  if (!status.ok()) return status.failure();
  // A signal that was on its way to it comes first. It is delivered when the thread is let go.
  const bool is_interrupt = (status.value() >> 16) == PTRACE_EVENT_STOP && WSTOPSIG(status.value()) == SIGTRAP;
  return is_interrupt ? Result<Done>(Done{}) : Failure{"ATTACH", "ptrace", EAGAIN, "process " + std::to_string(pid_) + " is stopped"};
}

bool BorrowedThread::IsParked(const TargetCalls& calls) const {
  user_regs_struct registers{};
  if (ptrace(PTRACE_GETREGS, thread_, nullptr, &registers) != 0) return false;
  const auto rax = static_cast<int64_t>(registers.rax);
  uint8_t code[2] = {};
  constexpr uint8_t kSyscall[] = {0x0f, 0x05};
  const bool in_wait = registers.orig_rax == SYS_futex && IsConditionWait(registers.rsi) && (IsBegunAgain(rax) || rax == kBegunAgainByTime);
  if (!in_wait || !ReadMemory(pid_, registers.rip - sizeof code, code, sizeof code) || std::memcmp(code, kSyscall, sizeof code) != 0)
    return false;
  return IsCalledByCondWait(pid_, registers.rsp, calls);
}

Result<std::unique_ptr<BorrowedThread>> BorrowedThread::Borrow(pid_t pid, const TargetCalls& calls, uint64_t deadline) {
  for (unsigned round = 0;; round++) {
    const std::vector<pid_t> threads = OtherThreads(pid);
    if (threads.empty() && kill(pid, 0) != 0) return Denial(pid, "kill", errno);
    for (const pid_t thread : threads) {
      if (!LooksParked(pid, thread, calls)) continue;
      std::unique_ptr<BorrowedThread> borrowed(new BorrowedThread(pid, thread));
      const Result<Done> stopped = borrowed->Stop(deadline);
      if (!stopped.ok()) return stopped.failure();
      if (!borrowed->IsParked(calls)) continue;
      const Result<Done> written = borrowed->WriteFrame(calls);
      if (!written.ok()) return written.failure();
      return borrowed;
    }
    if (platform::MonotonicNanos() >= deadline) {
      return Failure{"ATTACH", "ptrace", EAGAIN,
                     "process " + std::to_string(pid) + " has no thread that waits for work: all are busy, or it has just started"};
    }
    Pause(round);
  }
}

// What a signal handler would return to: the thread's registers, with its system call to begin again.
Result<Done> BorrowedThread::WriteFrame(const TargetCalls& calls) {
  user_regs_struct registers{};
  uint64_t mask = 0;
  if (ptrace(PTRACE_GETREGS, thread_, nullptr, &registers) != 0 || ptrace(PTRACE_GETSIGMASK, thread_, sizeof mask, &mask) != 0) {
    return Lost("ptrace", errno);
  }
  const auto rax = static_cast<int64_t>(registers.rax);
  // A wait with an end can't be begun again with what is left of its time: it ends as by a signal, for which whoever waits has a loop.
  const bool again = IsBegunAgain(rax);
  const std::vector<char> vectors = ReadVectors(thread_);
  if (vectors.empty()) return Unsupported("ptrace", "the kernel doesn't tell a thread's vector registers");
  const uintptr_t vectors_at = (registers.rsp - kRedZone - vectors.size()) & ~uintptr_t{63};
  placed_ = (vectors_at - kRoomBytes) & ~uintptr_t{15};
  room_end_ = vectors_at;
  sigreturn_ = calls.sigreturn;
  frame_ = ((placed_ - sizeof(Frame)) & ~uintptr_t{15}) - 8;
  Frame frame{};
  frame.returns_to = calls.sigreturn;
  // UC_FP_XSTATE, UC_SIGCONTEXT_SS, UC_STRICT_RESTORE_SS.
  frame.context.uc_flags = 7;
  // No such flag: the kernel leaves the thread's own signal stack as it is.
  frame.context.uc_stack.ss_flags = 0x10;
  const auto& r = registers;
  const auto of = [](uint64_t value) { return static_cast<greg_t>(value); };
  const greg_t general[] = {of(r.r8),
                            of(r.r9),
                            of(r.r10),
                            of(r.r11),
                            of(r.r12),
                            of(r.r13),
                            of(r.r14),
                            of(r.r15),
                            of(r.rdi),
                            of(r.rsi),
                            of(r.rbp),
                            of(r.rbx),
                            of(r.rdx),
                            of(again ? r.orig_rax : static_cast<uint64_t>(-EINTR)),
                            of(r.rcx),
                            of(r.rsp),
                            of(again ? r.rip - 2 : r.rip),
                            of(r.eflags),
                            of((r.cs & 0xffff) | (r.gs & 0xffff) << 16 | (r.fs & 0xffff) << 32 | (r.ss & 0xffff) << 48)};
  std::copy(std::begin(general), std::end(general), frame.context.uc_mcontext.gregs);
  frame.context.uc_mcontext.fpregs = reinterpret_cast<fpregset_t>(vectors_at);
  std::memcpy(&frame.context.uc_sigmask, &mask, sizeof mask);
  if (!WriteMemory(pid_, vectors_at, vectors.data(), vectors.size()) || !WriteMemory(pid_, frame_, &frame, sizeof frame)) {
    return Lost("process_vm_writev", errno);
  }
  return Done{};
}

Result<uintptr_t> BorrowedThread::Place(const void* data, size_t length) {
  const uintptr_t at = placed_;
  if (length > room_end_ - at) return Failure{"INTERNAL", "attach", 0, "a request is too long"};
  if (!WriteMemory(pid_, at, data, length)) return Lost("process_vm_writev", errno);
  placed_ = (at + length + 15) & ~uintptr_t{15};
  return at;
}

Result<Done> BorrowedThread::Call(uintptr_t function, uintptr_t first, uintptr_t second, uintptr_t third, uint64_t deadline) {
  user_regs_struct registers{};
  if (ptrace(PTRACE_GETREGS, thread_, nullptr, &registers) != 0) return Lost("ptrace", errno);
  registers.rip = function;
  registers.rdi = first;
  registers.rsi = second;
  registers.rdx = third;
  registers.rsp = frame_;
  registers.rax = 0;
  // No system call is to be begun again, or to be made.
  registers.orig_rax = ~uint64_t{0};
  // The direction in which strings are copied is forward between functions.
  registers.eflags &= ~uint64_t{0x400};
  // From here on the thread finds its own way back.
  if (ptrace(PTRACE_SETREGS, thread_, nullptr, &registers) != 0) return Lost("ptrace", errno);
  return AwaitReturn(deadline);
}

Result<Done> BorrowedThread::AwaitReturn(uint64_t deadline) {
  const auto returned = [&](const user_regs_struct& registers) {
    return registers.orig_rax == SYS_rt_sigreturn && registers.rsp == frame_ + sizeof(uintptr_t);
  };
  for (int signal = 0;;) {
    if (ptrace(PTRACE_SYSCALL, thread_, nullptr, signal) != 0) return Lost("ptrace", errno);
    stopped_ = false;
    const Result<int> status = AwaitStop(deadline);
    if (!status.ok()) return status.failure();
    signal = WSTOPSIG(status.value());
    user_regs_struct registers{};
    if (ptrace(PTRACE_GETREGS, thread_, nullptr, &registers) != 0) return Lost("ptrace", errno);
    if (signal == (SIGTRAP | 0x80)) {
      if (returned(registers)) return Done{};
      signal = 0;
      continue;
    }
    if ((status.value() >> 16) == PTRACE_EVENT_STOP) {
      return Failure{"ATTACH", "ptrace", EINTR, "process " + std::to_string(pid_) + " was stopped meanwhile"};
    }
    siginfo_t info{};
    const bool is_fault = ptrace(PTRACE_GETSIGINFO, thread_, nullptr, &info) == 0 && info.si_code > 0 &&
                          (signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE);
    if (!is_fault) continue;
    // Ours, not the program's: it isn't delivered, and the thread goes back to its wait.
    registers.rip = sigreturn_;
    registers.rsp = frame_ + sizeof(uintptr_t);
    ptrace(PTRACE_SETREGS, thread_, nullptr, &registers);
    return Failure{"INTERNAL", "attach", 0, "the call in the process failed with " + std::string(strsignal(signal))};
  }
}

void BorrowedThread::LetGo() {
  if (!attached_) return;
  if (!stopped_) {
    constexpr uint64_t kPatience = 100'000'000;
    ptrace(PTRACE_INTERRUPT, thread_, nullptr, nullptr);
    AwaitStop(platform::MonotonicNanos() + kPatience);
  }
  if (attached_) ptrace(PTRACE_DETACH, thread_, nullptr, nullptr);
  attached_ = false;
}

BorrowedThread::~BorrowedThread() { LetGo(); }

}  // namespace allocscope::attach

#else

namespace allocscope::attach {

struct BorrowedThread::Frame {};

Result<std::unique_ptr<BorrowedThread>> BorrowedThread::Borrow(pid_t, const TargetCalls&, uint64_t) {
  return Unsupported("ptrace", "threads of another process can be borrowed on x86-64 only");
}

Result<uintptr_t> BorrowedThread::Place(const void*, size_t) { return Unsupported("ptrace", ""); }

Result<Done> BorrowedThread::Call(uintptr_t, uintptr_t, uintptr_t, uintptr_t, uint64_t) { return Unsupported("ptrace", ""); }

BorrowedThread::~BorrowedThread() = default;

}  // namespace allocscope::attach

#endif
