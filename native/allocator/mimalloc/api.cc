#include "allocator/mimalloc/api.h"

#include "platform/symbol_lookup.h"

namespace allocscope::allocator::mimalloc {
namespace {

constexpr size_t kProofBlocks = 3;
constexpr size_t kProofBlockBytes = 4000;

struct UsedTotal {
  size_t used = 0;
  size_t bytes_if_blocks = 0;
};

bool AddUsed(const void*, const HeapArea* area, void*, size_t, void* argument) {
  auto* total = static_cast<UsedTotal*>(argument);
  total->used += area->used;
  total->bytes_if_blocks += area->used * area->block_size;
  return true;
}

}  // namespace

Api FindApi() {
  Api api;
  api.version = platform::FindFunction<decltype(api.version)>("mi_version");
  api.is_in_heap_region = platform::FindFunction<decltype(api.is_in_heap_region)>("mi_is_in_heap_region");
  api.process_info = platform::FindFunction<decltype(api.process_info)>("mi_process_info");
  api.stats_print_out = platform::FindFunction<decltype(api.stats_print_out)>("mi_stats_print_out");
  api.collect = platform::FindFunction<decltype(api.collect)>("mi_collect");
  api.heap_get_default = platform::FindFunction<decltype(api.heap_get_default)>("mi_heap_get_default");
  api.heap_visit_blocks = platform::FindFunction<decltype(api.heap_visit_blocks)>("mi_heap_visit_blocks");
  api.heap_new = platform::FindFunction<decltype(api.heap_new)>("mi_heap_new");
  api.heap_malloc = platform::FindFunction<decltype(api.heap_malloc)>("mi_heap_malloc");
  api.heap_destroy = platform::FindFunction<decltype(api.heap_destroy)>("mi_heap_destroy");
  api.malloc = platform::FindFunction<decltype(api.malloc)>("mi_malloc");
  api.free = platform::FindFunction<decltype(api.free)>("mi_free");
  api.option_get = platform::FindFunction<decltype(api.option_get)>("mi_option_get");
  api.option_set = platform::FindFunction<decltype(api.option_set)>("mi_option_set");
  return api;
}

UsedUnit ProveUsedUnit(const Api& api) {
  if (api.heap_get_default == nullptr || api.heap_visit_blocks == nullptr || api.heap_new == nullptr || api.heap_malloc == nullptr ||
      api.heap_destroy == nullptr) {
    return UsedUnit::kUnproved;
  }
  void* heap = api.heap_new();
  if (heap == nullptr) return UsedUnit::kUnproved;
  bool allocated = true;
  for (size_t i = 0; i < kProofBlocks; i++) allocated = api.heap_malloc(heap, kProofBlockBytes) != nullptr && allocated;
  UsedTotal total;
  const bool visited = allocated && api.heap_visit_blocks(heap, false, AddUsed, &total);
  api.heap_destroy(heap);
  if (!visited) return UsedUnit::kUnproved;
  if (total.used == kProofBlocks) return UsedUnit::kBlocks;
  return total.used >= kProofBlocks * kProofBlockBytes && total.used < total.bytes_if_blocks ? UsedUnit::kBytes : UsedUnit::kUnproved;
}

}  // namespace allocscope::allocator::mimalloc
