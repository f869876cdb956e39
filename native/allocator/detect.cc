#include "allocator/detect.h"

#include "allocator/glibc/glibc.h"
#include "allocator/jemalloc/jemalloc.h"
#include "allocator/mimalloc/mimalloc.h"
#include "allocator/tcmalloc/tcmalloc.h"
#include "allocator/unknown/unknown.h"
#include "platform/symbol_lookup.h"

namespace allocscope::allocator {
namespace {

// glibc last: its symbols are in every process, whichever allocator took malloc over.
constexpr Probe kProbes[] = {jemalloc::Prove, mimalloc::Prove, tcmalloc::Prove, glibc::Prove};

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

// What a copy of an allocator exports: its usual name, and the prefixes that its private copies are built with.
struct Marker {
  const char* allocator;
  const char* symbol;
};

constexpr Marker kMarkers[] = {
    {"jemalloc", "mallctl"},    {"jemalloc", "je_mallctl"}, {"jemalloc", "_rjem_mallctl"},
    {"mimalloc", "mi_version"}, {"tcmalloc", "tc_version"},
};

std::string VersionOf(const Marker& marker, void* symbol) {
  if (std::string(marker.allocator) == "jemalloc") return jemalloc::VersionBy(symbol);
  if (std::string(marker.allocator) == "mimalloc") return mimalloc::VersionBy(symbol);
  return tcmalloc::VersionBy(symbol);
}

}  // namespace

const Backend& LiveBackend() {
  // Never destroyed: a sampling thread may still read through it while process.exit() runs the destructors of statics.
  static const Backend* const backend = ProveOne().release();
  return *backend;
}

std::vector<OtherAllocator> FindOtherAllocators() {
  std::vector<OtherAllocator> others;
  const std::string& live = LiveBackend().provenance().library;
  for (const std::string& library : platform::LoadedLibraries()) {
    if (platform::RealPath(library) == live) continue;
    for (const Marker& marker : kMarkers) {
      void* symbol = platform::FindSymbolIn(library, marker.symbol);
      if (symbol == nullptr) continue;
      others.push_back({marker.allocator, library, marker.symbol, VersionOf(marker, symbol)});
    }
  }
  return others;
}

}  // namespace allocscope::allocator
