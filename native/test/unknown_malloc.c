// A malloc that allocscope knows nothing of, to be preloaded: it hands everything on to glibc's, and only malloc_usable_size shows whose it is.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

extern void* __libc_malloc(size_t size);
extern void __libc_free(void* block);
extern void* __libc_calloc(size_t count, size_t size);
extern void* __libc_realloc(void* block, size_t size);

void* malloc(size_t size) { return __libc_malloc(size); }
void free(void* block) { __libc_free(block); }
void* calloc(size_t count, size_t size) { return __libc_calloc(count, size); }
void* realloc(void* block, size_t size) { return __libc_realloc(block, size); }

size_t malloc_usable_size(void* block) {
  static size_t (*next)(void*);
  if (next == NULL) next = (size_t (*)(void*))dlsym(RTLD_NEXT, "malloc_usable_size");
  return next(block);
}
