#ifndef ALLOCSCOPE_PLATFORM_MAPPING_H_
#define ALLOCSCOPE_PLATFORM_MAPPING_H_

#include <cstddef>

#include "result.h"

namespace allocscope::platform {

// Memory that shows in no figure of the allocator's: zeroed pages of its own.
class Mapping {
 public:
  // Private to this process. Only pages that were touched are resident.
  static Result<Mapping> Anonymous(size_t bytes);

  // The first `bytes` of a file, shared with other processes that map it. Resident from the start, so that filling it doesn't look like
  // growth. Fails unless the file is sealed against shrinking, as touching a page that was cut off would end the process.
  static Result<Mapping> Shared(int descriptor, size_t bytes);

  Mapping(Mapping&& other) noexcept;
  ~Mapping();
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  void* data() const { return data_; }
  size_t bytes() const { return bytes_; }

 private:
  Mapping(void* data, size_t bytes) : data_(data), bytes_(bytes) {}
  static Result<Mapping> Map(size_t bytes, int flags, int descriptor);

  void* data_;
  size_t bytes_;
};

// A file without a name, `bytes` long, that can grow but never shrink; its descriptor, closed on exec.
Result<int> CreateSealedFile(size_t bytes);

}  // namespace allocscope::platform

#endif  // ALLOCSCOPE_PLATFORM_MAPPING_H_
