#ifndef ALLOCSCOPE_PLATFORM_PAGE_H_
#define ALLOCSCOPE_PLATFORM_PAGE_H_

#include <unistd.h>

#include <cstdint>

namespace allocscope::platform {

// The kernel's pages.
inline uintptr_t PageBytes() { return static_cast<uintptr_t>(sysconf(_SC_PAGESIZE)); }

// In which the kernel tells sizes.
constexpr uint64_t kKibibyte = 1024;

// V8's pages of its heap stand at multiples of this, with any kernel and in every version from Node 20 to 26.
constexpr uintptr_t kV8PageBytes = uintptr_t{256} << 10;

}  // namespace allocscope::platform

#endif  // ALLOCSCOPE_PLATFORM_PAGE_H_
