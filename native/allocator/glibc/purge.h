#ifndef ALLOCSCOPE_ALLOCATOR_GLIBC_PURGE_H_
#define ALLOCSCOPE_ALLOCATOR_GLIBC_PURGE_H_

#include "allocator/backend.h"
#include "allocator/glibc/locate.h"

namespace allocscope::allocator::glibc {

// malloc_trim(0) gives back the main arena's top and the whole pages within free chunks of every arena, but never the top chunk of another
// arena than the main one: a thread that freed its last block leaves up to 64 MiB there, whatever the trim threshold says. This gives them
// back, one arena at a time, passing over those that somebody is using. Needs the arena's lock proved, unless nobody else runs.
void ReleaseTops(const Located& located, Company company, PurgeReport* report);

}  // namespace allocscope::allocator::glibc

#endif  // ALLOCSCOPE_ALLOCATOR_GLIBC_PURGE_H_
