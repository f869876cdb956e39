#ifndef ALLOCSCOPE_PROFILE_V8_WORKERS_H_
#define ALLOCSCOPE_PROFILE_V8_WORKERS_H_

#include <sys/types.h>

#include <array>
#include <cstddef>

namespace allocscope::profile {

// The threads on which Node runs V8's background work, by their name, which they have from Node 24 on: "V8Worker" is in it.
//
// A compiler on one of them takes areas of old space, up to some 100 KiB, which V8 counts as used until the compiler is through.
class V8Workers {
 public:
  // Those of this process. There are none where /proc can't be read.
  static V8Workers Find();

  // Waits until all sleep, but not for long: other threads of JavaScript may keep them busy. Some 0.3 ms, mostly asleep; allocates nothing.
  void WaitUntilAsleep() const;

 private:
  static constexpr size_t kMost = 64;

  bool AreAsleep() const;

  std::array<pid_t, kMost> tids_{};
  size_t count_ = 0;
};

}  // namespace allocscope::profile

#endif  // ALLOCSCOPE_PROFILE_V8_WORKERS_H_
