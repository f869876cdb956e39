#include "platform/mapping.h"

#include <fcntl.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace allocscope::platform {
namespace {

Failure LastFailure(const char* call) {
  const int error = errno;
  return {"PROC_UNREADABLE", call, error, std::strerror(error)};
}

}  // namespace

Mapping::Mapping(Mapping&& other) noexcept : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

Mapping::~Mapping() {
  if (data_ != nullptr) munmap(data_, bytes_);
}

Result<Mapping> Mapping::Map(size_t bytes, int flags, int descriptor) {
  void* const data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, descriptor, 0);
  if (data == MAP_FAILED) return LastFailure("mmap");
  return Mapping(data, bytes);
}

Result<Mapping> Mapping::Anonymous(size_t bytes) { return Map(bytes, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1); }

Result<Mapping> Mapping::Shared(int descriptor, size_t bytes) {
  const int seals = fcntl(descriptor, F_GET_SEALS);
  if (seals < 0) return LastFailure("fcntl F_GET_SEALS");
  // Not fstat: newer glibc releases gave it a version of its own.
  const off_t end = lseek(descriptor, 0, SEEK_END);
  if (end < 0) return LastFailure("lseek");
  if ((seals & F_SEAL_SHRINK) == 0 || static_cast<size_t>(end) < bytes) {
    return Failure{"PROC_UNREADABLE", "fcntl F_GET_SEALS", 0, "the file isn't sealed at its size"};
  }
  return Map(bytes, MAP_SHARED | MAP_POPULATE, descriptor);
}

Result<int> CreateSealedFile(size_t bytes) {
  // By its number: glibc has no wrapper before 2.27, and newer ones may give it a version of its own.
  const int descriptor = static_cast<int>(syscall(SYS_memfd_create, "allocscope", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (descriptor < 0) return LastFailure("memfd_create");
  if (ftruncate(descriptor, static_cast<off_t>(bytes)) == 0 && fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK) == 0) return descriptor;
  const Failure failure = LastFailure("ftruncate");
  close(descriptor);
  return failure;
}

}  // namespace allocscope::platform
