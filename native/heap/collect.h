#ifndef ALLOCSCOPE_HEAP_COLLECT_H_
#define ALLOCSCOPE_HEAP_COLLECT_H_

namespace allocscope::heap {

// Makes V8 collect all that it can and shrink the young generation, by `v8::Isolate::LowMemoryNotification` of the calling thread's
// isolate. False when this Node doesn't export that call: nothing was done.
bool CollectAllAvailable();

}  // namespace allocscope::heap

#endif  // ALLOCSCOPE_HEAP_COLLECT_H_
