#include "platform/mapped_stream.h"

#include <sys/mman.h>

#include <cstring>

namespace allocscope::platform {
namespace {

constexpr size_t kInitialCapacity = 256 * 1024;

}  // namespace

MappedStream::MappedStream() {
  void* memory = mmap(nullptr, kInitialCapacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;
  text_ = static_cast<char*>(memory);
  capacity_ = kInitialCapacity;
  cookie_io_functions_t functions{};
  functions.write = Append;
  file_ = fopencookie(this, "w", functions);
  // A buffer of its own would come from malloc.
  if (file_ != nullptr) setvbuf(file_, nullptr, _IONBF, 0);
}

MappedStream::~MappedStream() {
  if (file_ != nullptr) fclose(file_);
  if (text_ != nullptr) munmap(text_, capacity_);
}

std::string_view MappedStream::Finish(bool* whole) {
  if (file_ != nullptr) fflush(file_);
  *whole = whole_;
  return {text_, length_};
}

ssize_t MappedStream::Append(void* stream, const char* text, size_t length) {
  auto* self = static_cast<MappedStream*>(stream);
  if (!self->Reserve(self->length_ + length)) {
    self->whole_ = false;
    return 0;
  }
  std::memcpy(self->text_ + self->length_, text, length);
  self->length_ += length;
  return static_cast<ssize_t>(length);
}

bool MappedStream::Reserve(size_t needed) {
  if (needed <= capacity_) return true;
  size_t wanted = capacity_;
  while (wanted < needed) wanted *= 2;
  void* moved = mremap(text_, capacity_, wanted, MREMAP_MAYMOVE);
  if (moved == MAP_FAILED) return false;
  text_ = static_cast<char*>(moved);
  capacity_ = wanted;
  return true;
}

}  // namespace allocscope::platform
