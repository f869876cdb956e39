#include "sampler/shared_events.h"

#include <mutex>

namespace allocscope::sampler {
namespace {

struct Current {
  std::mutex mutex;
  // Null while there is none.
  SlotFile* file = nullptr;
  double start_millis = 0;
};

// Never destroyed: a worker may write while the process ends.
Current& TheCurrent() {
  static Current* const current = new Current;
  return *current;
}

}  // namespace

SharedEvents::SharedEvents(SlotFile* file, double start_millis) {
  Current& current = TheCurrent();
  const std::lock_guard<std::mutex> lock(current.mutex);
  current.file = file;
  current.start_millis = start_millis;
}

SharedEvents::~SharedEvents() {
  Current& current = TheCurrent();
  const std::lock_guard<std::mutex> lock(current.mutex);
  current.file = nullptr;
}

std::optional<double> SharedEvents::StartMillis() {
  Current& current = TheCurrent();
  const std::lock_guard<std::mutex> lock(current.mutex);
  if (current.file == nullptr) return std::nullopt;
  return current.start_millis;
}

bool SharedEvents::Write(const void* event, size_t bytes) {
  Current& current = TheCurrent();
  const std::lock_guard<std::mutex> lock(current.mutex);
  return current.file != nullptr && current.file->WriteEvent(event, bytes);
}

}  // namespace allocscope::sampler
