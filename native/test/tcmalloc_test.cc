#include "allocator/tcmalloc/tcmalloc.h"

#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "allocator/detect.h"
#include "allocator/tcmalloc/counted_block.h"
#include "platform/symbol_lookup.h"
#include "test/check.h"
#include "test/readings.h"

namespace allocscope::test {
namespace {

using allocator::Backend;

// Allocates nothing, so that two readings in a row see the same.
double Ask(const char* property) {
  using Function = int (*)(const char*, size_t*);
  static const auto get = platform::FindFunction<Function>("MallocExtension_GetNumericProperty");
  size_t value = 0;
  return get(property, &value) != 0 ? static_cast<double>(value) : kMissing;
}

struct Named {
  const char* field;
  const char* property;
};

constexpr Named kFootprint[] = {
    {"currentAllocatedBytes", "generic.current_allocated_bytes"},     {"heapSizeBytes", "generic.heap_size"},
    {"totalPhysicalBytes", "generic.total_physical_bytes"},           {"pageheapFreeBytes", "tcmalloc.pageheap_free_bytes"},
    {"pageheapUnmappedBytes", "tcmalloc.pageheap_unmapped_bytes"},    {"centralCacheFreeBytes", "tcmalloc.central_cache_free_bytes"},
    {"transferCacheFreeBytes", "tcmalloc.transfer_cache_free_bytes"}, {"threadCacheFreeBytes", "tcmalloc.thread_cache_free_bytes"},
};

// Those that a reading doesn't move itself.
constexpr Named kFurther[] = {
    {"maxTotalThreadCacheBytes", "tcmalloc.max_total_thread_cache_bytes"},
    {"pageheapCommittedBytes", "tcmalloc.pageheap_committed_bytes"},
    {"pageheapCommitCount", "tcmalloc.pageheap_commit_count"},
    {"pageheapDecommitCount", "tcmalloc.pageheap_decommit_count"},
    {"pageheapReserveCount", "tcmalloc.pageheap_reserve_count"},
    {"aggressiveMemoryDecommit", "tcmalloc.aggressive_memory_decommit"},
};

void TestFootprint(const Backend& backend) {
  Footprint footprint(backend);
  double own[std::size(kFootprint)];
  Ask(kFootprint[0].property);
  footprint.Read();
  for (size_t i = 0; i < std::size(kFootprint); i++) own[i] = Ask(kFootprint[i].property);
  for (size_t i = 0; i < std::size(kFootprint); i++) {
    Check(footprint[kFootprint[i].field] == own[i], std::string(kFootprint[i].field) + " is tcmalloc's own");
  }
}

void TestVersion(const Backend& backend) {
  using Function = const char* (*)(int*, int*, const char**);
  int major, minor;
  const char* patch;
  // "gperftools 2.10", to which the back end adds the patch's name.
  const std::string text = platform::FindFunction<Function>("tc_version")(&major, &minor, &patch);
  Check("gperftools " + backend.provenance().version == text, "tcmalloc's version is its own, not " + backend.provenance().version);
}

// Releases with a patch of their own say so: "gperftools 2.18" and ".1".
const char* TellVersion(int* major, int* minor, const char** patch) {
  *major = 2;
  *minor = 18;
  *patch = ".1";
  return "gperftools 2.18";
}

const char* TellVersionWithoutPatch(int* major, int* minor, const char** patch) {
  TellVersion(major, minor, patch);
  *patch = nullptr;
  return "gperftools 2.18";
}

void TestPatches() {
  using allocator::tcmalloc::VersionBy;
  Check(VersionBy(reinterpret_cast<void*>(TellVersion)) == "2.18.1", "a patch is part of the version");
  Check(VersionBy(reinterpret_cast<void*>(TellVersionWithoutPatch)) == "2.18", "a release without a patch has none");
}

void TestDocument(const Backend& backend) {
  using SetFunction = int (*)(const char*, size_t);
  const auto set = platform::FindFunction<SetFunction>("MallocExtension_SetNumericProperty");
  constexpr size_t kLimitMebibytes = 7000;
  set("tcmalloc.heap_limit_mb", kLimitMebibytes);
  const auto read = backend.Read(allocator::Detail::kArenas);
  set("tcmalloc.heap_limit_mb", 0);
  if (!read.ok()) return Check(false, "tcmalloc's report is read");
  for (const Named& named : kFurther) {
    Check(FigureOf(read.value(), named.field) == Ask(named.property), std::string(named.field) + " is tcmalloc's own");
  }
  Check(FigureOf(read.value(), "heapLimitBytes") == kLimitMebibytes * 1024.0 * 1024.0, "the limit of the heap is in bytes");
  const std::string report = TextOf(read.value(), "statistics");
  Check(report.find("Bytes in use by application") != std::string::npos && report.find('\0') == std::string::npos, "the report is whole");
}

void TestPurgeAndOccupancy(const Backend& backend) {
  Footprint footprint(backend);
  constexpr size_t kBlockBytes = 4000;
  std::vector<std::unique_ptr<char[]>> blocks(8192);
  for (auto& block : blocks) std::memset((block = std::make_unique<char[]>(kBlockBytes)).get(), 1, kBlockBytes);
  const auto large = std::make_unique<char[]>(size_t{3} << 20);
  std::make_unique<char[]>(size_t{40} << 20);
  for (size_t i = 0; i < blocks.size(); i += 2) blocks[i].reset();
  footprint.Read();
  Check(footprint["pageheapFreeBytes"] + footprint["pageheapUnmappedBytes"] > (40 << 20), "a block that was freed is the page heap's");
  const allocator::Occupancy occupancy = backend.ReadOccupancy();
  const double allocated = Ask("generic.current_allocated_bytes");
  Check(occupancy.in_use_bytes == allocated, "what is in use is what is allocated");
  // Free, and not in the page heap: in the caches of threads and of the middle, by their own counters.
  const double cached = footprint["centralCacheFreeBytes"] + footprint["transferCacheFreeBytes"] + footprint["threadCacheFreeBytes"];
  Check(IsWithin(occupancy.pinned_bytes, cached, 64 * 1024), "what is pinned is what the caches have");
  Check(occupancy.pinned_bytes > 4096.0 * kBlockBytes, "what was freed between kept blocks is pinned");
  backend.FlushThread();
  footprint.Read();
  Check(footprint["threadCacheFreeBytes"] < 64 * 1024, "a thread that was flushed has an empty cache");
  Check(backend.Purge(allocator::Company::kOtherThreads).ok(), "tcmalloc is purged");
  footprint.Read();
  Check(footprint["pageheapFreeBytes"] == 0, "a purge leaves the page heap nothing that is free and resident");
}

// A counter that is made up: what it grows by from each second reading to the next is known beforehand.
std::vector<size_t> growth;
size_t readings = 0;

int ReadMadeUpCounter(const char* property, size_t* value) {
  static size_t counted = 1000;
  if (std::strcmp(property, "generic.current_allocated_bytes") != 0) return 0;
  if (readings % 2 == 1) counted += growth.at(readings / 2);
  readings++;
  *value = counted;
  return 1;
}

std::optional<size_t> CountedWhere(const std::vector<size_t>& grown) {
  growth = grown;
  readings = 0;
  return allocator::tcmalloc::CountedForBlock(ReadMadeUpCounter);
}

// The debug build adds guards, no more than 128 KiB with all its rounding; eight attempts forgive what other threads do.
void TestProof() {
  constexpr size_t kBlock = size_t{3} << 20;
  constexpr size_t kGuarded = kBlock + (size_t{128} << 10);
  Check(CountedWhere({kBlock}) == kBlock, "a block that is counted by its size proves the counter");
  Check(readings == 2, "one block that is counted alone is enough");
  Check(CountedWhere(std::vector<size_t>(8, kGuarded)) == kGuarded, "guards are counted with their block");
  Check(CountedWhere({0, kBlock - 1, kGuarded + 1, kBlock + 8, kBlock + 64, kBlock + 8, 0, 0}) == kBlock + 8,
        "what other threads allocated meanwhile is forgiven");
  Check(CountedWhere({kBlock + 64, kBlock + 8, kGuarded + 1, kBlock}) == kBlock, "what other threads allocated meanwhile is no guard");
  Check(!CountedWhere(std::vector<size_t>(8, kBlock - 1)), "a counter of fewer bytes isn't tcmalloc's");
  Check(!CountedWhere({kGuarded + 1, 0, 0, 0, 0, 0, 0, 0}) && readings == 16,
        "a counter that doesn't follow is given up after eight attempts");
}

}  // namespace

void TestTcmalloc() {
  TestProof();
  TestPatches();
  const Backend& backend = allocator::LiveBackend();
  if (std::string(backend.name()) != "tcmalloc") return;
  TestVersion(backend);
  TestFootprint(backend);
  TestDocument(backend);
  TestPurgeAndOccupancy(backend);
}

}  // namespace allocscope::test
