#ifndef ALLOCSCOPE_AGENT_MAIN_ISOLATE_H_
#define ALLOCSCOPE_AGENT_MAIN_ISOLATE_H_

namespace allocscope::agent {

// The isolate that the main thread has entered, asked from another thread; null while there is none, and where it can't be found out. It is
// good for comparison only: it may be gone as soon as it is returned.
const void* MainIsolate();

}  // namespace allocscope::agent

#endif  // ALLOCSCOPE_AGENT_MAIN_ISOLATE_H_
