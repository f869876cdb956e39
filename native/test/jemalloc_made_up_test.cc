// What is read of a jemalloc, held against one whose controls are made up. Needs no jemalloc.
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "allocator/jemalloc/arenas.h"
#include "allocator/jemalloc/control.h"
#include "allocator/jemalloc/jemalloc.h"
#include "embedded/jemalloc_copy.h"
#include "test/check.h"
#include "test/readings.h"

namespace allocscope::test {
namespace {

using allocator::jemalloc::Control;

// The controls that there are, by name.
std::map<std::string, uint64_t> controls;
const char* version_text = "5.9.9-made-up";

int Answer(const std::string& name, void* value, size_t* length) {
  const auto found = controls.find(name);
  if (found == controls.end() || value == nullptr) return ENOENT;
  std::memcpy(value, &found->second, *length);
  return 0;
}

int ControlByName(const char* name, void* value, size_t* length, void*, size_t) {
  if (std::string(name) != "version") return Answer(name, value, length);
  std::memcpy(value, &version_text, sizeof version_text);
  return controls.empty() ? ENOENT : 0;
}

// Words that aren't numbers stand for themselves from here on.
constexpr size_t kFirstWord = 100'000;
std::vector<std::string> words;

size_t PartOf(const std::string& word) {
  if (word.find_first_not_of("0123456789") == std::string::npos) return std::stoul(word);
  words.push_back(word);
  return kFirstWord + words.size() - 1;
}

int NameToMib(const char* name, size_t* parts, size_t* depth) {
  *depth = 0;
  std::istringstream stream(name);
  for (std::string word; std::getline(stream, word, '.');) parts[(*depth)++] = PartOf(word);
  return 0;
}

int ControlByMib(const size_t* parts, size_t depth, void* value, size_t* length, void*, size_t) {
  std::string name;
  for (size_t i = 0; i < depth; i++) {
    if (i > 0) name += ".";
    name += parts[i] < kFirstWord ? std::to_string(parts[i]) : words[parts[i] - kFirstWord];
  }
  return Answer(name, value, length);
}

allocator::Document ReadTables() {
  allocator::Document document;
  AddArenaTables(Control(ControlByName, NameToMib, ControlByMib), &document);
  return document;
}

// Five arenas and classes have figures, of which jemalloc says that there are fewer.
void MakeFive() {
  controls.clear();
  for (size_t i = 0; i < 5; i++) {
    const std::string index = std::to_string(i);
    controls["arena." + index + ".initialized"] = i == 1 ? 0 : 1;
    controls["stats.arenas." + index + ".pactive"] = 10 + i;
    controls["arena." + index + ".dirty_decay_ms"] = 20 + i;
    controls["arenas.bin." + index + ".size"] = 30 + i;
    controls["stats.arenas.4096.bins." + index + ".curregs"] = 40 + i;
    controls["stats.arenas.4096.extents." + index + ".ndirty"] = 50 + i;
  }
}

using Column = std::vector<double>;

void TestRows() {
  MakeFive();
  controls["arenas.narenas"] = 3;
  controls["arenas.nbins"] = 2;
  const allocator::Document document = ReadTables();
  Check(ColumnOf(document, "arenas", "index") == Column{0, 2}, "arenas that are in use are told, no more than there are");
  Check(ColumnOf(document, "arenas", "activePages") == Column{10, 12} && ColumnOf(document, "arenas", "dirtyDecayMs") == Column{20, 22},
        "each arena's figures are its own");
  const Column missing = ColumnOf(document, "arenas", "threads");
  Check(missing.size() == 2 && std::isnan(missing[0]) && std::isnan(missing[1]), "what this version lacks isn't told");
  Check(ColumnOf(document, "bins", "sizeBytes") == Column{30, 31} && ColumnOf(document, "bins", "regions") == Column{40, 41},
        "each bin's figures are its own");
  Check(ColumnOf(document, "extents", "dirtyExtents") == Column{50, 51, 52, 53, 54}, "classes of extents are read until one is refused");
}

void TestNoRows() {
  MakeFive();
  const allocator::Document document = ReadTables();
  Check(ColumnOf(document, "arenas", "index").empty() && ColumnOf(document, "bins", "index").empty(), "where no number is told, no row is");
  controls["arenas.narenas"] = 3;
  controls.erase("arena.0.initialized");
  Check(ColumnOf(ReadTables(), "arenas", "index") == Column{2}, "an arena of which nothing is known isn't told");
  controls.erase("stats.arenas.4096.extents.0.ndirty");
  Check(ColumnOf(ReadTables(), "extents", "index").empty(), "where the first class is refused there is none");
}

void TestMadeUpVersion() {
  using allocator::jemalloc::VersionBy;
  void* const marker = reinterpret_cast<void*>(ControlByName);
  controls = {{"a", 1}};
  Check(VersionBy(marker) == "5.9.9-made-up", "a version is the control's");
  version_text = nullptr;
  Check(VersionBy(marker).empty(), "without a text there is none");
  version_text = "5.9.9-made-up";
  controls.clear();
  Check(VersionBy(marker).empty(), "a control that is refused tells none");
}

void TestEmbeddedCopy() {
  controls = {{"epoch", 1}, {"stats.allocated", 700}, {"stats.active", 800}, {"stats.arenas.4096.tcache_bytes", 60}};
  const embedded::JemallocCopy copy(Control(ControlByName, NameToMib, ControlByMib), true);
  const embedded::JemallocFigures figures = copy.Read();
  Check(figures.allocated_bytes == 640 && figures.active_bytes == 800, "a copy's freed blocks in threads' caches aren't allocated");
  controls.clear();
}

}  // namespace

void TestJemallocMadeUp() {
  TestRows();
  TestNoRows();
  TestMadeUpVersion();
  TestEmbeddedCopy();
}

}  // namespace allocscope::test
