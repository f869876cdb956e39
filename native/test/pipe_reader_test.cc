#include "process/pipe_reader.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "test/check.h"

namespace allocscope::test {
namespace {

using process::StartPipeReader;

int LowestFreeDescriptor() {
  const int descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
  close(descriptor);
  return descriptor;
}

// Tells on standard error what it was started with; then reads its standard input to the end.
constexpr char kScript[] =
    "grep -E '^Sig(Blk|Ign)' /proc/self/status >&2; (exec >&2; readlink /proc/$$/fd/1);"
    "read -r _ _ _ _ _ session _ </proc/$$/stat; test $session = $$ && echo leads >&2; echo waits >&2; cat >/dev/null; echo ends >&2";

// A program such as Node may be: signals ignored and blocked, no standard output, and a standard error that it doesn't hand on.
[[noreturn]] void StartAsNodeWould(int error_output) {
  signal(SIGPIPE, SIG_IGN);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  close(STDOUT_FILENO);
  dup3(error_output, STDERR_FILENO, O_CLOEXEC);
  _exit(StartPipeReader({"/bin/sh", "-c", kScript}).ok() ? 0 : 1);
}

std::string ReadToEnd(int descriptor) {
  std::string text;
  char part[256];
  for (ssize_t length; (length = read(descriptor, part, sizeof part)) > 0;) text.append(part, static_cast<size_t>(length));
  return text;
}

void TestReaderOfAProgram() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Check(false, "a pipe");
  const pid_t child = fork();
  if (child == 0) StartAsNodeWould(ends[1]);
  close(ends[1]);
  // The reader waits for its input to end, which it does with the program that started it.
  const std::string told = ReadToEnd(ends[0]);
  close(ends[0]);
  int status = -1;
  waitpid(child, &status, 0);
  Check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a reader is started");
  const auto tells = [&told](const char* line) { return told.find(line) != std::string::npos; };
  const size_t ignored = told.find("SigIgn:");
  // posix_spawn has the two signals that glibc keeps for itself, 32 and 33, ignored.
  constexpr uint64_t kOrdinary = 0x7fffffff;
  Check(tells("SigBlk:\t0000000000000000"), "no signal is blocked in it");
  Check(ignored != std::string::npos && (std::strtoull(&told[ignored + 7], nullptr, 16) & kOrdinary) == 0, "no signal is ignored in it");
  Check(tells("/dev/null\n"), "what it prints doesn't mix with the program's output");
  Check(tells("leads\n"), "it leads a session of its own, which a terminal's signals don't reach");
  Check(tells("waits\nends\n"), "its input ends with the program");
}

// Valgrind makes a fork of posix_spawn's child, whose failure then doesn't reach its caller.
bool TellsWhatCannotStart() {
  char program[] = "/nonexistent/program";
  char* const arguments[] = {program, nullptr};
  pid_t child = 0;
  if (posix_spawn(&child, program, nullptr, nullptr, arguments, environ) == ENOENT) return true;
  waitpid(child, nullptr, 0);
  return false;
}

void TestReaderThatCannotStart() {
  if (!TellsWhatCannotStart()) return;
  const int free_before = LowestFreeDescriptor();
  const auto missing = StartPipeReader({"/nonexistent/program"});
  Check(!missing.ok() && missing.failure().call == "posix_spawn" && missing.failure().error_number == ENOENT, "no program is a failure");
  rlimit before;
  getrlimit(RLIMIT_NOFILE, &before);
  const auto with_descriptors = [&](int count) {
    rlimit few = before;
    few.rlim_cur = static_cast<rlim_t>(free_before + count);
    setrlimit(RLIMIT_NOFILE, &few);
    auto started = StartPipeReader({"/bin/true"});
    setrlimit(RLIMIT_NOFILE, &before);
    return started.ok() ? Failure{} : started.failure();
  };
  const Failure without_pipe = with_descriptors(1);
  Check(without_pipe.call == "pipe2" && without_pipe.error_number == EMFILE, "no pipe is a failure");
  const Failure without_error_output = with_descriptors(2);
  Check(without_error_output.call == "posix_spawn" && without_error_output.error_number == EMFILE, "no standard error is a failure");
  Check(LowestFreeDescriptor() == free_before, "what failed leaves no descriptor");
}

}  // namespace

void TestPipeReader() {
  TestReaderOfAProgram();
  TestReaderThatCannotStart();
}

}  // namespace allocscope::test
