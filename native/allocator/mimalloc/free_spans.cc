#include "allocator/mimalloc/free_spans.h"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace allocscope::allocator::mimalloc {
namespace {

// mimalloc.h: mi_option_reset_delay of 2.0, mi_option_purge_delay of 2.1.
constexpr int kDecommitDelay = 15;

// Larger than what shares a page with others, so that each is a span of its own.
constexpr size_t kSpanBytes = size_t{256} << 10;

// 1 GiB at once, which bounds the stall and the array on the stack.
constexpr size_t kMostSpans = 4096;

// As many in a row that aren't resident make up a segment of 32 MiB: then what is taken is new.
constexpr size_t kMostVain = 128;

// 209 is 2.0.9, 2118 is 2.1.18.
int MajorOf(int version) { return version >= 1000 ? version / 1000 : version / 100; }

// Looks at the middle of the block: its ends may share a page with mimalloc's own.
bool IsResident(void* block) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const uintptr_t middle = (reinterpret_cast<uintptr_t>(block) + kSpanBytes / 2) & ~(page - 1);
  unsigned char resident = 0;
  return mincore(reinterpret_cast<void*>(middle), page, &resident) == 0 && (resident & 1) != 0;
}

}  // namespace

void DecommitFreeSpans(const Api& api) {
  if (api.malloc == nullptr || api.free == nullptr || api.option_get == nullptr || api.option_set == nullptr) return;
  if (MajorOf(api.version()) != 2) return;
  std::array<void*, kMostSpans> spans;
  size_t taken = 0;
  for (size_t vain = 0; taken < kMostSpans && vain < kMostVain; taken++) {
    void* const span = api.malloc(kSpanBytes);
    if (span == nullptr) break;
    spans[taken] = span;
    vain = IsResident(span) ? 0 : vain + 1;
  }
  const auto delay = api.option_get(kDecommitDelay);
  api.option_set(kDecommitDelay, 0);
  while (taken > 0) api.free(spans[--taken]);
  api.option_set(kDecommitDelay, delay);
}

}  // namespace allocscope::allocator::mimalloc
