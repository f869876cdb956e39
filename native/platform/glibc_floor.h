// Included before every source file: binds calls that newer glibc releases re-versioned to their oldest version, so that a binary built
// on a recent distribution still loads on glibc 2.28. `test/packaging` asserts the floor.
#ifndef ALLOCSCOPE_PLATFORM_GLIBC_FLOOR_H_
#define ALLOCSCOPE_PLATFORM_GLIBC_FLOOR_H_

#include <features.h>

#if defined(__GLIBC__) && defined(__x86_64__)
#define ALLOCSCOPE_BIND_TO_OLDEST(name) __asm__(".symver " #name "," #name "@GLIBC_2.2.5")
#elif defined(__GLIBC__) && defined(__aarch64__)
#define ALLOCSCOPE_BIND_TO_OLDEST(name) __asm__(".symver " #name "," #name "@GLIBC_2.17")
#endif

#ifdef ALLOCSCOPE_BIND_TO_OLDEST
ALLOCSCOPE_BIND_TO_OLDEST(dlsym);
ALLOCSCOPE_BIND_TO_OLDEST(dladdr);
ALLOCSCOPE_BIND_TO_OLDEST(dlopen);
ALLOCSCOPE_BIND_TO_OLDEST(dlclose);
ALLOCSCOPE_BIND_TO_OLDEST(dlerror);
ALLOCSCOPE_BIND_TO_OLDEST(pthread_create);
ALLOCSCOPE_BIND_TO_OLDEST(pthread_join);
ALLOCSCOPE_BIND_TO_OLDEST(pthread_sigmask);
ALLOCSCOPE_BIND_TO_OLDEST(pthread_attr_setstacksize);
ALLOCSCOPE_BIND_TO_OLDEST(pthread_mutex_trylock);
#endif

#endif  // ALLOCSCOPE_PLATFORM_GLIBC_FLOOR_H_
