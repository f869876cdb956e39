#ifndef ALLOCSCOPE_AGENT_EVENT_LOOP_H_
#define ALLOCSCOPE_AGENT_EVENT_LOOP_H_

#include <string>

#include "agent/heap_figures.h"
#include "result.h"

namespace allocscope::agent {

// A script that the main thread runs when its event loop comes round. Made by one thread, run by the main thread, taken by any.
class Evaluation;

// Hands `script` to the main thread and returns at once. Fails where the main thread isn't running JavaScript yet, and where this program's
// libuv or V8 isn't the one that is known.
Result<Evaluation*> BeginEvaluation(const std::string& script);

// Has the main thread read V8's figures of its heap in the midst of its JavaScript, which may run without end, when the script hasn't run
// yet. Where it runs none, as in a system call, it does so when JavaScript goes on. To be asked once. Fails where this program doesn't
// export the calls.
Result<Done> InterruptEvaluation(Evaluation* evaluation);

// Whether the script has run: then `value` has its result as text, or `error` the text of what it threw, and the evaluation is gone. Else
// `heap` is there when the main thread was interrupted for it, until the evaluation is dropped.
struct EvaluationState {
  bool done = false;
  bool threw = false;
  std::string text;
  const HeapFigures* heap = nullptr;
};
EvaluationState TakeEvaluation(Evaluation* evaluation);

// Nobody waits for it any more. It is freed when it has run, which it does nevertheless.
void DropEvaluation(Evaluation* evaluation);

}  // namespace allocscope::agent

#endif  // ALLOCSCOPE_AGENT_EVENT_LOOP_H_
