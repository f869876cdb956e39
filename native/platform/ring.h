#ifndef ALLOCSCOPE_PLATFORM_RING_H_
#define ALLOCSCOPE_PLATFORM_RING_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "platform/mapping.h"
#include "result.h"

namespace allocscope::platform {

// The writer's counters, for the reader. One thread alone writes each. They aren't a snapshot of one moment.
struct RingCounters {
  std::atomic<uint64_t> samples;
  // Deadlines without a sample, as the thread wasn't run.
  std::atomic<uint64_t> missed;
  // Samples that the full ring had no room for.
  std::atomic<uint64_t> lost;
  // Processor time of the sampling thread, updated ten times a second.
  std::atomic<uint64_t> cpu_nanos;
  // The present interval. Longer than asked for while samples cost much.
  std::atomic<uint64_t> interval_nanos;
  // CLOCK_MONOTONIC; zero until it happened.
  std::atomic<uint64_t> started_nanos;
  std::atomic<uint64_t> stopped_nanos;
};

// Records of doubles, from one writing thread to one reading thread, without a lock. Each record's first word is its length. The threads
// may be in different processes, each with its own Ring over the same mapping. So neither trusts memory that the other can write.
class Ring {
 public:
  // Over zeroed memory. `format` is its user's number for what the records are; the two ends must mean the same.
  static Ring Make(Mapping mapping, uint32_t format);

  // Over the memory that the other end has made a ring of. Fails where another program, or another version of this one, has.
  static Result<Ring> Join(Mapping mapping, uint32_t format);

  Ring(Ring&&) noexcept = default;
  ~Ring() = default;
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  // False, with nothing written, when the reader has left too little room.
  bool Push(const double* record, size_t length);

  // Moves as many whole records as fit. Answers with the number of words. From the first malformed record on it always answers 0.
  size_t Drain(double* into, size_t capacity);

  RingCounters& counters() { return header_->counters; }
  const RingCounters& counters() const { return header_->counters; }

  static constexpr size_t BytesFor(size_t words) { return sizeof(Header) + words * sizeof(double); }

 private:
  // Tells the two ends that they mean the same memory by it. Written before the other end knows of the ring, and not again.
  struct Identity {
    uint64_t magic;
    // Of the header, this part of it included.
    uint32_t version;
    uint32_t format;
    uint64_t words;
  };

  struct Header {
    Identity identity;
    // Words ever written and ever read, so that they never wrap: their difference is what waits.
    alignas(64) std::atomic<uint64_t> written;
    alignas(64) std::atomic<uint64_t> read;
    alignas(64) RingCounters counters;
  };
  static_assert(std::atomic<uint64_t>::is_always_lock_free, "an atomic of another process's is a plain word");

  explicit Ring(Mapping mapping);
  Identity IdentityOf(uint32_t format) const;
  void CopyOut(uint64_t from, double* into, size_t length) const;

  Mapping mapping_;
  Header* header_;
  double* memory_;
  size_t words_;
  // The reader's own position. The header has a copy for the writer.
  uint64_t read_ = 0;
};

}  // namespace allocscope::platform

#endif  // ALLOCSCOPE_PLATFORM_RING_H_
