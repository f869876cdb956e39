#include "allocator/detect.h"

#include "allocator/glibc/glibc.h"
#include "allocator/jemalloc/jemalloc.h"
#include "allocator/mimalloc/mimalloc.h"
#include "allocator/rpmalloc/rpmalloc.h"
#include "allocator/scudo/scudo.h"
#include "allocator/tbbmalloc/tbbmalloc.h"
#include "allocator/tcmalloc/tcmalloc.h"
#include "allocator/unknown/unknown.h"

namespace allocscope::allocator {
namespace {

// glibc last: its symbols are in every process, whichever allocator took malloc over.
constexpr Probe kProbes[] = {
    jemalloc::Prove, mimalloc::Prove, tcmalloc::Prove, tbbmalloc::Prove, rpmalloc::Prove, scudo::Prove, glibc::Prove,
};

std::unique_ptr<const Backend> ProveOne() {
  std::string reason;
  for (const Probe probe : kProbes) {
    Result<std::unique_ptr<const Backend>> proved = probe();
    if (proved.ok()) return std::move(proved.value());
    if (!reason.empty()) reason += "; ";
    reason += proved.failure().call + ": " + proved.failure().message;
  }
  return unknown::Make(reason);
}

}  // namespace

const Backend& LiveBackend() {
  // Never destroyed: a sampling thread may still read through it while process.exit() runs the destructors of statics.
  static const Backend* const backend = ProveOne().release();
  return *backend;
}

}  // namespace allocscope::allocator
