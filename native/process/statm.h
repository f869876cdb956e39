#ifndef ALLOCSCOPE_PROCESS_STATM_H_
#define ALLOCSCOPE_PROCESS_STATM_H_

#include <cstdint>

#include "result.h"

namespace allocscope::process {

struct Statm {
  uint64_t virtual_bytes;
  uint64_t resident_bytes;
  uint64_t shared_bytes;
};

// What the statm file behind `descriptor` says. False when it isn't one, or its process has ended. Does not allocate.
bool ReadStatm(int descriptor, Statm* into);

// /proc/self/statm, kept open above the standard streams: one pread a reading, about 1 µs whatever the size of the process.
class StatmReader {
 public:
  StatmReader() = default;
  ~StatmReader();
  StatmReader(const StatmReader&) = delete;
  StatmReader& operator=(const StatmReader&) = delete;

  // Does not allocate unless it fails. Reopens once when the descriptor was closed, or now names another file.
  Result<Statm> Read();

 private:
  bool Open();

  int descriptor_ = -1;
};

}  // namespace allocscope::process

#endif  // ALLOCSCOPE_PROCESS_STATM_H_
