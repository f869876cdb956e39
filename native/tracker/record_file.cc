#include "tracker/record_file.h"

#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>

#include "tracker/rows.h"
#include "tracker/sampling.h"
#include "tracker/tracker.h"

namespace allocscope::tracker {
namespace {

// In static memory: a handler may run on a small stack.
char buffer[1UL << 16];

// Bytes on their way to a file, through `buffer`. After a failed write it writes nothing more.
class Output {
 public:
  explicit Output(int descriptor) : descriptor_(descriptor) {}

  void Put(const void* bytes, size_t count) {
    const char* from = static_cast<const char*>(bytes);
    written_ += count;
    while (count > 0) {
      const size_t part = std::min(count, sizeof(buffer) - used_);
      std::memcpy(buffer + used_, from, part);
      used_ += part;
      from += part;
      count -= part;
      if (used_ == sizeof(buffer)) Flush();
    }
  }

  void PutText(const char* text) { Put(text, std::strlen(text)); }

  void PutInteger(uint64_t number, size_t digits = 1) {
    char text[20];
    const size_t length = static_cast<size_t>(std::to_chars(text, text + sizeof(text), number).ptr - text);
    for (size_t missing = length; missing < digits; missing++) Put("0", 1);
    Put(text, length);
  }

  // A string of JSON. What stands for a letter in UTF-8 stays as it is.
  void PutString(const char* text) {
    Put("\"", 1);
    for (; *text != '\0'; text++) {
      const auto byte = static_cast<unsigned char>(*text);
      if (byte < 0x20) {
        const char escaped[] = {'\\', 'u', '0', '0', "0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
        Put(escaped, sizeof(escaped));
        continue;
      }
      if (byte == '"' || byte == '\\') Put("\\", 1);
      Put(text, 1);
    }
    Put("\"", 1);
  }

  void Flush() {
    for (size_t done = 0; done < used_ && !has_failed_;) {
      const ssize_t wrote = write(descriptor_, buffer + done, used_ - done);
      if (wrote > 0) done += static_cast<size_t>(wrote);
      has_failed_ = wrote == 0 || (wrote < 0 && errno != EINTR);
    }
    used_ = 0;
  }

  uint64_t written() const { return written_; }

 private:
  int descriptor_;
  size_t used_ = 0;
  uint64_t written_ = 0;
  bool has_failed_ = false;
};

struct ObjectList {
  Output* output;
  bool is_first = true;
};

int PutObject(dl_phdr_info* info, size_t, void* data) {
  ObjectList& list = *static_cast<ObjectList*>(data);
  Output& output = *list.output;
  const ObjectBounds bounds = BoundsOf(*info);
  output.PutText(list.is_first ? "{\"path\":" : ",{\"path\":");
  list.is_first = false;
  output.PutString(info->dlpi_name);
  output.PutText(",\"bias\":");
  output.PutInteger(info->dlpi_addr);
  output.PutText(",\"begin\":");
  output.PutInteger(bounds.begin);
  output.PutText(",\"end\":");
  output.PutInteger(bounds.end);
  output.PutText("}");
  return 0;
}

void PutFigures(Output* output) {
  output->PutText("{\"intervalBytes\":");
  output->PutInteger(sampling.interval_bytes.load());
  output->PutText(",\"samples\":");
  output->PutInteger(sampling.samples.load());
  output->PutText(",\"unrecorded\":");
  output->PutInteger(sampling.unrecorded.load());
  output->PutText(",\"missedFrees\":");
  output->PutInteger(sampling.missed_frees.load());
  output->PutText(",\"lostCodeEvents\":");
  output->PutInteger(sampling.code.lost());
  output->PutText("}");
}

struct BodySizes {
  uint64_t sample_numbers;
  uint64_t stack_numbers;
  uint64_t code_bytes;
};

BodySizes PutBody(Output* output) {
  BodySizes sizes{0, 0, sampling.code.bytes()};
  const auto put = [output](uint64_t* count) {
    return [output, count](double number) {
      output->Put(&number, sizeof(number));
      *count += 1;
    };
  };
  PutSamples(put(&sizes.sample_numbers));
  PutStacks(put(&sizes.stack_numbers));
  output->Put(sampling.code.begin(), sizes.code_bytes);
  return sizes;
}

void PutHeader(Output* output, const char* identity, uint64_t duration_nanos, const BodySizes& sizes) {
  output->PutText("{");
  output->PutText(identity);
  output->PutText(",\"durationMs\":");
  output->PutInteger(duration_nanos / 1'000'000);
  output->PutText(".");
  output->PutInteger(duration_nanos % 1'000'000, 6);
  output->PutText(",\"objects\":[");
  ObjectList list{output};
  dl_iterate_phdr(PutObject, &list);
  output->PutText("],\"figures\":");
  PutFigures(output);
  output->PutText(",\"sampleNumbers\":");
  output->PutInteger(sizes.sample_numbers);
  output->PutText(",\"stackNumbers\":");
  output->PutInteger(sizes.stack_numbers);
  output->PutText(",\"codeBytes\":");
  output->PutInteger(sizes.code_bytes);
  output->PutText("}");
}

}  // namespace

void WriteRecord(int descriptor, const char* identity, uint64_t duration_nanos) {
  Output output(descriptor);
  output.PutText("allocscope track 2\n");
  const BodySizes sizes = PutBody(&output);
  const uint64_t before = output.written();
  PutHeader(&output, identity, duration_nanos, sizes);
  output.PutInteger(output.written() - before, 16);
  output.PutText("\n");
  output.Flush();
}

}  // namespace allocscope::tracker
