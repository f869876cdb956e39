#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "allocator/detect.h"
#include "allocator/mimalloc/api.h"
#include "allocator/mimalloc/version.h"
#include "process/residency.h"
#include "test/check.h"
#include "test/readings.h"

namespace allocscope::test {
namespace {

using allocator::Backend;
using allocator::mimalloc::Api;
using allocator::mimalloc::HeapArea;

// By block size: the areas as mimalloc tells them, and the blocks, which are visited one after the other.
struct Class {
  double areas = 0;
  double reserved = 0;
  double committed = 0;
  double blocks = 0;
};
using Classes = std::map<size_t, Class>;

// Called for an area without a block, then for each of its blocks.
bool Count(const void*, const HeapArea* area, void* block, size_t, void* argument) {
  Class& one = (*static_cast<Classes*>(argument))[area->block_size];
  if (block != nullptr) {
    one.blocks++;
    return true;
  }
  one.areas++;
  one.reserved += static_cast<double>(area->reserved);
  one.committed += static_cast<double>(area->committed);
  return true;
}

Classes CountBlocks(const Api& api) {
  Classes classes;
  Check(api.heap_visit_blocks(api.heap_get_default(), true, Count, &classes), "mimalloc's blocks are visited");
  return classes;
}

constexpr size_t kBlockBytes = 10'240;
constexpr size_t kBlocks = 3000;

// Of one size, which nobody else uses, every second block freed again.
std::vector<std::unique_ptr<char[]>> AllocateFragmented() {
  std::vector<std::unique_ptr<char[]>> blocks(kBlocks);
  for (auto& block : blocks) std::memset((block = std::make_unique<char[]>(kBlockBytes)).get(), 1, kBlockBytes);
  for (size_t i = 0; i < kBlocks; i += 2) blocks[i].reset();
  return blocks;
}

void TestThreadHeap(const Backend& backend, const Api& api) {
  const auto blocks = AllocateFragmented();
  const auto read = backend.Read(allocator::Detail::kArenas);
  if (!read.ok()) return Check(false, "mimalloc's report is read");
  const Classes classes = CountBlocks(api);
  const auto column = [&](const char* name) { return ColumnOf(read.value(), "threadHeap", name); };
  const std::vector<double> sizes = column("sizeBytes");
  bool found = false;
  for (size_t row = 0; row < sizes.size(); row++) {
    if (sizes[row] != kBlockBytes) continue;
    const Class& own = classes.at(kBlockBytes);
    found = true;
    Check(own.blocks == kBlocks / 2 && column("usedBytes")[row] == own.blocks * kBlockBytes, "used bytes are those of blocks in use");
    Check(column("areas")[row] == own.areas && own.areas > 1, "areas are counted");
    Check(column("reservedBytes")[row] == own.reserved, "reserved bytes are those of the areas");
    Check(column("committedBytes")[row] == own.committed, "committed bytes are those of the areas");
  }
  Check(found, "a size that is in use has its row");
  const auto usage = backend.Read(allocator::Detail::kUsage);
  Check(usage.ok() && usage.value().tables.empty(), "a reading of the usage has no tables");
  Check(TextOf(read.value(), "statistics").find("reserved:") != std::string::npos, "the report is whole");
}

// All blocks of this thread in use, and what their areas have beside.
void TestOccupancy(const Backend& backend, const Api& api) {
  const auto blocks = AllocateFragmented();
  const Classes classes = CountBlocks(api);
  const allocator::Occupancy occupancy = backend.ReadOccupancy();
  double used = 0;
  double committed = 0;
  for (const auto& [size, one] : classes) {
    used += one.blocks * static_cast<double>(size);
    committed += one.committed;
  }
  // The map that they were counted in was filled meanwhile.
  constexpr double kMap = 64 * 1024;
  Check(IsWithin(occupancy.in_use_bytes, used, kMap), "what is in use are the blocks in use");
  Check(IsWithin(occupancy.pinned_bytes, committed - used, 2 * kMap), "what is pinned is the rest of the areas");
  // mimalloc's word: each size of a block is a multiple of it, and so is what an area has committed.
  constexpr double kWord = 8;
  Check(std::fmod(occupancy.in_use_bytes, kWord) == 0 && std::fmod(occupancy.pinned_bytes, kWord) == 0, "areas have whole words");
}

void TestFootprint(const Backend& backend, const Api& api) {
  Footprint footprint(backend);
  size_t unused, commit, peak;
  footprint.Read();
  api.process_info(&unused, &unused, &unused, &unused, &unused, &commit, &peak, &unused);
  Check(footprint["committedBytes"] == static_cast<double>(commit), "committed bytes are mimalloc's own");
  Check(footprint["peakCommittedBytes"] == static_cast<double>(peak), "the most that was committed is mimalloc's own");
}

// mimalloc.h: the major version, the minor one and the patch as digits of one number, of which the patch has one (209) or two (2118).
void TestVersion(const Backend& backend, const Api& api) {
  const int version = api.version();
  const int patches = version < 1000 ? 10 : 100;
  const std::string expected =
      std::to_string(version / patches / 10) + "." + std::to_string(version / patches % 10) + "." + std::to_string(version % patches);
  Check(backend.provenance().version == expected, "mimalloc's version is its own");
}

// A flush returns free spans in segments that are in use, too, and leaves the delay of decommitting as it was.
void TestFlush(const Backend& backend, const Api& api) {
  constexpr int kDelay = 15;
  constexpr long kOwnDelay = 77;               // NOLINT(google-runtime-int): mimalloc's own type
  const long before = api.option_get(kDelay);  // NOLINT(google-runtime-int)
  api.option_set(kDelay, kOwnDelay);
  constexpr size_t kSpan = size_t{512} << 10;
  // Twice the 32 MiB that are taken in vain before nothing more is thought to be free.
  std::vector<std::unique_ptr<char[]>> spans(256);
  for (auto& span : spans) std::memset((span = std::make_unique<char[]>(kSpan)).get(), 1, kSpan);
  for (size_t i = 0; i < spans.size(); i += 2) spans[i].reset();
  const auto full = process::ReadResidency();
  backend.FlushThread();
  const auto flushed = process::ReadResidency();
  if (!full.ok() || !flushed.ok()) return Check(false, "smaps is read");
  const auto returned = static_cast<int64_t>(full.value().anonymous_bytes - flushed.value().anonymous_bytes);
  Check(returned > static_cast<int64_t>(124 * kSpan), "free spans between kept ones are returned");
  Check(api.option_get(kDelay) == kOwnDelay, "the delay of decommitting stays as it was");
  api.option_set(kDelay, before);
  Check(backend.Purge(allocator::Company::kOtherThreads).ok(), "mimalloc is purged");
}

// mi_version() of releases, and the first and last number of each form.
void TestVersions() {
  using allocator::mimalloc::FormatVersion;
  Check(FormatVersion(188) == "1.8.8" && FormatVersion(209) == "2.0.9" && FormatVersion(999) == "9.9.9", "three digits are a version");
  Check(FormatVersion(1000) == "1.0.0" && FormatVersion(2118) == "2.1.18" && FormatVersion(9999) == "9.9.99", "four digits are a version");
  Check(FormatVersion(10'000) == "1.0.0" && FormatVersion(30'600) == "3.6.0" && FormatVersion(31'205) == "3.12.5",
        "five digits are a version");
}

}  // namespace

void TestMimalloc() {
  TestVersions();
  const Backend& backend = allocator::LiveBackend();
  if (std::string(backend.name()) != "mimalloc") return;
  const Api api = allocator::mimalloc::FindApi();
  TestVersion(backend, api);
  TestFootprint(backend, api);
  TestThreadHeap(backend, api);
  TestOccupancy(backend, api);
  TestFlush(backend, api);
}

}  // namespace allocscope::test
