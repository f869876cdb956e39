#include "process/kernel_file.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/descriptor.h"

namespace allocscope::process {
namespace {

// Of any other file system a file may be as long as it likes, and reading it may take as long.
bool IsOfKernel(int descriptor) {
  struct statfs system {};
  if (fstatfs(descriptor, &system) != 0) return false;
  return system.f_type == PROC_SUPER_MAGIC || system.f_type == CGROUP_SUPER_MAGIC || system.f_type == CGROUP2_SUPER_MAGIC;
}

// glibc's own fstat is of 2.33: with it the addon wouldn't load on older systems.
bool Identify(int descriptor, struct stat* into) { return syscall(SYS_fstat, descriptor, into) == 0; }

}  // namespace

KernelFile::KernelFile(KernelFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), device_(other.device_), inode_(other.inode_) {}

void KernelFile::Open() {
  descriptor_ = platform::AboveStandardStreams(open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor_ < 0) return;
  struct stat status {};
  if (IsOfKernel(descriptor_) && Identify(descriptor_, &status)) {
    device_ = status.st_dev;
    inode_ = status.st_ino;
    return;
  }
  close(descriptor_);
  descriptor_ = -1;
}

// The program may have closed the descriptor and reused its number for a file of its own, which must stay open.
void KernelFile::Close() {
  if (IsStillOne()) close(descriptor_);
  descriptor_ = -1;
}

bool KernelFile::IsStillOne() const {
  struct stat status {};
  return descriptor_ >= 0 && Identify(descriptor_, &status) && status.st_dev == device_ && status.st_ino == inode_;
}

ssize_t KernelFile::Read(char* into, size_t bytes) {
  if (IsStillOne()) {
    const ssize_t length = pread(descriptor_, into, bytes, 0);
    if (length >= 0) return length;
  }
  Close();
  Open();
  return descriptor_ < 0 ? -1 : pread(descriptor_, into, bytes, 0);
}

}  // namespace allocscope::process
