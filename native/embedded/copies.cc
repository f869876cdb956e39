#include "embedded/copies.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "allocator/detect.h"
#include "allocator/jemalloc/jemalloc.h"
#include "allocator/mimalloc/mimalloc.h"
#include "allocator/tcmalloc/tcmalloc.h"

namespace allocscope::embedded {
namespace {

std::vector<platform::AddressRange> WritableDataOf(const platform::LoadedObject& object) {
  std::vector<platform::AddressRange> ranges;
  for (const platform::Segment& segment : object.segments) {
    if (segment.writable) ranges.push_back({segment.begin, segment.begin + segment.memory_bytes});
  }
  return ranges;
}

// A name that only the text has, such as one in a message, is no control.
std::vector<Copy> ExportedJemallocs(const platform::LoadedObject& object, const Marks& marks) {
  std::vector<Copy> copies;
  for (const std::string& name : marks.controls) {
    const std::optional<JemallocCopy> control = JemallocCopy::In(object.path, name, marks.handles_fork);
    if (!control) continue;
    const std::string version = allocator::jemalloc::VersionBy(platform::FindSymbolIn(object.path, name.c_str()));
    copies.push_back({"jemalloc", object.path, name, version, marks.setting, WritableDataOf(object), *control});
  }
  return copies;
}

Copy MimallocIn(const platform::LoadedObject& object, const Marks& marks) {
  constexpr char kVersion[] = "mi_version";
  void* const version = platform::FindSymbolIn(object.path, kVersion);
  Copy copy{"mimalloc", object.path, {}, marks.version, marks.setting, WritableDataOf(object), {}};
  if (version == nullptr) return copy;
  copy.symbol = kVersion;
  copy.version = allocator::mimalloc::VersionBy(version);
  return copy;
}

}  // namespace

Result<Done> Finder::Look() {
  const uint64_t count = platform::LoadCount();
  if (count == load_count_) return Done{};
  const Result<platform::Mapping> buffer = ObjectText::MakeBuffer();
  if (!buffer.ok()) return buffer.failure();
  copies_.clear();
  live_data_.clear();
  const std::string& live = allocator::LiveBackend().provenance().library;
  for (const platform::LoadedObject& object : platform::LoadedObjects()) {
    if (platform::RealPath(object.path) == live) {
      live_data_ = WritableDataOf(object);
    } else {
      AddCopies(object, buffer.value());
    }
  }
  load_count_ = count;
  return Done{};
}

bool Finder::has_mimalloc() const {
  return std::any_of(copies_.begin(), copies_.end(), [](const Copy& copy) { return std::strcmp(copy.allocator, "mimalloc") == 0; });
}

void Finder::AddCopies(const platform::LoadedObject& object, const platform::Mapping& buffer) {
  const Marks& marks = MarksOf(object, buffer);
  std::vector<Copy> jemallocs = ExportedJemallocs(object, marks);
  if (jemallocs.empty() && marks.jemalloc) {
    copies_.push_back({"jemalloc", object.path, {}, {}, marks.setting, WritableDataOf(object), {}});
  }
  std::move(jemallocs.begin(), jemallocs.end(), std::back_inserter(copies_));
  if (marks.mimalloc) copies_.push_back(MimallocIn(object, marks));
  constexpr char kTcmalloc[] = "tc_version";
  if (void* const version = platform::FindSymbolIn(object.path, kTcmalloc)) {
    copies_.push_back({"tcmalloc", object.path, kTcmalloc, allocator::tcmalloc::VersionBy(version), {}, WritableDataOf(object), {}});
  }
}

const Marks& Finder::MarksOf(const platform::LoadedObject& object, const platform::Mapping& buffer) {
  const ObjectText text(object, buffer);
  const auto known = marks_.find(text.identity());
  if (known != marks_.end() && !text.identity().empty()) return known->second;
  return marks_[text.identity()] = FindMarks(text);
}

std::vector<JemallocCopy> Finder::PurgeableInChild() const {
  std::vector<JemallocCopy> purgeable;
  for (const Copy& copy : copies_) {
    if (copy.control.known() && copy.control.handles_fork()) purgeable.push_back(copy.control);
  }
  return purgeable;
}

}  // namespace allocscope::embedded
