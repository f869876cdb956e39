#ifndef ALLOCSCOPE_PROFILE_MAPPED_FILE_H_
#define ALLOCSCOPE_PROFILE_MAPPED_FILE_H_

#include <cstddef>
#include <memory>
#include <string>

#include "result.h"

namespace allocscope::profile {

// A file in a shared mapping. What is written there is in the file at once, and stays when the process is killed. Its room on the disk is
// taken when it is opened. In memory only pages that were touched are resident.
class MappedFile {
 public:
  // Makes the file, or maps the one that is there and lengthens it to `bytes` when it is shorter.
  static Result<std::unique_ptr<MappedFile>> Open(const std::string& path, size_t bytes);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  void* memory() const { return memory_; }
  size_t bytes() const { return bytes_; }

 private:
  MappedFile(void* memory, size_t bytes) : memory_(memory), bytes_(bytes) {}

  void* const memory_;
  const size_t bytes_;
};

}  // namespace allocscope::profile

#endif  // ALLOCSCOPE_PROFILE_MAPPED_FILE_H_
