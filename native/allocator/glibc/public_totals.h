#ifndef ALLOCSCOPE_ALLOCATOR_GLIBC_PUBLIC_TOTALS_H_
#define ALLOCSCOPE_ALLOCATOR_GLIBC_PUBLIC_TOTALS_H_

#include <cstddef>
#include <cstdint>
#include <optional>

namespace allocscope::allocator::glibc {

// struct mallinfo2, which libraries before 2.33 don't declare.
struct Mallinfo2 {
  size_t arena;
  size_t ordblks;
  size_t smblks;
  size_t hblks;
  size_t hblkhd;
  size_t usmblks;
  size_t fsmblks;
  size_t uordblks;
  size_t fordblks;
  size_t keepcost;
};

// What glibc's public calls tell of the whole process. They walk every free list, each arena locked meanwhile.
class PublicTotals {
 public:
  // Of all versions before 2.33, and kept since.
  struct Mallinfo {
    int fields[10];
  };

  // By libc's own calls.
  PublicTotals();
  // By these, of which each may be missing.
  PublicTotals(Mallinfo2 (*mallinfo2)(), Mallinfo (*mallinfo)()) : mallinfo2_(mallinfo2), mallinfo_(mallinfo) {}

  // Whether figures are told whole. `mallinfo`, which is all there is before 2.33, tells the low 32 bits of each.
  bool are_whole() const { return mallinfo2_ != nullptr; }

  // Nothing where libc has neither call.
  std::optional<Mallinfo2> Read() const;

  // Whether what was told may stand for `value`.
  bool Tells(size_t told, size_t value) const { return are_whole() ? told == value : told == static_cast<uint32_t>(value); }

 private:
  Mallinfo2 (*mallinfo2_)();
  Mallinfo (*mallinfo_)();
};

}  // namespace allocscope::allocator::glibc

#endif  // ALLOCSCOPE_ALLOCATOR_GLIBC_PUBLIC_TOTALS_H_
