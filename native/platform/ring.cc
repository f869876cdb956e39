#include "platform/ring.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace allocscope::platform {
namespace {

// "ascpring", in the order in which it stands in memory.
constexpr uint64_t kMagic = 0x676e697270637361;
constexpr uint32_t kVersion = 1;

Failure NotJoined(const char* why) { return {"UNSUPPORTED", "shared ring", 0, why}; }

}  // namespace

Ring Ring::Make(Mapping mapping, uint32_t format) {
  Ring ring(std::move(mapping));
  ring.header_->identity = ring.IdentityOf(format);
  return ring;
}

Result<Ring> Ring::Join(Mapping mapping, uint32_t format) {
  if (mapping.bytes() < sizeof(Header)) return NotJoined("the memory is too short for a ring");
  Ring ring(std::move(mapping));
  const Identity found = ring.header_->identity;
  const Identity expected = ring.IdentityOf(format);
  if (found.magic != expected.magic) return NotJoined("the memory isn't a ring of allocscope's");
  if (found.version != expected.version || found.format != expected.format) {
    return NotJoined("the ring was made by another version of allocscope");
  }
  if (found.words != expected.words) return NotJoined("the ring was made with another size");
  return ring;
}

Ring::Ring(Mapping mapping)
    : mapping_(std::move(mapping)),
      header_(static_cast<Header*>(mapping_.data())),
      memory_(reinterpret_cast<double*>(header_ + 1)),
      words_((mapping_.bytes() - sizeof(Header)) / sizeof(double)) {}

Ring::Identity Ring::IdentityOf(uint32_t format) const { return {kMagic, kVersion, format, words_}; }

bool Ring::Push(const double* record, size_t length) {
  const uint64_t written = header_->written.load(std::memory_order_relaxed);
  const uint64_t waiting = written - header_->read.load(std::memory_order_acquire);
  if (length > words_ || waiting > words_ - length) return false;
  const size_t at = written % words_;
  const size_t first = std::min(length, words_ - at);
  std::memcpy(memory_ + at, record, first * sizeof(double));
  std::memcpy(memory_, record + first, (length - first) * sizeof(double));
  header_->written.store(written + length, std::memory_order_release);
  return true;
}

void Ring::CopyOut(uint64_t from, double* into, size_t length) const {
  const size_t at = from % words_;
  const size_t first = std::min(length, words_ - at);
  std::memcpy(into, memory_ + at, first * sizeof(double));
  std::memcpy(into + first, memory_, (length - first) * sizeof(double));
}

size_t Ring::Drain(double* into, size_t capacity) {
  const uint64_t waiting = header_->written.load(std::memory_order_acquire) - read_;
  if (waiting > words_) return 0;
  size_t moved = 0;
  while (moved < waiting) {
    const double length = memory_[(read_ + moved) % words_];
    // Written so that NaN is refused. Another process wrote this, so it mustn't lead out of the ring.
    if (!(length >= 1 && length <= static_cast<double>(waiting - moved))) break;
    if (static_cast<size_t>(length) > capacity - moved) break;
    const auto words = static_cast<size_t>(length);
    CopyOut(read_ + moved, into + moved, words);
    into[moved] = length;
    moved += words;
  }
  read_ += moved;
  header_->read.store(read_, std::memory_order_release);
  return moved;
}

}  // namespace allocscope::platform
