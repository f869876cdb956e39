// To preload: a process whose malloc is glibc's, while the words that it keeps can't be found. The calls that tell which library is libc
// answer from here, and this library's data holds no arena. Every proof of the private layout fails in it, for real.
#include <dlfcn.h>

#include <cstddef>

// As much data as libc has, for the search to go through.
volatile char room[1 << 16];

extern "C" {

const char* gnu_get_libc_version(void) { return reinterpret_cast<const char* (*)()>(dlsym(RTLD_NEXT, "gnu_get_libc_version"))(); }

size_t malloc_usable_size(void* block) {
  static const auto next = reinterpret_cast<size_t (*)(void*)>(dlsym(RTLD_NEXT, "malloc_usable_size"));
  return next(block);
}
}
