#ifndef ALLOCSCOPE_EMBEDDED_OBJECT_TEXT_H_
#define ALLOCSCOPE_EMBEDDED_OBJECT_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/loaded_objects.h"
#include "platform/mapping.h"
#include "result.h"

namespace allocscope::embedded {

// The first place of `needle` in `text`, from `from` on; npos when there is none. Compares 16 places at once: some GB/s.
size_t FindText(std::string_view text, std::string_view needle, size_t from = 0);

// The read-only data of a loaded object, where its texts and the names of its symbols are.
//
// It is read from the object's file, as reading the memory would bring pages of it into RSS. A file that is gone, or is another by now, is
// read from memory instead, by the kernel: what can't be read is left out, and nothing faults.
class ObjectText {
 public:
  // Parts overlap by this much, so that a text of up to this length is whole in one of them.
  static constexpr size_t kOverlap = 256;

  // Makes the buffer that parts are read into. Not from malloc: freeing it would move glibc's dynamic threshold.
  static Result<platform::Mapping> MakeBuffer();

  ObjectText(const platform::LoadedObject& object, const platform::Mapping& buffer);
  ~ObjectText();
  ObjectText(const ObjectText&) = delete;
  ObjectText& operator=(const ObjectText&) = delete;

  // Which file this is: device, inode, time and size. Empty when it was read from memory, which can't be told from another of the same
  // path.
  const std::string& identity() const { return identity_; }

  // Calls `visit(std::string_view part)` for each part, until it answers false.
  template <typename Visit>
  void VisitParts(Visit&& visit) const {
    for (const platform::Segment& segment : object_.segments) {
      if (!HoldsText(segment)) continue;
      for (uint64_t offset = 0; offset < segment.file_bytes; offset += part_bytes_ - kOverlap) {
        if (!visit(ReadPart(segment, offset))) return;
      }
    }
  }

  bool Contains(std::string_view text) const;

 private:
  bool HoldsText(const platform::Segment& segment) const;
  std::string_view ReadPart(const platform::Segment& segment, uint64_t offset) const;

  const platform::LoadedObject& object_;
  char* const part_;
  const size_t part_bytes_;
  // -1 when the file isn't the one that was mapped.
  int file_ = -1;
  std::string identity_;
};

}  // namespace allocscope::embedded

#endif  // ALLOCSCOPE_EMBEDDED_OBJECT_TEXT_H_
