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
  ~NumberFile() { Close(); }
  NumberFile(const NumberFile&) = delete;
  NumberFile& operator=(const NumberFile&) = delete;

  // Allocates nothing. Reopens once when the descriptor was closed, or now names another file, which is found within ten readings. Nothing
  // where the file can't be read, or holds something else.
  std::optional<uint64_t> Read();

 private:
  void Close();
  bool IsStillOne();
  std::optional<uint64_t> ReadOnce();

  const std::string path_;
  int descriptor_ = -1;
  // Readings until the descriptor is looked at again.
  int unchecked_ = 0;
};

}  // namespace allocscope::process

#endif  // ALLOCSCOPE_PROCESS_NUMBER_FILE_H_
