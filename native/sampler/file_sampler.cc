#include "sampler/file_sampler.h"

#include <sys/types.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "platform/clock.h"
#include "sampler/published.h"

namespace allocscope::sampler {
namespace {

// Longer than any file that is read, on a stack of 256 KiB: memory.stat of either version has less than 3 KiB.
constexpr size_t kLongestFile = 8192;

struct Text {
  const char* at;
  const char* end;

  bool Begins(const char* word, size_t length) const {
    return static_cast<size_t>(end - at) >= length && std::memcmp(at, word, length) == 0;
  }
};

// strtod depends on the locale, and looks for an end that the text doesn't have.
double ParseNumber(Text text) {
  if (text.Begins("max", 3)) return std::numeric_limits<double>::infinity();
  if (text.at == text.end || *text.at < '0' || *text.at > '9') return kNone;
  double number = 0;
  for (; text.at != text.end && *text.at >= '0' && *text.at <= '9'; text.at++) number = number * 10 + (*text.at - '0');
  if (text.at == text.end || *text.at != '.') return number;
  double unit = 0.1;
  for (text.at++; text.at != text.end && *text.at >= '0' && *text.at <= '9'; text.at++, unit /= 10) number += unit * (*text.at - '0');
  return number;
}

// What follows `name=` in the line.
Text FindField(Text line, const char* name, size_t length) {
  for (; line.at != line.end; line.at++) {
    if (line.Begins(name, length) && line.at + length != line.end && line.at[length] == '=') return {line.at + length + 1, line.end};
  }
  return line;
}

}  // namespace

double FindFigure(const char* text, size_t length, const std::string& key) {
  const char* const end = text + length;
  if (key.empty()) return ParseNumber({text, end});
  const size_t space = key.find(' ');
  const size_t word = space == std::string::npos ? key.size() : space;
  while (text != end) {
    const char* const line_end = std::find(text, end, '\n');
    const Text line{text, line_end};
    if (line.Begins(key.data(), word) && text + word != line_end && text[word] == ' ') {
      const Text rest{text + word + 1, line_end};
      return ParseNumber(space == std::string::npos ? rest : FindField(rest, key.data() + space + 1, key.size() - space - 1));
    }
    text = line_end == end ? end : line_end + 1;
  }
  return kNone;
}

FileSampler::FileSampler(const Pace& pace, const std::vector<FileFigure>& figures, platform::Ring ring)
    : PacedThread(pace, &ring.counters()), ring_(std::move(ring)), counters_(ring_.counters()), row_(kFileFigures + figures.size()) {
  for (const FileFigure& figure : figures) {
    if (sources_.empty() || sources_.back().file.path() != figure.path) sources_.push_back({process::KernelFile(figure.path), {}});
    sources_.back().keys.push_back(figure.key);
  }
}

FileSampler::~FileSampler() { Stop(); }

Result<std::unique_ptr<FileSampler>> FileSampler::Start(const Pace& pace, const std::vector<FileFigure>& figures, platform::Ring ring) {
  std::unique_ptr<FileSampler> sampler(new FileSampler(pace, figures, std::move(ring)));
  // Opens what the thread then only reads.
  sampler->ReadInto(sampler->row_.data() + kFileFigures);
  int error = 0;
  if (!sampler->StartThread(&error)) return Failure{"PROC_UNREADABLE", "pthread_create", error, std::strerror(error)};
  return sampler;
}

void FileSampler::ReadInto(double* figures) {
  char text[kLongestFile];
  for (Source& source : sources_) {
    const ssize_t length = source.file.Read(text, sizeof text);
    for (const std::string& key : source.keys) *figures++ = length < 0 ? kNone : FindFigure(text, static_cast<size_t>(length), key);
  }
}

// The time at which all were read.
uint64_t FileSampler::TakeSample(uint64_t now_nanos) {
  double* const row = row_.data();
  row[kFileLength] = static_cast<double>(row_.size());
  row[kFileTimeMillis] = static_cast<double>(now_nanos) / platform::kNanosPerMilli;
  ReadInto(row + kFileFigures);
  counters_.samples.fetch_add(1, std::memory_order_relaxed);
  if (!ring_.Push(row, row_.size())) counters_.lost.fetch_add(1, std::memory_order_relaxed);
  return platform::MonotonicNanos();
}

}  // namespace allocscope::sampler
