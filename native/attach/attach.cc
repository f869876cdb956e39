#include "attach/attach.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "attach/borrowed_thread.h"
#include "attach/denial.h"
#include "attach/target.h"
#include "platform/clock.h"

namespace allocscope::attach {
namespace {

// libuv's uv_lib_t.
struct Library {
  uintptr_t handle;
  uintptr_t error;
};

// Answer of agent/answer.h, in the other process.
struct Answer {
  uintptr_t text;
  uint64_t length;
};

// Longer than any answer is: what another process says isn't trusted.
constexpr uint64_t kMostAnswerBytes = 64 << 20;

// One loaded library in the other process, and the thread that asks it.
class Session {
 public:
  Session(BorrowedThread* thread, pid_t pid, const TargetCalls& calls, uint64_t deadline)
      : thread_(*thread), pid_(pid), calls_(calls), deadline_(deadline) {}

  Result<std::string> Ask(const std::string& library, const std::string& request) {
    const bool was_mapped = IsMapped(pid_, library);
    Result<uintptr_t> handle = PlaceNew(Library{});
    if (!handle.ok()) return handle.failure();
    const Result<uintptr_t> reply = Load(library, handle.value());
    if (!reply.ok()) return reply.failure();
    Result<std::string> answer = AskLoaded(reply.value(), request);
    // Loaded once more, it would be counted once more.
    if (was_mapped && answer.ok()) thread_.Call(calls_.dlclose, handle.value(), 0, 0, deadline_);
    return answer;
  }

 private:
  template <typename T>
  Result<uintptr_t> PlaceNew(const T& value) {
    return thread_.Place(&value, sizeof value);
  }

  Result<uintptr_t> PlaceText(const std::string& text) { return thread_.Place(text.c_str(), text.size() + 1); }

  template <typename T>
  Result<T> Read(uintptr_t address) {
    T value{};
    if (!ReadMemory(pid_, address, &value, sizeof value)) return Denial(pid_, "process_vm_readv", errno);
    return value;
  }

  // Where `allocscope_reply` is.
  Result<uintptr_t> Load(const std::string& path, uintptr_t handle) {
    const Result<uintptr_t> path_at = PlaceText(path);
    const Result<uintptr_t> name_at = PlaceText("allocscope_reply");
    const Result<uintptr_t> reply_at = PlaceNew(uintptr_t{0});
    if (!path_at.ok() || !name_at.ok() || !reply_at.ok()) return path_at.ok() ? (name_at.ok() ? reply_at : name_at) : path_at;
    const Result<Done> opened = thread_.Call(calls_.dlopen, path_at.value(), handle, 0, deadline_);
    if (!opened.ok()) return opened.failure();
    const Result<Library> library = Read<Library>(handle);
    if (!library.ok()) return library.failure();
    if (library.value().handle == 0) return CannotLoad(path, handle, library.value().error);
    const Result<Done> found = thread_.Call(calls_.dlsym, handle, name_at.value(), reply_at.value(), deadline_);
    if (!found.ok()) return found.failure();
    Result<uintptr_t> reply = Read<uintptr_t>(reply_at.value());
    if (reply.ok() && reply.value() == 0) return Failure{"ATTACH", "uv_dlsym", 0, path + " in the process is of another version"};
    return reply;
  }

  Failure CannotLoad(const std::string& path, uintptr_t handle, uintptr_t error) {
    char text[512] = {};
    ReadMemory(pid_, error, text, sizeof text - 1);
    text[sizeof text - 1] = '\0';
    const std::string reason = text;
    thread_.Call(calls_.dlclose, handle, 0, 0, deadline_);
    return {"ATTACH", "dlopen", 0, "process " + std::to_string(pid_) + " can't load " + path + ": " + reason};
  }

  Result<std::string> AskLoaded(uintptr_t reply, const std::string& request) {
    const Result<uintptr_t> request_at = PlaceText(request);
    const Result<uintptr_t> answer_at = PlaceNew(Answer{});
    if (!request_at.ok() || !answer_at.ok()) return (request_at.ok() ? answer_at : request_at).failure();
    const Result<Done> asked = thread_.Call(reply, request_at.value(), answer_at.value(), 0, deadline_);
    if (!asked.ok()) return asked.failure();
    const Result<Answer> answer = Read<Answer>(answer_at.value());
    if (!answer.ok()) return answer.failure();
    const auto [text, length] = answer.value();
    std::string copy;
    if (length > kMostAnswerBytes) return Failure{"ATTACH", "attach", 0, "the answer is longer than any can be"};
    copy.resize(length);
    if (!ReadMemory(pid_, text, copy.data(), length)) return Denial(pid_, "process_vm_readv", errno);
    const Result<Done> freed = thread_.Call(reply, 0, answer_at.value(), 0, deadline_);
    if (!freed.ok()) return freed.failure();
    return copy;
  }

  BorrowedThread& thread_;
  const pid_t pid_;
  const TargetCalls& calls_;
  const uint64_t deadline_;
};

// Whether the process is in a state in which nothing of it may be touched, by its status file.
Result<Done> CheckState(pid_t pid) {
  const std::string name = "/proc/" + std::to_string(pid) + "/status";
  const std::string process = "process " + std::to_string(pid);
  std::FILE* file = std::fopen(name.c_str(), "re");
  if (file == nullptr) return Denial(pid, "open", errno);
  char line[256];
  Result<Done> state = Done{};
  while (std::fgets(line, sizeof line, file) != nullptr) {
    char letter = 0;
    int tracer = 0;
    if (std::sscanf(line, "State: %c", &letter) == 1) {
      if (letter == 'Z' || letter == 'X') state = Failure{"ATTACH", "attach", ESRCH, process + " has ended"};
      if (letter == 'T' || letter == 't')
        state = Failure{"ATTACH", "attach", EBUSY, process + " is stopped: continue it first (kill -CONT)"};
    }
    if (std::sscanf(line, "TracerPid: %d", &tracer) == 1 && tracer != 0) {
      state = Failure{"ATTACH", "attach", EBUSY, "a debugger is attached to " + process + " already: process " + std::to_string(tracer)};
    }
    // A return that no call has put on the second stack would end the process.
    if (std::strncmp(line, "x86_Thread_features:", 20) == 0 && std::strstr(line, "shstk") != nullptr) {
      state = Unsupported("attach", process + " has a shadow stack, which forbids to borrow its threads");
    }
  }
  std::fclose(file);
  return state;
}

}  // namespace

Result<std::string> Ask(pid_t pid, const std::string& library, const std::string& request, uint32_t timeout_ms) {
  const uint64_t deadline = platform::MonotonicNanos() + uint64_t{timeout_ms} * 1'000'000;
  const Result<Done> state = CheckState(pid);
  if (!state.ok()) return state.failure();
  const Result<TargetCalls> calls = FindCalls(pid);
  if (!calls.ok()) return calls.failure();
  const Result<std::unique_ptr<BorrowedThread>> thread = BorrowedThread::Borrow(pid, calls.value(), deadline);
  if (!thread.ok()) return thread.failure();
  return Session(thread.value().get(), pid, calls.value(), deadline).Ask(library, request);
}

}  // namespace allocscope::attach
