#include "agent/event_loop.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <new>

#include "agent/main_isolate.h"
#include "platform/symbol_lookup.h"

namespace allocscope::agent {
namespace {

// uv__queue: a circular list.
struct Queue {
  Queue* next;
  Queue* previous;
};

// uv__work of libuv 1: what a thread of the pool hands back to the loop.
struct Work {
  void (*work)(Work*);
  void (*done)(Work*, int status);
  void* loop;
  Queue queue;
};

// uv_async_t of libuv 1, up to its type.
struct Async {
  void* data;
  void* loop;
  int type;
};

constexpr int kAsyncType = 1;

// uv_loop_t of libuv 1, whose layout its versions keep, up to where the pool hands work back.
struct Loop {
  void* data;
  unsigned active_handles;
  Queue handle_queue;
  void* active_requests;
  void* internal_fields;
  unsigned stop_flag;
  uintptr_t flags;
  int backend_descriptor;
  Queue pending_queue;
  Queue watcher_queue;
  void* watchers;
  unsigned watcher_count;
  unsigned descriptor_count;
  Queue work_queue;
  // uv_mutex_t is pthread_mutex_t, of five words.
  uintptr_t work_mutex[5];
  Async work_async;
};

// V8's locals, which are passed as the pointer that they are.
using Local = void*;

// Room for a TryCatch or a Utf8Value of any version; both are of a few words.
struct alignas(16) ObjectRoom {
  uintptr_t words[32] = {};
};

}  // namespace

// libuv's and V8's exported calls. All of them are there, or none is used.
struct EngineCalls {
  Loop* (*default_loop)();
  int (*backend_descriptor)(const Loop*);
  void (*lock)(uintptr_t*);
  void (*unlock)(uintptr_t*);
  int (*send)(Async*);
  unsigned (*version)();
  void* (*current_isolate)();
  void (*enqueue)(void* isolate, void (*microtask)(void*), void* data);
  void (*run_microtasks)(void* isolate);
  Local (*context)(void* isolate);
  Local (*new_string)(void* isolate, const char* text, int type, int length);
  Local (*compile)(Local context, Local source, void* origin);
  Local (*run)(Local script, Local context);
  void (*try_catch)(void* into, void* isolate);
  void (*end_try_catch)(void* object);
  Local (*exception)(const void* try_catch);
  void (*utf8)(void* into, void* isolate, Local value, int options);
  void (*end_utf8)(void* object);

  bool Find();
};

namespace {

template <typename Function>
bool FindInto(Function* function, const char* name) {
  *function = platform::FindFunction<Function>(name);
  return *function != nullptr;
}

}  // namespace

bool EngineCalls::Find() {
  // From Node 24 on it takes how to write, whose 0 is as before; a caller may always pass one argument more.
  const bool has_text = FindInto(&utf8, "_ZN2v86String9Utf8ValueC1EPNS_7IsolateENS_5LocalINS_5ValueEEE") ||
                        FindInto(&utf8, "_ZN2v86String9Utf8ValueC1EPNS_7IsolateENS_5LocalINS_5ValueEEENS0_12WriteOptionsE");
  return has_text && FindInto(&end_utf8, "_ZN2v86String9Utf8ValueD1Ev") && FindInto(&default_loop, "uv_default_loop") &&
         FindInto(&backend_descriptor, "uv_backend_fd") && FindInto(&lock, "uv_mutex_lock") && FindInto(&unlock, "uv_mutex_unlock") &&
         FindInto(&send, "uv_async_send") && FindInto(&version, "uv_version") &&
         FindInto(&current_isolate, "_ZN2v87Isolate13TryGetCurrentEv") &&
         FindInto(&enqueue, "_ZN2v87Isolate16EnqueueMicrotaskEPFvPvES1_") &&
         FindInto(&run_microtasks, "_ZN2v815MicrotasksScope17PerformCheckpointEPNS_7IsolateE") &&
         FindInto(&context, "_ZN2v87Isolate17GetCurrentContextEv") &&
         FindInto(&new_string, "_ZN2v86String11NewFromUtf8EPNS_7IsolateEPKcNS_13NewStringTypeEi") &&
         FindInto(&compile, "_ZN2v86Script7CompileENS_5LocalINS_7ContextEEENS1_INS_6StringEEEPNS_12ScriptOriginE") &&
         FindInto(&run, "_ZN2v86Script3RunENS_5LocalINS_7ContextEEE") && FindInto(&try_catch, "_ZN2v88TryCatchC1EPNS_7IsolateE") &&
         FindInto(&end_try_catch, "_ZN2v88TryCatchD1Ev") && FindInto(&exception, "_ZNK2v88TryCatch9ExceptionEv");
}

class Evaluation {
 public:
  Evaluation(const EngineCalls& calls, std::string script) : calls_(calls), script_(std::move(script)) {}

  // Where the pool's threads put what they have done, under the same lock.
  void HandTo(Loop* loop) {
    work_.done = [](Work* work, int) { reinterpret_cast<Evaluation*>(work)->RunOnLoop(); };
    work_.loop = loop;
    loop_ = loop;
    calls_.lock(loop->work_mutex);
    Queue* last = loop->work_queue.previous;
    work_.queue = {&loop->work_queue, last};
    last->next = &work_.queue;
    loop->work_queue.previous = &work_.queue;
    calls_.unlock(loop->work_mutex);
    calls_.send(&loop->work_async);
  }

  // Where the main thread is in JavaScript, V8 runs the callback within it. As long as the work waits in the loop's list, the isolate can't
  // be disposed of meanwhile: before that, node turns the loop to close its own handles, and to take the work it needs the lock that is
  // held here. A worker's loop is known to nobody else, so nothing holds a worker's isolate.
  void Interrupt(const HeapCalls& heap_calls) {
    heap_calls_ = heap_calls;
    Loop* loop = loop_;
    calls_.lock(loop->work_mutex);
    void* isolate = IsWaitingIn(loop) ? const_cast<void*>(MainIsolate()) : nullptr;
    if (isolate != nullptr) {
      holders_.fetch_add(1, std::memory_order_relaxed);
      heap_calls_.interrupt(
          isolate, [](void* interrupted, void* evaluation) { static_cast<Evaluation*>(evaluation)->ReadHeap(interrupted); }, this);
    }
    calls_.unlock(loop->work_mutex);
  }

  // Once: by the thread that ran the script, by the one that takes or drops it, and by the interrupt. The last of them frees it. An
  // interrupt that never comes, as the isolate has ended, leaves it: some 5 KiB.
  void Leave() {
    if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  EvaluationState state() const {
    if (done_.load(std::memory_order_acquire)) return state_;
    EvaluationState state;
    if (has_heap_.load(std::memory_order_acquire)) state.heap = &heap_;
    return state;
  }

 private:
  // V8 gives a microtask a scope of handles, which no version exports for others to make. At this depth none is waiting but this one.
  void RunOnLoop() {
    void* isolate = calls_.current_isolate();
    if (isolate == nullptr) return Finish(true, "the main thread has no isolate any more");
    calls_.enqueue(
        isolate, [](void* evaluation) { static_cast<Evaluation*>(evaluation)->Run(); }, this);
    calls_.run_microtasks(isolate);
  }

  void Run() {
    void* isolate = calls_.current_isolate();
    ObjectRoom guard;
    calls_.try_catch(&guard, isolate);
    bool threw = true;
    std::string text = "it could not be run";
    if (Local context = calls_.context(isolate)) {
      Local value = RunIn(isolate, context);
      threw = value == nullptr;
      if (threw) value = calls_.exception(&guard);
      if (value != nullptr) text = TextOf(isolate, value);
    }
    calls_.end_try_catch(&guard);
    Finish(threw, std::move(text));
  }

  Local RunIn(void* isolate, Local context) {
    constexpr int kNormal = 0;
    Local source = calls_.new_string(isolate, script_.data(), kNormal, static_cast<int>(script_.size()));
    Local script = source == nullptr ? nullptr : calls_.compile(context, source, nullptr);
    return script == nullptr ? nullptr : calls_.run(script, context);
  }

  std::string TextOf(void* isolate, Local value) {
    ObjectRoom room;
    calls_.utf8(&room, isolate, value, 0);
    // Its first member is the text, which ends with a zero.
    const auto* text = reinterpret_cast<const char*>(room.words[0]);
    std::string copy = text == nullptr ? "" : text;
    calls_.end_utf8(&room);
    return copy;
  }

  void Finish(bool threw, std::string text) {
    state_.done = true;
    state_.threw = threw;
    state_.text = std::move(text);
    done_.store(true, std::memory_order_release);
    Leave();
  }

  // Under the lock of the list, which the loop empties when it comes round.
  bool IsWaitingIn(const Loop* loop) const {
    const Queue* end = &loop->work_queue;
    const Queue* one = end->next;
    while (one != end && one != &work_.queue) one = one->next;
    return one != end;
  }

  // The thread may be in an isolate of somebody else's.
  void ReadHeap(void* isolate) {
    if (heap_calls_.loop_of(isolate) == loop_ && heap_.Read(heap_calls_, isolate)) has_heap_.store(true, std::memory_order_release);
    Leave();
  }

  // First: libuv gives back its address.
  Work work_ = {};
  const EngineCalls calls_;
  const std::string script_;
  Loop* loop_ = nullptr;
  HeapCalls heap_calls_{};
  // The loop and whoever asked; later the interrupt.
  std::atomic<int> holders_{2};
  std::atomic<bool> done_{false};
  EvaluationState state_;
  std::atomic<bool> has_heap_{false};
  HeapFigures heap_;
};

Result<Evaluation*> BeginEvaluation(const std::string& script) {
  EngineCalls calls;
  if (!calls.Find()) return Unsupported("dlsym", "this program doesn't export libuv's and V8's calls");
  // An isolate is entered after the loop was made. Asked for earlier, the loop would be made here, and twice.
  if (MainIsolate() == nullptr)
    return Unsupported("attach", "the main thread isn't running JavaScript yet, or V8's isolate can't be found");
  Loop* loop = calls.default_loop();
  const bool known = (calls.version() >> 16) == 1 && loop->backend_descriptor == calls.backend_descriptor(loop) &&
                     loop->work_async.loop == loop && loop->work_async.type == kAsyncType;
  if (!known) return Unsupported("uv_default_loop", "libuv's loop isn't laid out as in the versions that are known");
  auto* evaluation = new Evaluation(calls, script);
  evaluation->HandTo(loop);
  return evaluation;
}

Result<Done> InterruptEvaluation(Evaluation* evaluation) {
  HeapCalls calls{};
  if (!calls.Find()) return Unsupported("dlsym", "this program doesn't export V8's interrupts and statistics");
  evaluation->Interrupt(calls);
  return Done{};
}

EvaluationState TakeEvaluation(Evaluation* evaluation) {
  EvaluationState state = evaluation->state();
  if (state.done) DropEvaluation(evaluation);
  return state;
}

void DropEvaluation(Evaluation* evaluation) { evaluation->Leave(); }

}  // namespace allocscope::agent
