#ifndef ALLOCSCOPE_TRACKER_POOL_WORK_H_
#define ALLOCSCOPE_TRACKER_POOL_WORK_H_

#include <cstddef>
#include <cstdint>

#include "tracker/stack_store.h"

namespace allocscope::tracker {

// Work that an addon hands to node's pool of threads by napi_create_async_work, as it was handed over, and the JavaScript that did so.
struct PoolWork {
  using Execute = void(void* env, void* data);
  using Complete = void(void* env, int status, void* data);

  Execute* execute;
  Complete* complete;
  void* data;
  // Of the session, by its floor, in which the frames mean something.
  int64_t session;
  // The number of code events when it was made: what its addresses meant then.
  uint32_t sequence;
  uint32_t isolate;
  size_t script_count;
  uintptr_t script[Frames::kMostScript];
  PoolWork* next_free;
};

// Room for a work that is made now by JavaScript, with that stack. Null where nothing is tracked, where no JavaScript is known, and where
// there is no room. `frame` is the hook's own.
PoolWork* TakePoolWork(const void* frame);

void GiveBackPoolWork(PoolWork* work);

// What napi_create_async_work is given in place of the addon's own functions, with the work in place of its data.
void ExecutePoolWork(void* env, void* work);
void CompletePoolWork(void* env, int status, void* work);

// Gives frames that no JavaScript is known of those of the work that this thread is at. Answers with the number of code events that they
// are as of, `sequence` where there are none.
uint32_t AddFramesOfPoolWork(Frames* frames, uint32_t sequence);

}  // namespace allocscope::tracker

#endif  // ALLOCSCOPE_TRACKER_POOL_WORK_H_
