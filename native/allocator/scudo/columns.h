#ifndef ALLOCSCOPE_ALLOCATOR_SCUDO_COLUMNS_H_
#define ALLOCSCOPE_ALLOCATOR_SCUDO_COLUMNS_H_

namespace allocscope::allocator::scudo {

// `hblkhd`, `uordblks` and `fordblks` of scudo's `mallinfo2`.
//
// In TypeScript: scudoFootprintColumns.
constexpr const char* kFootprintColumns[] = {"mappedBytes", "allocatedBytes", "freeBytes"};

// In TypeScript: scudoMallocInfoText.
constexpr char kMallocInfoText[] = "mallocInfo";

}  // namespace allocscope::allocator::scudo

#endif  // ALLOCSCOPE_ALLOCATOR_SCUDO_COLUMNS_H_
