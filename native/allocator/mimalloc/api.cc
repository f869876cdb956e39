#include "allocator/mimalloc/api.h"

#include "platform/symbol_lookup.h"

namespace allocscope::allocator::mimalloc {
Api FindApi() {
  Api api;
  api.version = platform::FindFunction<decltype(api.version)>("mi_version");
  api.is_in_heap_region = platform::FindFunction<decltype(api.is_in_heap_region)>("mi_is_in_heap_region");
  api.process_info = platform::FindFunction<decltype(api.process_info)>("mi_process_info");
  api.stats_print_out = platform::FindFunction<decltype(api.stats_print_out)>("mi_stats_print_out");
  api.collect = platform::FindFunction<decltype(api.collect)>("mi_collect");
  api.stats_get_json = platform::FindFunction<decltype(api.stats_get_json)>("mi_stats_get_json");
  api.heap_get_default = platform::FindFunction<decltype(api.heap_get_default)>("mi_heap_get_default");
  api.heap_main = platform::FindFunction<decltype(api.heap_main)>("mi_heap_main");
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

}  // namespace allocscope::allocator::mimalloc
