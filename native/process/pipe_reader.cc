#include "process/pipe_reader.h"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "platform/descriptor.h"

namespace allocscope::process {
namespace {

// Signals as a new program expects them: Node ignores SIGPIPE and handles others.
int SetAttributes(posix_spawnattr_t* attributes) {
  sigset_t all;
  sigset_t none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(attributes, &all);
  posix_spawnattr_setsigmask(attributes, &none);
  return posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

// Node closes its own standard streams on exec, so that standard error is given from a duplicate.
int SetFiles(posix_spawn_file_actions_t* files, int input, int error_output) {
  int error = posix_spawn_file_actions_adddup2(files, input, STDIN_FILENO);
  if (error == 0) error = posix_spawn_file_actions_addopen(files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  if (error == 0) error = posix_spawn_file_actions_adddup2(files, error_output, STDERR_FILENO);
  return error;
}

int Spawn(const std::vector<std::string>& command, int input, int error_output) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  int error = SetFiles(&files, input, error_output);
  if (error == 0) error = SetAttributes(&attributes);
  pid_t pid = 0;
  if (error == 0) error = posix_spawn(&pid, arguments[0], &files, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

Failure FailureOf(const char* call, int error) { return {"PROGRAM", call, error, std::strerror(error)}; }

}  // namespace

Result<Done> StartPipeReader(const std::vector<std::string>& command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return FailureOf("pipe2", errno);
  for (int& end : ends) end = platform::AboveStandardStreams(end);
  const int error_output = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  const int error = error_output < 0 ? errno : Spawn(command, ends[0], error_output);
  if (error_output >= 0) close(error_output);
  close(ends[0]);
  if (error == 0) return Done{};  // The other end stays open as long as this process lives.
  close(ends[1]);
  return FailureOf("posix_spawn", error);
}

}  // namespace allocscope::process
