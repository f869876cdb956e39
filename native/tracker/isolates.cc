#include "tracker/isolates.h"

#include <vector>

#include "platform/symbol_lookup.h"
#include "tracker/thread_state.h"

namespace allocscope::tracker {
namespace {

constexpr int kTellExistingCode = 1;
constexpr int kDefaultOptions = 0;

// What an isolate's handler needs, which V8 gives no place to hand over.
std::atomic<Isolates*> the_isolates{nullptr};

using Positions = std::vector<uint32_t>;

}  // namespace

// v8::RegisterState, v8::SampleInfo: the rest is room for members that a later version may have.
struct Isolates::RegisterState {
  uintptr_t program_counter;
  uintptr_t stack_pointer;
  uintptr_t frame_pointer;
  uintptr_t link_register;
  uintptr_t others[4];
};

struct Isolates::SampleInfo {
  size_t frames;
  uintptr_t callback;
  uintptr_t contexts[2];
  int32_t vm_state;
  int32_t others[9];
};

// v8::JitCodeEvent, whose members have stayed as they are since Node 12.
struct Isolates::JitCodeEvent {
  enum Type : int { kAdded, kMoved, kRemoved, kAddPosition, kBeginPositions, kEndPositions };
  struct Name {
    const char* text;
    size_t length;
  };
  struct Position {
    size_t offset;
    size_t source_offset;
    // 0 is the kind that stack traces show; 1 begins a statement.
    int kind;
  };
  Type type;
  int code_type;
  uintptr_t code_start;
  size_t code_length;
  uintptr_t script;
  Positions* positions;
  uintptr_t wasm_source;
  union {
    Name name;
    Position position;
    uintptr_t new_start;
  };
  void* isolate;
};

Result<Done> Isolates::Find() {
  using platform::FindFunction;
  current_ = FindFunction<decltype(current_)>("_ZN2v87Isolate13TryGetCurrentEv");
  stack_sample_ = FindFunction<decltype(stack_sample_)>("_ZN2v87Isolate14GetStackSampleERKNS_13RegisterStateEPPvmPNS_10SampleInfoE");
  set_handler_ =
      FindFunction<decltype(set_handler_)>("_ZN2v87Isolate22SetJitCodeEventHandlerENS_19JitCodeEventOptionsEPFvPKNS_12JitCodeEventEE");
  interrupt_ = FindFunction<decltype(interrupt_)>("_ZN2v87Isolate16RequestInterruptEPFvPS0_PvES2_");
  if (current_ == nullptr || stack_sample_ == nullptr || set_handler_ == nullptr || interrupt_ == nullptr) {
    return Unsupported("dlsym", "this program doesn't export V8's calls for stack samples and code events");
  }
  return Done{};
}

void Isolates::Begin(CodeLog* log) {
  for (Known& known : known_) {
    known.isolate.store(nullptr, std::memory_order_relaxed);
    known.number.store(0, std::memory_order_relaxed);
  }
  the_isolates.store(this, std::memory_order_relaxed);
  log_.store(log, std::memory_order_release);
  TakeOn(current_());
}

void Isolates::End() {
  log_.store(nullptr, std::memory_order_release);
  set_handler_(current_(), kDefaultOptions, nullptr);
  thread_state.isolate = nullptr;
}

void Isolates::TakeOn(void* isolate) {
  const SuspendedBudget own;
  ThreadState& state = thread_state;
  state.isolate = isolate;
  state.isolate_number = taken_on_.fetch_add(1, std::memory_order_relaxed) + 1;
  Remember(isolate, state.isolate_number);
  set_handler_(isolate, kTellExistingCode, OnCodeEvent);
}

// An isolate's own thread remembers it. One that has the address of another that is gone takes its place.
void Isolates::Remember(void* isolate, uint32_t number) {
  for (Known& known : known_) {
    void* found = nullptr;
    if (known.isolate.compare_exchange_strong(found, isolate) || found == isolate) {
      known.number.store(number, std::memory_order_release);
      return;
    }
  }
}

uint32_t Isolates::NumberOf(const void* isolate) const {
  for (const Known& known : known_) {
    const void* found = known.isolate.load(std::memory_order_acquire);
    if (found == isolate) return known.number.load(std::memory_order_acquire);
    if (found == nullptr) break;
  }
  return 0;
}

void Isolates::TakeOnWhenInterrupted(void* isolate, void* isolates) {
  auto* self = static_cast<Isolates*>(isolates);
  if (self->log_.load(std::memory_order_acquire) != nullptr && thread_state.isolate != isolate) self->TakeOn(isolate);
}

void Isolates::ReadScriptFrames(const void* frame, Frames* into) {
  if (current_ == nullptr) return;
  ThreadState& state = thread_state;
  void* isolate = current_();
  if (isolate == nullptr || isolate == state.isolate) return ReadKnownScriptFrames(frame, into);
  // An isolate that is still being made forgets that it was asked: it is asked again at twice as many samples.
  const uint32_t samples = ++state.samples_unlogged;
  if ((samples & (samples - 1)) == 0) interrupt_(isolate, TakeOnWhenInterrupted, this);
}

void Isolates::ReadKnownScriptFrames(const void* frame, Frames* into) const {
  void* isolate = current_ == nullptr ? nullptr : current_();
  if (isolate == nullptr || isolate != thread_state.isolate) return;
  RegisterState registers{};
  registers.frame_pointer = reinterpret_cast<uintptr_t>(frame);
  registers.stack_pointer = registers.frame_pointer;
  registers.program_counter = static_cast<const uintptr_t*>(frame)[1];
  registers.link_register = registers.program_counter;
  SampleInfo info{};
  stack_sample_(isolate, registers, reinterpret_cast<void**>(into->script.data()), Frames::kMostScript, &info);
  into->script_count = info.frames > Frames::kMostScript ? 0 : info.frames;
  into->vm_state = info.vm_state;
  into->isolate = thread_state.isolate_number;
}

void Isolates::OnCodeEvent(const JitCodeEvent* event) {
  const SuspendedBudget own;
  Isolates* self = the_isolates.load(std::memory_order_relaxed);
  // V8 tells an isolate's new code in its own thread, and in threads that collect for it where code has moved. Positions of an isolate that
  // isn't logged any more are still collected and given back.
  self->Log(*event, self->NumberOf(event->isolate));
}

void Isolates::Log(const JitCodeEvent& event, uint32_t isolate) {
  CodeLog* log = isolate == 0 ? nullptr : log_.load(std::memory_order_acquire);
  const auto append = [&](CodeEntry entry, uint64_t extent, const void* text, size_t bytes) {
    if (log != nullptr) log->Append(entry, isolate, event.code_type, event.code_start, extent, text, bytes);
  };
  switch (event.type) {
    case JitCodeEvent::kAdded:
      return append(CodeEntry::kAdded, event.code_length, event.name.text, event.name.length);
    case JitCodeEvent::kMoved:
      return append(CodeEntry::kMoved, event.new_start, nullptr, 0);
    case JitCodeEvent::kRemoved:
      return append(CodeEntry::kRemoved, 0, nullptr, 0);
    case JitCodeEvent::kBeginPositions:
      // V8 takes what it is to hand over with the positions out of the event.
      const_cast<JitCodeEvent&>(event).positions = new Positions;
      return;
    case JitCodeEvent::kAddPosition:
      if (event.positions == nullptr || event.position.kind != 0) return;
      event.positions->push_back(static_cast<uint32_t>(event.position.offset));
      event.positions->push_back(static_cast<uint32_t>(event.position.source_offset));
      return;
    case JitCodeEvent::kEndPositions:
      if (event.positions == nullptr) return;
      append(CodeEntry::kPositions, 0, event.positions->data(), event.positions->size() * sizeof(uint32_t));
      delete event.positions;
      return;
  }
}

}  // namespace allocscope::tracker
