#ifndef ALLOCSCOPE_TRACKER_ISOLATES_H_
#define ALLOCSCOPE_TRACKER_ISOLATES_H_

#include <array>
#include <atomic>
#include <cstdint>

#include "result.h"
#include "tracker/code_log.h"
#include "tracker/stack_store.h"

namespace allocscope::tracker {

// V8's public calls that tell a thread's JavaScript frames, found by name in the running program. An isolate's code is logged from when its
// own thread has taken it on. What is logged carries the isolate's number, from 1. No session uses an earlier one's numbers.
class Isolates {
 public:
  // UNSUPPORTED when this program doesn't export the calls.
  Result<Done> Find();

  // Begins a session, and takes on the isolate of the calling thread: V8 tells all the code that there is, then what is added.
  void Begin(CodeLog* log);

  // Ends it. V8 goes on telling the code of other threads' isolates, which only they could stop; it isn't logged.
  void End();

  // The JavaScript frames around `frame`, of a hook. An isolate that isn't taken on yet is asked to be: V8 interrupts it for that, in its
  // own thread.
  void ReadScriptFrames(const void* frame, Frames* into);
  // The same where the isolate is taken on, and nothing where it isn't: asking V8 for it would allocate.
  void ReadKnownScriptFrames(const void* frame, Frames* into) const;

 private:
  struct RegisterState;
  struct SampleInfo;
  struct JitCodeEvent;

  static void OnCodeEvent(const JitCodeEvent* event);
  static void TakeOnWhenInterrupted(void* isolate, void* isolates);
  void TakeOn(void* isolate);
  void Remember(void* isolate, uint32_t number);
  uint32_t NumberOf(const void* isolate) const;
  void Log(const JitCodeEvent& event, uint32_t isolate);

  void* (*current_)() = nullptr;
  void (*stack_sample_)(void* isolate, const RegisterState& state, void** frames, size_t most, SampleInfo* info) = nullptr;
  void (*set_handler_)(void* isolate, int options, void (*handler)(const JitCodeEvent* event)) = nullptr;
  void (*interrupt_)(void* isolate, void (*callback)(void* isolate, void* data), void* data) = nullptr;
  std::atomic<CodeLog*> log_{nullptr};
  std::atomic<uint32_t> taken_on_{0};

  // The session's isolates by their numbers, without a gap: V8's threads that collect tell where code has moved, from Node 24 on.
  struct Known {
    std::atomic<void*> isolate;
    std::atomic<uint32_t> number;
  };
  static constexpr size_t kMostKnown = 4096;
  std::array<Known, kMostKnown> known_{};
};

}  // namespace allocscope::tracker

#endif  // ALLOCSCOPE_TRACKER_ISOLATES_H_
