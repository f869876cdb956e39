#include <cmath>
#include <cstdint>
#include <cstring>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "allocator/detect.h"
#include "platform/symbol_lookup.h"
#include "test/check.h"
#include "test/readings.h"
#include "whatif/forked_purge.h"

namespace allocscope::test {
namespace {

using allocator::Backend;
using allocator::Detail;
using allocator::Document;

// Small enough for a thread's cache, which jemalloc limits to 32 KiB a block.
constexpr size_t kCachedBlockBytes = 28 << 10;
constexpr size_t kCachedBlocks = 8;

using MallctlFunction = int (*)(const char*, void*, size_t*, void*, size_t);

MallctlFunction Mallctl() {
  static const auto mallctl = platform::FindFunction<MallctlFunction>("mallctl");
  return mallctl;
}

// jemalloc's own statistics, by name. They stand still until the next epoch, which a reading of ours begins.
template <typename Value>
double Ask(const std::string& name) {
  Value value{};
  size_t length = sizeof value;
  return Mallctl()(name.c_str(), &value, &length, nullptr, 0) == 0 ? static_cast<double>(value) : kMissing;
}

double AskSize(const std::string& name) { return Ask<size_t>(name); }

void TestVersion(const Backend& backend) {
  const char* version = nullptr;
  size_t length = sizeof version;
  Mallctl()("version", &version, &length, nullptr, 0);
  Check(version != nullptr && backend.provenance().version == version, "jemalloc's version is its own");
}

void TestFootprint(const Backend& backend) {
  Footprint footprint(backend);
  footprint.Read();
  for (const std::string name : {"allocated", "active", "metadata", "resident", "mapped", "retained"}) {
    Check(footprint[(name + "Bytes").c_str()] == AskSize("stats." + name), "jemalloc's " + name + " bytes are its own");
  }
  const double page = AskSize("arenas.page");
  Check(footprint["dirtyBytes"] == AskSize("stats.arenas.4096.pdirty") * page, "dirty bytes are dirty pages");
  Check(footprint["muzzyBytes"] == AskSize("stats.arenas.4096.pmuzzy") * page, "muzzy bytes are muzzy pages");
  Check(footprint["tcacheBytes"] == AskSize("stats.arenas.4096.tcache_bytes"), "thread caches' bytes are jemalloc's own");
  const double before = footprint["allocatedBytes"];
  constexpr size_t kBytes = size_t{64} << 20;
  const auto block = std::make_unique<char[]>(kBytes);
  footprint.Read();
  Check(IsWithin(footprint["allocatedBytes"] - before, kBytes, 1 << 20), "64 MiB allocated are 64 MiB more");
}

// A column of ours, and the name of the same statistic with `#` for the row's number.
struct Statistic {
  const char* column;
  const char* name;
  double (*ask)(const std::string&);
  double scale = 1;
};

constexpr Statistic kArenaStatistics[] = {
    {"threads", "stats.arenas.#.nthreads", Ask<unsigned>},
    {"uptimeMs", "stats.arenas.#.uptime", Ask<uint64_t>, 1e-6},
    {"activePages", "stats.arenas.#.pactive", Ask<size_t>},
    {"dirtyPages", "stats.arenas.#.pdirty", Ask<size_t>},
    {"muzzyPages", "stats.arenas.#.pmuzzy", Ask<size_t>},
    {"mappedBytes", "stats.arenas.#.mapped", Ask<size_t>},
    {"retainedBytes", "stats.arenas.#.retained", Ask<size_t>},
    {"residentBytes", "stats.arenas.#.resident", Ask<size_t>},
    {"baseBytes", "stats.arenas.#.base", Ask<size_t>},
    {"internalBytes", "stats.arenas.#.internal", Ask<size_t>},
    {"tcacheBytes", "stats.arenas.#.tcache_bytes", Ask<size_t>},
    {"smallAllocatedBytes", "stats.arenas.#.small.allocated", Ask<size_t>},
    {"largeAllocatedBytes", "stats.arenas.#.large.allocated", Ask<size_t>},
    {"dirtyDecayMs", "arena.#.dirty_decay_ms", Ask<ssize_t>},
    {"muzzyDecayMs", "arena.#.muzzy_decay_ms", Ask<ssize_t>},
};

constexpr Statistic kBinStatistics[] = {
    {"sizeBytes", "arenas.bin.#.size", Ask<size_t>},
    {"regionsPerSlab", "arenas.bin.#.nregs", Ask<uint32_t>},
    {"slabBytes", "arenas.bin.#.slab_size", Ask<size_t>},
    {"regions", "stats.arenas.4096.bins.#.curregs", Ask<size_t>},
    {"slabs", "stats.arenas.4096.bins.#.curslabs", Ask<size_t>},
    {"nonfullSlabs", "stats.arenas.4096.bins.#.nonfull_slabs", Ask<size_t>},
    {"allocations", "stats.arenas.4096.bins.#.nmalloc", Ask<uint64_t>},
    {"deallocations", "stats.arenas.4096.bins.#.ndalloc", Ask<uint64_t>},
};

constexpr Statistic kExtentStatistics[] = {
    {"dirtyExtents", "stats.arenas.4096.extents.#.ndirty", Ask<size_t>},
    {"muzzyExtents", "stats.arenas.4096.extents.#.nmuzzy", Ask<size_t>},
    {"retainedExtents", "stats.arenas.4096.extents.#.nretained", Ask<size_t>},
    {"dirtyBytes", "stats.arenas.4096.extents.#.dirty_bytes", Ask<size_t>},
    {"muzzyBytes", "stats.arenas.4096.extents.#.muzzy_bytes", Ask<size_t>},
    {"retainedBytes", "stats.arenas.4096.extents.#.retained_bytes", Ask<size_t>},
};

template <size_t kCount>
void CompareTable(const Document& document, const char* table, const Statistic (&statistics)[kCount], size_t least_rows) {
  const std::vector<double> indices = ColumnOf(document, table, "index");
  Check(indices.size() >= least_rows, std::string(table) + " has its rows");
  for (const Statistic& statistic : statistics) {
    const std::string name = statistic.name;
    const size_t at = name.find('#');
    const std::vector<double> ours = ColumnOf(document, table, statistic.column);
    bool equal = ours.size() == indices.size();
    for (size_t row = 0; equal && row < indices.size(); row++) {
      const std::string index = std::to_string(static_cast<size_t>(indices[row]));
      equal = ours[row] == statistic.ask(name.substr(0, at) + index + name.substr(at + 1)) * statistic.scale;
    }
    Check(equal, std::string(table) + "." + statistic.column + " is jemalloc's own");
  }
}

void TestTables(const Backend& backend) {
  // Free pages of several sizes, a used and an unused block of a bin, and a thread in an arena of its own.
  std::vector<std::unique_ptr<char[]>> blocks;
  for (size_t i = 0; i < 4000; i++) blocks.push_back(std::make_unique<char[]>(16 + i * 37 % 60'000));
  for (size_t i = 0; i < blocks.size(); i += 2) blocks[i].reset();
  std::thread([] { std::make_unique<char[]>(5000); }).join();
  const auto read = backend.Read(Detail::kArenas);
  if (!read.ok()) return Check(false, "jemalloc's tables are read");
  CompareTable(read.value(), "arenas", kArenaStatistics, 2);
  CompareTable(read.value(), "bins", kBinStatistics, static_cast<size_t>(Ask<unsigned>("arenas.nbins")));
  // Each bin's slab and each large size is an extent of one of these classes.
  CompareTable(read.value(), "extents", kExtentStatistics, static_cast<size_t>(Ask<unsigned>("arenas.nlextents")));
  const std::vector<double> extents = ColumnOf(read.value(), "extents", "index");
  Check(std::isnan(AskSize("stats.arenas.4096.extents." + std::to_string(extents.size()) + ".ndirty")), "no class of extents is left out");
  const auto usage = backend.Read(Detail::kUsage);
  if (!usage.ok()) return Check(false, "jemalloc's usage is read");
  Check(usage.value().tables.empty(), "a reading of the usage has no tables");
  for (const std::string name : {"allocated", "active", "metadata", "resident", "mapped", "retained"}) {
    Check(FigureOf(usage.value(), name + "Bytes") == AskSize("stats." + name), "its " + name + " bytes are jemalloc's own");
  }
}

void TestSettings(const Backend& backend) {
  const auto read = backend.Read(Detail::kUsage);
  if (!read.ok()) return Check(false, "jemalloc's settings are read");
  const Document& document = read.value();
  for (const char* const name :
       {"opt.oversize_threshold", "opt.tcache_max", "opt.lg_extent_max_active_fit", "arenas.page", "arenas.quantum"}) {
    Check(FigureOf(document, name) == AskSize(name), std::string(name) + " is jemalloc's own");
  }
  for (const char* const name : {"opt.narenas", "arenas.narenas"}) {
    Check(FigureOf(document, name) == Ask<unsigned>(name), std::string(name) + " is jemalloc's own");
  }
  for (const char* const name : {"opt.dirty_decay_ms", "opt.muzzy_decay_ms"}) {
    Check(FigureOf(document, name) == Ask<ssize_t>(name), std::string(name) + " is jemalloc's own");
  }
  for (const auto& [name, value] : document.flags) Check(Ask<bool>(name) == (value ? 1 : 0), name + " is jemalloc's own");
  Check(document.flags.size() > 15, "jemalloc's switches are told");
  Check(!TextOf(document, "opt.dss").empty() && !TextOf(document, "opt.thp").empty(), "jemalloc's texts are told");
}

void TestPurgeAndOccupancy(const Backend& backend) {
  Footprint footprint(backend);
  std::vector<std::unique_ptr<char[]>> blocks(8192);
  for (auto& block : blocks) std::memset((block = std::make_unique<char[]>(4000)).get(), 1, 4000);
  for (size_t i = 0; i < blocks.size(); i += 2) blocks[i].reset();
  backend.FlushThread();
  footprint.Read();
  const allocator::Occupancy occupancy = backend.ReadOccupancy();
  const double in_use = AskSize("stats.allocated") - AskSize("stats.arenas.4096.tcache_bytes");
  Check(occupancy.in_use_bytes == in_use, "what is in use is what is allocated and not in a thread's cache");
  Check(occupancy.pinned_bytes == AskSize("stats.active") - in_use, "what is pinned is the rest of the active pages");
  for (size_t i = 1; i < blocks.size(); i += 2) blocks[i].reset();
  backend.FlushThread();
  Check(backend.Purge(allocator::Company::kOtherThreads).ok(), "jemalloc is purged");
  footprint.Read();
  Check(footprint["dirtyBytes"] == 0 && footprint["muzzyBytes"] == 0, "a purge leaves nothing dirty");
  Check(occupancy.in_use_bytes - footprint["allocatedBytes"] > 4096 * 4000.0 - (1 << 20), "a flushed thread keeps none of what it freed");
}

// Runs `meanwhile` while another thread keeps blocks in its cache that it allocated and freed.
template <typename Run>
void WithThreadCache(const Run& meanwhile) {
  std::promise<void> filled;
  std::promise<void> ended;
  std::thread thread([&filled, end = ended.get_future()] {
    {
      std::vector<std::unique_ptr<char[]>> blocks(kCachedBlocks);
      for (auto& block : blocks) block = std::make_unique<char[]>(kCachedBlockBytes);
    }
    filled.set_value();
    end.wait();
  });
  filled.get_future().wait();
  meanwhile();
  ended.set_value();
  thread.join();
}

double InUseInChild(const Backend& backend) {
  const auto forked = whatif::ForkedPurge::Fork(backend, {});
  if (!forked.ok()) return kMissing;
  const auto outcome = forked.value().Wait(uint64_t{60} * 1'000'000'000);
  return outcome.ok() ? outcome.value().occupancy.in_use_bytes : kMissing;
}

void TestThreadCaches(const Backend& backend) {
  Footprint footprint(backend);
  const double before = InUseInChild(backend);
  footprint.Read();
  const double cached_before = footprint["tcacheBytes"];
  WithThreadCache([&] {
    footprint.Read();
    Check(footprint["tcacheBytes"] - cached_before >= kCachedBlocks * kCachedBlockBytes, "what a thread freed is in its cache");
    // jemalloc's own cache structure for a thread, which counts as allocated, is 28 KiB.
    Check(IsWithin(InUseInChild(backend), before, 64 << 10), "a forked child doesn't count other threads' caches as in use");
  });
}

}  // namespace

void TestJemalloc() {
  const Backend& backend = allocator::LiveBackend();
  if (std::string(backend.name()) != "jemalloc") return;
  Check(backend.limitation().empty() == (Ask<bool>("config.stats") == 1), "whether there are statistics is told");
  TestVersion(backend);
  TestFootprint(backend);
  TestTables(backend);
  TestSettings(backend);
  TestPurgeAndOccupancy(backend);
  TestThreadCaches(backend);
}

}  // namespace allocscope::test
