#ifndef ALLOCSCOPE_AGENT_EVENT_LOOP_H_
#define ALLOCSCOPE_AGENT_EVENT_LOOP_H_

#include <string>

#include "result.h"

namespace allocscope::agent {

// A script that the main thread runs when its event loop comes round. Made by one thread, run by the main thread, taken by any.
class Evaluation;

// Hands `script` to the main thread and returns at once. Fails where the main thread isn't running JavaScript yet, and where this program's
// libuv or V8 isn't the one that is known.
Result<Evaluation*> BeginEvaluation(const std::string& script);

// Whether the script has run: then `value` has its result as text, or `error` the text of what it threw, and the evaluation is gone.
struct EvaluationState {
  bool done = false;
  bool threw = false;
  std::string text;
};
EvaluationState TakeEvaluation(Evaluation* evaluation);

// Nobody waits for it any more. It is freed when it has run, which it does nevertheless.
void DropEvaluation(Evaluation* evaluation);

}  // namespace allocscope::agent

#endif  // ALLOCSCOPE_AGENT_EVENT_LOOP_H_
