#include "sampler/slot_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "platform/crc32.h"
#include "platform/safe_memory.h"

namespace allocscope::sampler {
namespace {

// Of a block, before its payload. All numbers are little endian, as every processor that the addon is built for has them.
struct BlockHeader {
  // Of all that follows it.
  uint32_t checksum;
  uint32_t payload_bytes;
  uint32_t kind;
  uint32_t sequence;
};

// Pages of the mapping are given up in pieces of this size, so that hardly any is resident and other threads are seldom interrupted for it.
constexpr size_t kPieceBytes = size_t{64} << 10;

Failure LastFailure(const char* call, int error) { return {"RECORDING", call, error, std::strerror(error)}; }

Result<char*> MapWhole(int descriptor, size_t bytes) {
  // Leaves no hole: a full disk fails here.
  const int error = posix_fallocate(descriptor, 0, static_cast<off_t>(bytes));
  if (error != 0) return LastFailure("posix_fallocate", error);
  void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED) return LastFailure("mmap", errno);
  // A forked child has no use for it.
  madvise(memory, bytes, MADV_DONTFORK);
  return static_cast<char*>(memory);
}

}  // namespace

Result<std::unique_ptr<SlotFile>> SlotFile::Create(const std::string& path, const SlotLayout& layout, const void* head,
                                                   size_t head_length) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return LastFailure("open", errno);
  const Result<char*> memory = MapWhole(descriptor, layout.file_bytes());
  close(descriptor);
  if (!memory.ok()) {
    unlink(path.c_str());
    return memory.failure();
  }
  std::unique_ptr<SlotFile> file(new SlotFile(memory.value(), layout));
  if (platform::WriteOwnMemory(reinterpret_cast<uintptr_t>(memory.value()), head, head_length)) return file;
  unlink(path.c_str());
  return Failure{"RECORDING", "process_vm_writev", 0, "the kernel doesn't write into the mapped file"};
}

SlotFile::~SlotFile() { munmap(memory_, layout_.file_bytes()); }

size_t SlotFile::row_words() const { return (layout_.slot_bytes - sizeof(BlockHeader)) / sizeof(double); }

bool SlotFile::WriteRow(const double* row, size_t length) { return WriteBlock(&rows_, row, length * sizeof(double)); }

bool SlotFile::WriteEvent(const void* event, size_t bytes) { return WriteBlock(&events_, event, bytes); }

bool SlotFile::WriteCollection(const double* figures, size_t count) { return WriteBlock(&collections_, figures, count * sizeof(double)); }

bool SlotFile::WriteBlock(Series* series, const void* payload, size_t bytes) {
  if (bytes > layout_.slot_bytes - sizeof(BlockHeader)) return false;
  alignas(BlockHeader) char block[kMostSlotBytes];
  BlockHeader header{0, static_cast<uint32_t>(bytes), series->kind, series->sequence};
  std::memcpy(block + sizeof header, payload, bytes);
  std::memcpy(block, &header, sizeof header);
  header.checksum = platform::Crc32(block + sizeof header.checksum, sizeof header - sizeof header.checksum + bytes);
  std::memcpy(block, &header.checksum, sizeof header.checksum);
  const size_t offset = series->begin + series->sequence % series->slots * layout_.slot_bytes;
  series->sequence++;
  const bool written = platform::WriteOwnMemory(reinterpret_cast<uintptr_t>(memory_ + offset), block, sizeof header + bytes);
  GiveUpPages(offset);
  return written;
}

// What was written stays in the page cache. When the last slot of a piece was written, none of its pages need be this process's any longer.
void SlotFile::GiveUpPages(size_t offset) const {
  const size_t next = offset + layout_.slot_bytes;
  if (next % kPieceBytes >= layout_.slot_bytes && next != layout_.file_bytes()) return;
  const size_t begin = offset / kPieceBytes * kPieceBytes;
  const size_t end = next < begin + kPieceBytes ? next : begin + kPieceBytes;
  madvise(memory_ + begin, end - begin, MADV_DONTNEED);
}

}  // namespace allocscope::sampler
