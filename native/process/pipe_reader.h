#ifndef ALLOCSCOPE_PROCESS_PIPE_READER_H_
#define ALLOCSCOPE_PROCESS_PIPE_READER_H_

#include <string>
#include <vector>

#include "result.h"

namespace allocscope::process {

// Starts a program whose standard input is a pipe that nothing is written to: it ends when this process is gone, however that happens. The
// program has a session of its own, so that a Ctrl-C isn't for it, and this process's standard error. `command` begins with the program's
// path.
//
// Costs about 1 ms. Node's child_process would load streams and sockets first, 10 ms in a program that starts no process itself.
Result<Done> StartPipeReader(const std::vector<std::string>& command);

}  // namespace allocscope::process

#endif  // ALLOCSCOPE_PROCESS_PIPE_READER_H_
