#ifndef ALLOCSCOPE_EMBEDDED_JEMALLOC_COPY_H_
#define ALLOCSCOPE_EMBEDDED_JEMALLOC_COPY_H_

#include <optional>
#include <string>

#include "allocator/jemalloc/control.h"

namespace allocscope::embedded {

// Bytes by a copy's own count. NaN stands for what it doesn't tell.
struct JemallocFigures {
  double allocated_bytes;
  double active_bytes;
  double resident_bytes;
  double retained_bytes;
  // Given to the kernel to take when it likes: resident until then, but no part of resident_bytes.
  double muzzy_bytes;
};

// A copy of jemalloc whose control is exported under a prefix of its own.
class JemallocCopy {
 public:
  JemallocCopy() = default;
  JemallocCopy(const allocator::jemalloc::Control& control, bool handles_fork);

  // `name` is the exported control, such as `duckdb_je_mallctl`. Nothing when the library lacks one of the three calls.
  static std::optional<JemallocCopy> In(const std::string& library, const std::string& name, bool handles_fork);

  bool known() const { return control_.has_value(); }
  bool handles_fork() const { return handles_fork_; }

  // Advances the epoch first: statistics stand still until then. What threads' caches hold isn't counted as allocated.
  JemallocFigures Read() const;

  // Whether this copy allocated `block`.
  bool Owns(void* block) const { return control_->ArenaOf(block).has_value(); }

  // Hands what the calling thread keeps in its cache to where Purge finds it.
  void FlushThread() const { control_->Call(flush_); }

  // Gives every free page back. Takes the copy's locks; allocates nothing. The number of jemalloc's error, 0 for none.
  int Purge() const { return control_->Call(purge_); }

 private:
  std::optional<allocator::jemalloc::Control> control_;
  allocator::jemalloc::Mib epoch_;
  allocator::jemalloc::Mib flush_;
  allocator::jemalloc::Mib purge_;
  allocator::jemalloc::Mib allocated_;
  allocator::jemalloc::Mib active_;
  allocator::jemalloc::Mib resident_;
  allocator::jemalloc::Mib retained_;
  allocator::jemalloc::Mib muzzy_pages_;
  allocator::jemalloc::Mib tcache_;
  double page_bytes_ = 0;
  bool handles_fork_ = false;
};

}  // namespace allocscope::embedded

#endif  // ALLOCSCOPE_EMBEDDED_JEMALLOC_COPY_H_
