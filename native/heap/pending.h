#ifndef ALLOCSCOPE_HEAP_PENDING_H_
#define ALLOCSCOPE_HEAP_PENDING_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace allocscope::heap {

// The objects that a walk still has to visit, last in first out. It grows by chunks, so it takes no more than 8 bytes an entry. The first
// chunk is inside the object itself, so that a small graph needs no malloc.
class Pending {
 public:
  Pending() = default;
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  ~Pending() {
    // One by one: otherwise the chunks' destructors would recurse through the whole chain.
    while (top_) top_ = std::move(top_->below);
  }

  void Push(uintptr_t entry) {
    if (count_ == capacity_) AddChunk();
    entries_[count_++] = entry;
    size_++;
  }
  bool Pop(uintptr_t* into) {
    if (count_ == 0 && !DropChunk()) return false;
    *into = entries_[--count_];
    size_--;
    return true;
  }
  size_t size() const { return size_; }
  size_t peak_bytes() const { return peak_chunks_ * sizeof(Chunk); }

 private:
  static constexpr size_t kFirstEntries = 64;
  static constexpr size_t kChunkEntries = 8190;

  struct Chunk {
    std::unique_ptr<Chunk> below;
    size_t count_below = 0;
    std::array<uintptr_t, kChunkEntries> entries;
  };

  // Seldom called. Within Push and Pop they would make the callers' hot loops longer.
  [[gnu::noinline]] void AddChunk() {
    // Not by make_unique, which would set every word of the chunk to zero.
    // NOLINTNEXTLINE(modernize-make-unique)
    std::unique_ptr<Chunk> chunk = spare_ ? std::move(spare_) : std::unique_ptr<Chunk>(new Chunk);
    chunk->below = std::move(top_);
    chunk->count_below = count_;
    top_ = std::move(chunk);
    if (++chunks_ > peak_chunks_) peak_chunks_ = chunks_;
    Use(0);
  }

  // Keeps one empty chunk. Otherwise a walk that stays around a boundary would allocate at each step.
  [[gnu::noinline]] bool DropChunk() {
    if (!top_) return false;
    const size_t count = top_->count_below;
    spare_ = std::move(top_);
    top_ = std::move(spare_->below);
    chunks_--;
    Use(count);
    return true;
  }

  void Use(size_t count) {
    entries_ = top_ ? top_->entries.data() : first_.data();
    capacity_ = top_ ? kChunkEntries : kFirstEntries;
    count_ = count;
  }

  std::array<uintptr_t, kFirstEntries> first_;
  uintptr_t* entries_ = first_.data();
  size_t count_ = 0;
  size_t capacity_ = kFirstEntries;
  size_t size_ = 0;
  std::unique_ptr<Chunk> top_;
  std::unique_ptr<Chunk> spare_;
  size_t chunks_ = 0;
  size_t peak_chunks_ = 0;
};

}  // namespace allocscope::heap

#endif  // ALLOCSCOPE_HEAP_PENDING_H_
