#ifndef ALLOCSCOPE_LEDGER_THREADS_H_
#define ALLOCSCOPE_LEDGER_THREADS_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/ledger.h"
#include "ledger/memory_map.h"
#include "ledger/resident_pages.h"

namespace allocscope::ledger {

struct ThreadStack {
  uintptr_t begin;
  uintptr_t end;
  // 0 for the stack of an ended thread, which glibc keeps for the next one.
  pid_t tid;
  // Whether the thread's own record says so; otherwise it is a writable mapping above a guard, as stacks are.
  bool has_record;
  // The thread's isolate, when it has one; 0 otherwise.
  uintptr_t isolate;
};

// The stacks of this process's threads but the main one's, by glibc's record of each thread, which lies at the top of its stack. The
// record's form is private: what is used of it is found in the caller's own record, where the answers are known.
//
// The kernel keeps an address for each thread, get_robust_list(2), which glibc sets to a place within its record. So the records of threads
// that run are known without a search, once the caller's place is where it must be. An ended thread's is searched for.
class ThreadStacks {
 public:
  ThreadStacks(const MemoryMap& map, const ResidentPages& resident, const Caller& caller);

  // Stacks among the mappings that `skip` doesn't exclude.
  template <typename Skip>
  void Find(Skip&& skip) {
    for (size_t i = 1; i < map_.mappings.size(); i++) {
      if (MayBeStack(i) && !IsFound(map_.mappings[i]) && !skip(map_.mappings[i])) AddStack(i);
    }
  }

  const std::vector<ThreadStack>& stacks() const { return stacks_; }
  // The main thread's record, which stands among its thread-local variables; 0 when it isn't known.
  uintptr_t main_record() const { return main_record_; }
  // 0 when it isn't known.
  uintptr_t main_isolate() const { return main_record_ == 0 ? 0 : IsolateOf(main_record_); }

 private:
  void FindRunning(const Caller& caller);
  void AddRunning(pid_t tid, uintptr_t record);
  bool IsFound(const Mapping& mapping) const;
  bool MayBeStack(size_t place) const;
  void AddStack(size_t place);
  bool FindRecord(const Mapping& mapping, uintptr_t guard, ThreadStack* stack) const;
  bool ReadRecord(uintptr_t record, const Mapping& mapping, uintptr_t guard, ThreadStack* stack) const;
  uintptr_t IsolateOf(uintptr_t record) const;

  const MemoryMap& map_;
  const ResidentPages& resident_;
  std::vector<ThreadStack> stacks_;
  std::vector<pid_t> tids_;
  // Offsets within a thread's record; the second may be outside of it, among the thread's variables.
  size_t tid_offset_ = 0;
  intptr_t isolate_offset_ = 0;
  uintptr_t main_record_ = 0;
  // Whether the kernel told where the records of threads that run are.
  bool knows_running_ = false;
};

// The name of a thread of the process `pid`; empty when it is gone.
std::string ThreadName(pid_t pid, pid_t tid);

}  // namespace allocscope::ledger

#endif  // ALLOCSCOPE_LEDGER_THREADS_H_
