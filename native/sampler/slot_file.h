#ifndef ALLOCSCOPE_SAMPLER_SLOT_FILE_H_
#define ALLOCSCOPE_SAMPLER_SLOT_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "result.h"

namespace allocscope::sampler {

// Of the file, bytes and counts: what stays, then the slots of rows, then those of events. The FlightLayout of lib/record.
struct SlotLayout {
  size_t head_bytes;
  size_t slot_bytes;
  size_t row_slots;
  size_t event_slots;

  size_t file_bytes() const { return head_bytes + slot_bytes * (row_slots + event_slots); }
};

constexpr size_t kMostSlotBytes = 4096;

// A file of fixed size whose slots are written again and again. What is written survives the process, however it ends: it is in the
// kernel's page cache when the call returns.
//
// The file is mapped, and the kernel copies into the mapping. So there is no descriptor that the program could close and use for a file of
// its own, and where the file was cut short meanwhile, or the disk fails, a write fails and no signal is raised.
class SlotFile {
 public:
  // Makes the file, which mustn't be there, takes all of its room on the disk, and writes `head` at its beginning.
  static Result<std::unique_ptr<SlotFile>> Create(const std::string& path, const SlotLayout& layout, const void* head, size_t head_length);
  ~SlotFile();
  SlotFile(const SlotFile&) = delete;
  SlotFile& operator=(const SlotFile&) = delete;

  // The doubles of a row that fit in a slot.
  size_t row_words() const;

  // Each by one thread at a time. Allocates nothing. False when it couldn't be written.
  bool WriteRow(const double* row, size_t length);
  bool WriteEvent(const void* event, size_t bytes);
  // Instead of what was written so before: the last slot of the events is for it alone.
  bool WriteCollection(const double* figures, size_t count);

 private:
  SlotFile(char* memory, const SlotLayout& layout) : memory_(memory), layout_(layout) {}

  // Slots of one kind: where they begin, how many there are, and how many blocks were written to them.
  struct Series {
    size_t begin;
    size_t slots;
    uint32_t kind;
    uint32_t sequence = 0;
  };

  bool WriteBlock(Series* series, const void* payload, size_t bytes);
  void GiveUpPages(size_t offset) const;

  char* const memory_;
  const SlotLayout layout_;
  Series rows_{layout_.head_bytes, layout_.row_slots, kRowKind};
  Series events_{layout_.head_bytes + layout_.slot_bytes * layout_.row_slots, layout_.event_slots - 1, kEventKind};
  Series collections_{layout_.file_bytes() - layout_.slot_bytes, 1, kCollectionKind};

  // The blockKinds of lib/record.
  static constexpr uint32_t kEventKind = 1;
  static constexpr uint32_t kRowKind = 3;
  static constexpr uint32_t kCollectionKind = 4;
};

}  // namespace allocscope::sampler

#endif  // ALLOCSCOPE_SAMPLER_SLOT_FILE_H_
