#ifndef ALLOCSCOPE_TRACKER_RECORD_OUTPUT_H_
#define ALLOCSCOPE_TRACKER_RECORD_OUTPUT_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace allocscope::tracker {

// Bytes of a record on their way to a file: nothing is allocated. After a failed write it writes nothing more.
class RecordOutput {
 public:
  using Buffer = std::array<char, 1UL << 16>;

  RecordOutput(int descriptor, Buffer* buffer) : descriptor_(descriptor), buffer_(*buffer) {}

  void Put(const void* bytes, size_t count);
  void PutNumber(double number) { Put(&number, sizeof(number)); }
  void PutText(const char* text);
  void PutInteger(uint64_t number, size_t digits = 1);
  // Members of a JSON object, each with a comma before it: how long the session has lasted; the loaded objects, and the session's figures.
  void PutDuration(uint64_t duration_nanos);
  void PutSession();

  // What stands between the two is JSON, whose length ends the record.
  void BeginEnd() { end_began_ = written_; }
  void End();

  bool has_failed() const { return has_failed_; }

 private:
  void Flush();

  const int descriptor_;
  Buffer& buffer_;
  size_t used_ = 0;
  uint64_t written_ = 0;
  uint64_t end_began_ = 0;
  bool has_failed_ = false;
};

}  // namespace allocscope::tracker

#endif  // ALLOCSCOPE_TRACKER_RECORD_OUTPUT_H_
