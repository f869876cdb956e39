#include "platform/safe_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace allocscope::platform {
namespace {

// A pipe holds at least this much without blocking its writer.
constexpr size_t kPipeChunk = 4096;
// How many pieces are gathered by one call.
constexpr size_t kMostPieces = 64;

bool CopyThroughPipe(const int (&ends)[2], uintptr_t address, char* into, size_t length) {
  while (length > 0) {
    const size_t want = length < kPipeChunk ? length : kPipeChunk;
    const ssize_t written = write(ends[1], reinterpret_cast<const void*>(address), want);
    if (written <= 0) return false;
    if (read(ends[0], into, static_cast<size_t>(written)) != written) return false;
    address += static_cast<size_t>(written);
    into += written;
    length -= static_cast<size_t>(written);
  }
  return true;
}

// Sandboxes may forbid process_vm_readv and process_vm_writev; write(2) from a bad address and read(2) into one fail with EFAULT just as
// safely.
bool CopyByPipe(uintptr_t address, char* into, size_t length) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  const bool copied = CopyThroughPipe(ends, address, into, length);
  close(ends[0]);
  close(ends[1]);
  return copied;
}

// read(2) into an address that can't be written fails with EFAULT.
bool IsRefusedByPipe(uintptr_t address, char byte) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  const bool refused = write(ends[1], &byte, 1) == 1 && read(ends[0], reinterpret_cast<void*>(address), 1) < 0 && errno == EFAULT;
  close(ends[0]);
  close(ends[1]);
  return refused;
}

}  // namespace

bool IsResident(uintptr_t address) {
  unsigned char is_resident = 0;
  return mincore(reinterpret_cast<void*>(address), 1, &is_resident) == 0 && (is_resident & 1) != 0;
}

bool IsReadOnly(uintptr_t address) {
  char byte = 0;
  if (!ReadOwn(address, &byte)) return false;
  iovec local{&byte, 1};
  iovec remote{reinterpret_cast<void*>(address), 1};
  if (process_vm_writev(getpid(), &local, 1, &remote, 1, 0) == 1) return false;
  return errno == EFAULT || ((errno == EPERM || errno == ENOSYS) && IsRefusedByPipe(address, byte));
}

bool ReadOwnMemory(uintptr_t address, void* into, size_t length) {
  iovec local{into, length};
  iovec remote{reinterpret_cast<void*>(address), length};
  const ssize_t copied = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
  if (copied == static_cast<ssize_t>(length)) return true;
  if (copied < 0 && (errno == EPERM || errno == ENOSYS)) return CopyByPipe(address, static_cast<char*>(into), length);
  return false;
}

bool WriteOwnMemory(uintptr_t address, const void* from, size_t length) {
  iovec local{const_cast<void*>(from), length};
  iovec remote{reinterpret_cast<void*>(address), length};
  const ssize_t copied = process_vm_writev(getpid(), &local, 1, &remote, 1, 0);
  if (copied == static_cast<ssize_t>(length)) return true;
  if (copied < 0 && (errno == EPERM || errno == ENOSYS)) {
    return CopyByPipe(reinterpret_cast<uintptr_t>(from), reinterpret_cast<char*>(address), length);
  }
  return false;
}

PieceReader::PieceReader() {
  // A pipe that is full must not wait for the one who fills it.
  if (pipe2(ends_, O_CLOEXEC | O_NONBLOCK) != 0) ends_[0] = ends_[1] = -1;
}

PieceReader::~PieceReader() {
  for (const int end : ends_) {
    if (end >= 0) close(end);
  }
}

// False where one of them can't be read: what was written of the others is taken out again.
bool PieceReader::ReadTogether(const uintptr_t* addresses, size_t count, size_t length, char* into) {
  iovec pieces[kMostPieces];
  for (size_t i = 0; i < count; i++) pieces[i] = {reinterpret_cast<void*>(addresses[i]), length};
  const ssize_t written = writev(ends_[1], pieces, static_cast<int>(count));
  // A write that failed leaves an empty buffer, of which the pipe holds few. A read takes it away.
  const ssize_t got = read(ends_[0], into, count * length);
  return got == written && written == static_cast<ssize_t>(count * length);
}

void PieceReader::Read(const uintptr_t* addresses, size_t count, size_t length, void* into, bool* readable) {
  auto* const bytes = static_cast<char*>(into);
  const size_t most = std::min(kMostPieces, kPipeChunk / length);
  for (size_t at = 0; at < count;) {
    const size_t pieces = std::min(most, count - at);
    const bool all = ends_[1] >= 0 && ReadTogether(addresses + at, pieces, length, bytes + at * length);
    for (size_t i = at; i < at + pieces; i++) readable[i] = all || ReadOwnMemory(addresses[i], bytes + i * length, length);
    at += pieces;
  }
}

}  // namespace allocscope::platform
