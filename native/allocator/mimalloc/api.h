#ifndef ALLOCSCOPE_ALLOCATOR_MIMALLOC_API_H_
#define ALLOCSCOPE_ALLOCATOR_MIMALLOC_API_H_

#include <cstddef>

namespace allocscope::allocator::mimalloc {

// mimalloc.h's own declarations.
struct HeapArea {
  void* blocks;
  size_t reserved;
  size_t committed;
  size_t used;
  size_t block_size;
};

using OutputFunction = void (*)(const char* message, void* argument);
using BlockVisitor = bool (*)(const void* heap, const HeapArea* area, void* block, size_t block_size, void* argument);

// The calls that are used, of the copy of mimalloc that the process resolves. A null pointer is a call that this version lacks.
struct Api {
  int (*version)() = nullptr;
  bool (*is_in_heap_region)(const void* block) = nullptr;
  void (*process_info)(size_t* elapsed, size_t* user, size_t* system, size_t* rss, size_t* peak_rss, size_t* commit, size_t* peak_commit,
                       size_t* faults) = nullptr;
  void (*stats_print_out)(OutputFunction out, void* argument) = nullptr;
  void (*collect)(bool force) = nullptr;
  char* (*stats_get_json)(size_t size, char* buffer) = nullptr;
  // The calling thread's heap, until 3.0.
  void* (*heap_get_default)() = nullptr;
  // The heap of all threads, in later versions.
  void* (*heap_main)() = nullptr;
  void* (*heap_new)() = nullptr;
  void* (*heap_malloc)(void* heap, size_t size) = nullptr;
  void (*heap_destroy)(void* heap) = nullptr;
  bool (*heap_visit_blocks)(const void* heap, bool visit_blocks, BlockVisitor visitor, void* argument) = nullptr;
  void* (*malloc)(size_t size) = nullptr;
  void (*free)(void* block) = nullptr;
  long (*option_get)(int option) = nullptr;              // NOLINT(google-runtime-int): mimalloc's own type
  void (*option_set)(int option, long value) = nullptr;  // NOLINT(google-runtime-int)
};

Api FindApi();

}  // namespace allocscope::allocator::mimalloc

#endif  // ALLOCSCOPE_ALLOCATOR_MIMALLOC_API_H_
