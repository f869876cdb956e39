#ifndef ALLOCSCOPE_SAMPLER_FILE_SAMPLER_H_
#define ALLOCSCOPE_SAMPLER_FILE_SAMPLER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "platform/ring.h"
#include "process/kernel_file.h"
#include "result.h"
#include "sampler/paced_thread.h"

namespace allocscope::sampler {

// Where in a row what stands. The figures follow. In TypeScript: filePlace.
enum FileField : size_t {
  kFileLength,
  kFileTimeMillis,  // CLOCK_MONOTONIC when the reading began.
  kFileFigures,
};

// A number in a file of the kernel.
struct FileFigure {
  std::string path;
  // Empty where the number is all that the file holds. `anon` is the number of the line that begins with that word, `some avg10` that after
  // `avg10=` in the line that begins with `some`.
  std::string key;
};

constexpr size_t kMostFileFigures = 128;

// The number that `key` names in a text: infinite for `max`, NaN where there is none.
double FindFigure(const char* text, size_t length, const std::string& key);

// Reads numbers of the kernel's files at each deadline, into one row.
class FileSampler : private PacedThread {
 public:
  // Figures of one path that follow each other are of one reading of the file.
  static Result<std::unique_ptr<FileSampler>> Start(const Pace& pace, const std::vector<FileFigure>& figures, platform::Ring ring);
  ~FileSampler();
  FileSampler(const FileSampler&) = delete;
  FileSampler& operator=(const FileSampler&) = delete;

  // Ends the thread and waits for it. What was sampled can still be drained.
  void Stop() { StopThread(); }

  platform::Ring& ring() { return ring_; }
  size_t row_length() const { return row_.size(); }

 private:
  struct Source {
    process::KernelFile file;
    std::vector<std::string> keys;
  };

  FileSampler(const Pace& pace, const std::vector<FileFigure>& figures, platform::Ring ring);

  uint64_t TakeSample(uint64_t now_nanos) override;
  void ReadInto(double* figures);

  platform::Ring ring_;
  platform::RingCounters& counters_;
  std::vector<Source> sources_;
  std::vector<double> row_;
};

}  // namespace allocscope::sampler

#endif  // ALLOCSCOPE_SAMPLER_FILE_SAMPLER_H_
