#ifndef ALLOCSCOPE_AGENT_ANSWER_H_
#define ALLOCSCOPE_AGENT_ANSWER_H_

#include <cstdint>

namespace allocscope::agent {

// An answer, in memory of this process.
struct Answer {
  const char* text;
  uint64_t length;
};

}  // namespace allocscope::agent

// Answers a request of another process, in the thread that it borrowed: see attach/. The text is JSON, and is freed by a call without a
// request. Requests: describe, footprint, usage, arenas, evaluate SCRIPT, interrupt NUMBER,
// take NUMBER, drop NUMBER.
extern "C" __attribute__((visibility("default"))) void allocscope_reply(const char* request, allocscope::agent::Answer* answer);

#endif  // ALLOCSCOPE_AGENT_ANSWER_H_
