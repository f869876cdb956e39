#include "profile/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace allocscope::profile {
namespace {

Failure SystemFailure(const char* call) { return {"PROFILE_RECORD", call, errno, std::strerror(errno)}; }

// Leaves no hole in the file. So a full disk fails here, and not by a signal at the first write into the mapping.
bool Reserve(int descriptor, size_t bytes) {
  const off_t there = lseek(descriptor, 0, SEEK_END);
  if (there < 0) return false;
  if (static_cast<size_t>(there) >= bytes) return true;
  const int error = posix_fallocate(descriptor, there, static_cast<off_t>(bytes) - there);
  if (error != 0) errno = error;
  return error == 0;
}

}  // namespace

Result<std::unique_ptr<MappedFile>> MappedFile::Open(const std::string& path, size_t bytes) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return SystemFailure("open");
  if (!Reserve(descriptor, bytes)) {
    Failure failure = SystemFailure("posix_fallocate");
    close(descriptor);
    return failure;
  }
  void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  Failure failure = SystemFailure("mmap");
  close(descriptor);
  if (memory == MAP_FAILED) return failure;
  return std::unique_ptr<MappedFile>(new MappedFile(memory, bytes));
}

MappedFile::~MappedFile() { munmap(memory_, bytes_); }

}  // namespace allocscope::profile
