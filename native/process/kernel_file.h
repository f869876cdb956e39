#ifndef ALLOCSCOPE_PROCESS_KERNEL_FILE_H_
#define ALLOCSCOPE_PROCESS_KERNEL_FILE_H_

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <string>
#include <utility>

namespace allocscope::process {

// A small file of /proc or of a control group, kept open above the standard streams: one pread a reading.
class KernelFile {
 public:
  explicit KernelFile(std::string path) : path_(std::move(path)) {}
  KernelFile(KernelFile&& other) noexcept;
  ~KernelFile() { Close(); }
  KernelFile(const KernelFile&) = delete;
  KernelFile& operator=(const KernelFile&) = delete;

  const std::string& path() const { return path_; }

  // What the file begins with, as much of it as `into` holds; -1 where it can't be read. Allocates nothing. Reopens once when the program
  // has closed the descriptor, or uses its number for another file.
  ssize_t Read(char* into, size_t bytes);

 private:
  void Open();
  void Close();
  bool IsStillOne() const;

  std::string path_;
  int descriptor_ = -1;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace allocscope::process

#endif  // ALLOCSCOPE_PROCESS_KERNEL_FILE_H_
