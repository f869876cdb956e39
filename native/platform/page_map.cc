#include "platform/page_map.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>

#include "platform/page.h"

namespace allocscope::platform {
namespace {

// struct pm_scan_arg and PAGEMAP_SCAN of include/uapi/linux/fs.h, which older headers lack.
struct ScanArgument {
  uint64_t size;
  uint64_t flags;
  uint64_t start;
  uint64_t end;
  // Where the next call has to go on.
  uint64_t walk_end;
  uint64_t vec;
  uint64_t vec_len;
  uint64_t max_pages;
  uint64_t category_inverted;
  uint64_t category_mask;
  uint64_t category_anyof_mask;
  uint64_t return_mask;
};
constexpr auto kScan = _IOWR('f', 16, ScanArgument);

// What one call takes of the stack, and the pages after which it ends: the kernel keeps the process's mappings locked during a call, and
// whoever maps or unmaps memory waits. 128 MiB of memory take 0.6 ms.
constexpr size_t kRuns = 256;
constexpr uint64_t kMostPages = 32768;

// Documentation/admin-guide/mm/pagemap.rst: bit 63 of a page's word says that the page is present.
constexpr uint64_t kPresentBit = uint64_t{1} << 63;
// … and bit 56 that this process alone has it, which is never true of the zero page.
constexpr uint64_t kExclusiveBit = uint64_t{1} << 56;
// What one read takes of the stack: 4 MiB of memory of 4 KiB pages.
constexpr uint64_t kWords = 1024;

constexpr size_t kHugePage = size_t{2} << 20;

uint64_t CategoriesAt(const PageMap& map, uintptr_t page, size_t bytes) {
  uint64_t categories = 0;
  ScanPages(map, page, page + bytes, kPageIsZero | kPageIsHuge, [&](const PageRun& run) { categories |= run.categories; });
  return categories;
}

// Shown by a page that was only read. There are kernels on which reading takes a page: then there is no zero page to tell.
bool TellsZeroPageAt(const PageMap& map, uintptr_t page, size_t bytes, uint64_t expected) {
  static_cast<void>(*reinterpret_cast<const volatile char*>(page));
  const uint64_t categories = CategoriesAt(map, page, bytes);
  return categories == expected || ((categories & kPageIsZero) == 0 && map.IsExclusive(page));
}

}  // namespace

PageMap::PageMap() : descriptor_(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)), page_(PageBytes()) {
  const char here = 0;
  const uintptr_t page = reinterpret_cast<uintptr_t>(&here) & ~(page_ - 1);
  can_scan_ = readable() && CategoriesAt(*this, page, page_) == kPageIsPresent;
}

PageMap::~PageMap() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool PageMap::Scan(uintptr_t begin, uintptr_t end, uint64_t asked, PageVisit visit, void* visitor) const {
  PageRun runs[kRuns];
  while (begin < end) {
    ScanArgument argument{};
    argument.size = sizeof argument;
    argument.start = begin;
    argument.end = end;
    argument.vec = reinterpret_cast<uint64_t>(runs);
    argument.vec_len = kRuns;
    argument.max_pages = kMostPages;
    argument.category_mask = kPageIsPresent;
    argument.return_mask = asked | kPageIsPresent;
    const int count = ioctl(descriptor_, kScan, &argument);
    if (count < 0 || argument.walk_end <= begin) return false;
    for (int i = 0; i < count; i++) visit(visitor, runs[i]);
    begin = argument.walk_end;
  }
  return true;
}

bool PageMap::Read(uintptr_t begin, uintptr_t end, PageVisit visit, void* visitor) const {
  uint64_t words[kWords];
  for (uint64_t at = begin / page_; at < end / page_;) {
    const size_t wanted = std::min(kWords, end / page_ - at) * sizeof *words;
    const ssize_t got = pread(descriptor_, words, wanted, static_cast<off_t>(at * sizeof *words));
    if (got <= 0) return false;
    const uint64_t count = static_cast<uint64_t>(got) / sizeof *words;
    for (uint64_t i = 0; i < count; i++) {
      const uint64_t first = i;
      while (i < count && (words[i] & kPresentBit) != 0) i++;
      if (i > first) visit(visitor, {(at + first) * page_, (at + i) * page_, kPageIsPresent});
    }
    at += count;
  }
  return true;
}

bool PageMap::IsExclusive(uintptr_t page) const {
  uint64_t word = 0;
  const ssize_t got = pread(descriptor_, &word, sizeof word, static_cast<off_t>(page / page_ * sizeof word));
  return got == static_cast<ssize_t>(sizeof word) && (word & kPresentBit) != 0 && (word & kExclusiveBit) != 0;
}

bool PageMap::TellsZeroPages() const {
  void* const page = mmap(nullptr, page_, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return false;
  const bool tells = TellsZeroPageAt(*this, reinterpret_cast<uintptr_t>(page), page_, kPageIsPresent | kPageIsZero);
  munmap(page, page_);
  return tells;
}

bool PageMap::TellsHugeZeroPages() const {
  void* const memory = mmap(nullptr, 2 * kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return false;
  const uintptr_t page = (reinterpret_cast<uintptr_t>(memory) + kHugePage - 1) & ~(kHugePage - 1);
  const bool tells = madvise(reinterpret_cast<void*>(page), kHugePage, MADV_HUGEPAGE) == 0 &&
                     TellsZeroPageAt(*this, page, kHugePage, kPageIsPresent | kPageIsZero | kPageIsHuge);
  munmap(memory, 2 * kHugePage);
  return tells;
}

}  // namespace allocscope::platform
