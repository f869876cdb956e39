#ifndef ALLOCSCOPE_PLATFORM_PAGE_MAP_H_
#define ALLOCSCOPE_PLATFORM_PAGE_MAP_H_

#include <cstdint>

namespace allocscope::platform {

// What the kernel says of a page: PAGE_IS_… of include/uapi/linux/fs.h.
enum PageCategory : uint64_t {
  // Of a file or of shared memory. The only one for which the kernel looks at the page's own record, which takes 0.1 µs a page.
  kPageIsFile = uint64_t{1} << 2,
  kPageIsPresent = uint64_t{1} << 3,
  // The page that stands for all memory that was read and never written. In no figure of RSS.
  kPageIsZero = uint64_t{1} << 5,
  kPageIsHuge = uint64_t{1} << 6,
};

// Present pages side by side, of the same categories. The kernel's struct page_region.
struct PageRun {
  uint64_t begin;
  uint64_t end;
  uint64_t categories;
};

using PageVisit = void (*)(void* visitor, const PageRun& run);

// Which pages of this process are present, by /proc/self/pagemap: the kernel walks its page tables, and no page is touched.
class PageMap {
 public:
  PageMap();
  ~PageMap();
  PageMap(const PageMap&) = delete;
  PageMap& operator=(const PageMap&) = delete;

  // Whether this kernel lets a process read its own pagemap.
  bool readable() const { return descriptor_ >= 0; }
  // Whether it answers PAGEMAP_SCAN, which Linux has from 6.7 on: shown by a page that is present.
  bool can_scan() const { return can_scan_; }
  uint64_t page() const { return page_; }

  // Calls `visit` for each run of present pages in [begin, end), in order. `asked` are the categories that are told besides. By
  // PAGEMAP_SCAN, some 5 ms a GB. False when a call failed. Others may map and unmap memory in between.
  bool Scan(uintptr_t begin, uintptr_t end, uint64_t asked, PageVisit visit, void* visitor) const;

  // … without PAGEMAP_SCAN, by a word for each page: no category but kPageIsPresent is told, and zero pages are among these.
  bool Read(uintptr_t begin, uintptr_t end, PageVisit visit, void* visitor) const;

  // Whether a page is present and no other process has it. Known of memory without a file.
  bool IsExclusive(uintptr_t page) const;

  // Whether a scan tells zero pages from others, shown by one that is known, or there are none, as reading takes a page as writing does.
  bool TellsZeroPages() const;
  // … and huge ones. Not known, and false, where this process gets neither for a huge page that is read. Kernels from 6.7 on don't all
  // tell.
  bool TellsHugeZeroPages() const;

 private:
  int descriptor_;
  uint64_t page_;
  bool can_scan_ = false;
};

// … by any `visit(const PageRun&)`.
template <typename Visit>
bool ScanPages(const PageMap& map, uintptr_t begin, uintptr_t end, uint64_t asked, Visit visit) {
  return map.Scan(
      begin, end, asked, [](void* visitor, const PageRun& run) { (*static_cast<Visit*>(visitor))(run); }, &visit);
}

template <typename Visit>
bool ReadPages(const PageMap& map, uintptr_t begin, uintptr_t end, Visit visit) {
  return map.Read(
      begin, end, [](void* visitor, const PageRun& run) { (*static_cast<Visit*>(visitor))(run); }, &visit);
}

}  // namespace allocscope::platform

#endif  // ALLOCSCOPE_PLATFORM_PAGE_MAP_H_
