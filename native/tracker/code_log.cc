#include "tracker/code_log.h"

#include <sched.h>

#include <cstring>

#include "tracker/reserved_memory.h"

namespace allocscope::tracker {
namespace {

class Lock {
 public:
  explicit Lock(std::atomic_flag* flag) : flag_(flag) {
    while (flag_->test_and_set(std::memory_order_acquire)) sched_yield();
  }
  ~Lock() { flag_->clear(std::memory_order_release); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  std::atomic_flag* flag_;
};

}  // namespace

bool CodeLog::Prepare() {
  if (entries_ == nullptr) entries_ = static_cast<char*>(ReserveMemory(kMostBytes));
  return entries_ != nullptr;
}

void CodeLog::Append(CodeEntry entry, uint32_t isolate, uint32_t what, uintptr_t address, uint64_t extent, const void* text,
                     size_t text_bytes) {
  const size_t padded = (sizeof(Header) + text_bytes + 7) / 8 * 8;
  const Lock lock(&lock_);
  const size_t used = used_.load(std::memory_order_relaxed);
  if (padded > kMostBytes - used) {
    lost_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const Header header{entry, isolate, what, static_cast<uint32_t>(text_bytes), address, extent};
  std::memcpy(entries_ + used, &header, sizeof(header));
  if (text_bytes > 0) std::memcpy(entries_ + used + sizeof(header), text, text_bytes);
  used_.store(used + padded, std::memory_order_release);
  sequence_.fetch_add(1, std::memory_order_release);
}

void CodeLog::Clear() {
  if (entries_ == nullptr) return;
  EmptyMemory(entries_, kMostBytes);
  used_.store(0, std::memory_order_relaxed);
  sequence_.store(0, std::memory_order_relaxed);
  lost_.store(0, std::memory_order_relaxed);
}

}  // namespace allocscope::tracker
