#include "tracker/record_output.h"

#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "tracker/sampling.h"
#include "tracker/tracker.h"

namespace allocscope::tracker {
namespace {

// A string of JSON. What stands for a letter in UTF-8 stays as it is.
void PutString(RecordOutput* output, const char* text) {
  output->Put("\"", 1);
  for (; *text != '\0'; text++) {
    const auto byte = static_cast<unsigned char>(*text);
    if (byte < 0x20) {
      const char escaped[] = {'\\', 'u', '0', '0', "0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
      output->Put(escaped, sizeof(escaped));
      continue;
    }
    if (byte == '"' || byte == '\\') output->Put("\\", 1);
    output->Put(text, 1);
  }
  output->Put("\"", 1);
}

struct ObjectList {
  RecordOutput* output;
  bool is_first = true;
};

int PutObject(dl_phdr_info* info, size_t, void* data) {
  ObjectList& list = *static_cast<ObjectList*>(data);
  RecordOutput& output = *list.output;
  const ObjectBounds bounds = BoundsOf(*info);
  output.PutText(list.is_first ? "{\"path\":" : ",{\"path\":");
  list.is_first = false;
  PutString(&output, info->dlpi_name);
  output.PutText(",\"bias\":");
  output.PutInteger(info->dlpi_addr);
  output.PutText(",\"begin\":");
  output.PutInteger(bounds.begin);
  output.PutText(",\"end\":");
  output.PutInteger(bounds.end);
  output.PutText("}");
  return 0;
}

}  // namespace

void RecordOutput::Put(const void* bytes, size_t count) {
  const char* from = static_cast<const char*>(bytes);
  written_ += count;
  while (count > 0) {
    const size_t part = std::min(count, buffer_.size() - used_);
    std::memcpy(buffer_.data() + used_, from, part);
    used_ += part;
    from += part;
    count -= part;
    if (used_ == buffer_.size()) Flush();
  }
}

void RecordOutput::PutText(const char* text) { Put(text, std::strlen(text)); }

void RecordOutput::PutInteger(uint64_t number, size_t digits) {
  char text[20];
  const size_t length = static_cast<size_t>(std::to_chars(text, text + sizeof(text), number).ptr - text);
  for (size_t missing = length; missing < digits; missing++) Put("0", 1);
  Put(text, length);
}

void RecordOutput::PutDuration(uint64_t duration_nanos) {
  PutText(",\"durationMs\":");
  PutInteger(duration_nanos / 1'000'000);
  PutText(".");
  PutInteger(duration_nanos % 1'000'000, 6);
}

void RecordOutput::PutSession() {
  PutText(",\"objects\":[");
  ObjectList list{this};
  dl_iterate_phdr(PutObject, &list);
  PutText("],\"figures\":{\"intervalBytes\":");
  PutInteger(sampling.interval_bytes.load());
  PutText(",\"samples\":");
  PutInteger(sampling.samples.load());
  PutText(",\"unrecorded\":");
  PutInteger(sampling.unrecorded.load());
  PutText(",\"missedFrees\":");
  PutInteger(sampling.missed_frees.load());
  PutText(",\"lostMappings\":");
  PutInteger(sampling.mappings.lost());
  PutText(",\"lostCodeEvents\":");
  PutInteger(sampling.code.lost());
  PutText("}");
}

void RecordOutput::End() {
  PutInteger(written_ - end_began_, 16);
  PutText("\n");
  Flush();
}

void RecordOutput::Flush() {
  for (size_t done = 0; done < used_ && !has_failed_;) {
    const ssize_t wrote = write(descriptor_, buffer_.data() + done, used_ - done);
    if (wrote > 0) done += static_cast<size_t>(wrote);
    has_failed_ = wrote == 0 || (wrote < 0 && errno != EINTR);
  }
  used_ = 0;
}

}  // namespace allocscope::tracker
