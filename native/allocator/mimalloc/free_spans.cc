#include "allocator/mimalloc/free_spans.h"

#include <sys/mman.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "allocator/mimalloc/purge_delay.h"
#include "allocator/mimalloc/version.h"
#include "platform/page.h"

namespace allocscope::allocator::mimalloc {
namespace {

// Larger than what shares a page with others, so that each is a span of its own.
constexpr size_t kSmallestSpanBytes = size_t{256} << 10;

// 1 GiB at once, which bounds the stall and the array on the stack.
constexpr size_t kMostSpans = 4096;

// As many in a row that aren't resident make up a segment of 32 MiB: then what is taken is new.
constexpr size_t kMostVain = 128;

// Looks at the middle of the block: its ends may share a page with mimalloc's own.
bool IsResident(void* block) {
  const auto page = platform::PageBytes();
  const uintptr_t middle = (reinterpret_cast<uintptr_t>(block) + kSmallestSpanBytes / 2) & ~(page - 1);
  unsigned char resident = 0;
  return mincore(reinterpret_cast<void*>(middle), page, &resident) == 0 && (resident & 1) != 0;
}

}  // namespace

bool NeedsFreeSpans(const Api& api) {
  return api.malloc != nullptr && api.free != nullptr && NoPurgeDelay::IsPossible(api) && SplitVersion(api.version()).major == 2;
}

void DecommitFreeSpans(const Api& api) {
  std::array<void*, kMostSpans> spans;
  size_t taken = 0;
  for (size_t vain = 0; taken < kMostSpans && vain < kMostVain; taken++) {
    void* const span = api.malloc(kSmallestSpanBytes);
    if (span == nullptr) break;
    spans[taken] = span;
    vain = IsResident(span) ? 0 : vain + 1;
  }
  const NoPurgeDelay none(api);
  while (taken > 0) api.free(spans[--taken]);
}

}  // namespace allocscope::allocator::mimalloc
