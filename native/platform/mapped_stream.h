#ifndef ALLOCSCOPE_PLATFORM_MAPPED_STREAM_H_
#define ALLOCSCOPE_PLATFORM_MAPPED_STREAM_H_

#include <cstddef>
#include <cstdio>
#include <string_view>

namespace allocscope::platform {

// A FILE* to print into whose text lives in an mmap of its own.
//
// open_memstream would grow its text in the heap that is being described. Freeing a text of more than 128 KiB would raise glibc's dynamic
// mmap threshold. Here only the FILE itself (under 1 KiB) comes from malloc.
class MappedStream {
 public:
  MappedStream();
  ~MappedStream();
  MappedStream(const MappedStream&) = delete;
  MappedStream& operator=(const MappedStream&) = delete;

  // Null when the system refused the memory.
  FILE* file() const { return file_; }

  // All that was printed; false in `*whole` when memory ran out on the way.
  std::string_view Finish(bool* whole);

 private:
  static ssize_t Append(void* stream, const char* text, size_t length);
  bool Reserve(size_t needed);

  FILE* file_ = nullptr;
  char* text_ = nullptr;
  size_t length_ = 0;
  size_t capacity_ = 0;
  bool whole_ = true;
};

}  // namespace allocscope::platform

#endif  // ALLOCSCOPE_PLATFORM_MAPPED_STREAM_H_
