#ifndef ALLOCSCOPE_PROCESS_NUMBER_FILE_H_
#define ALLOCSCOPE_PROCESS_NUMBER_FILE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace allocscope::process {

// A control group's file that holds one decimal number, as `memory.current`, kept open above the standard streams: one pread a reading.
class NumberFile {
 public:
  // An empty path stands for no file.
  explicit NumberFile(std::string path) : path_(std::move(path)) {}
  ~NumberFile();
  NumberFile(const NumberFile&) = delete;
  NumberFile& operator=(const NumberFile&) = delete;

  // Allocates nothing. Reopens once when the descriptor was closed, or now names another file. Nothing where the file can't be read, or
  // holds something else.
  std::optional<uint64_t> Read();

 private:
  std::optional<uint64_t> ReadOnce() const;

  const std::string path_;
  int descriptor_ = -1;
};

}  // namespace allocscope::process

#endif  // ALLOCSCOPE_PROCESS_NUMBER_FILE_H_
