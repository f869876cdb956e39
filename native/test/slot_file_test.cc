// The flight recorder's file: what is in it by plain reads of the file, and what a hostile folder or a shortened file does.
#include "sampler/slot_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "platform/crc32.h"
#include "sampler/shared_events.h"
#include "test/check.h"

namespace allocscope::test {
namespace {

constexpr sampler::SlotLayout kLayout{4096, 512, 4, 3};

// Of the file's bytes, a number at a place.
uint32_t NumberAt(const char* bytes, size_t place) {
  uint32_t number = 0;
  std::memcpy(&number, bytes + place, sizeof number);
  return number;
}

void TestSlots(const std::string& path) {
  const auto file = sampler::SlotFile::Create(path, kLayout, "head", 4);
  Check(file.ok(), "the file is made");
  if (!file.ok()) return;
  const double row[] = {2, 7};
  for (int i = 0; i < 6; i++) Check(file.value()->WriteRow(row, 2), "a row is written");
  Check(file.value()->WriteEvent("event", 5), "an event is written");
  char bytes[4096 + 512 * 7];
  FILE* const stream = std::fopen(path.c_str(), "rb");
  const bool whole = stream != nullptr && std::fread(bytes, 1, sizeof bytes, stream) == sizeof bytes && std::fgetc(stream) == EOF;
  if (stream != nullptr) std::fclose(stream);
  Check(whole, "the file has its fixed size");
  Check(std::memcmp(bytes, "head", 4) == 0, "it begins with its head");
  // Payload's bytes, kind, sequence: the fifth and the sixth row are written over the first two.
  const uint32_t sequences[] = {4, 5, 2, 3};
  for (size_t slot = 0; slot < 4; slot++) {
    const size_t at = 4096 + 512 * slot;
    Check(NumberAt(bytes, at + 4) == 16 && NumberAt(bytes, at + 8) == 3 && NumberAt(bytes, at + 12) == sequences[slot],
          "slots are written in turn");
    Check(NumberAt(bytes, at) == platform::Crc32(bytes + at + 4, 12 + 16), "a block has the checksum of what follows it");
  }
  Check(std::memcmp(bytes + 4096 + 512 * 4 + 16, "event", 5) == 0, "events have slots of their own");
  char longer[512] = {};
  Check(!file.value()->WriteEvent(longer, sizeof longer - 15), "what is longer than a slot isn't written");
  struct stat status {};
  Check(stat(path.c_str(), &status) == 0 && (status.st_mode & 0777) == 0600, "it is its user's alone");
  Check(!sampler::SlotFile::Create(path, kLayout, "head", 4).ok(), "a file that is there isn't written over");
  Check(truncate(path.c_str(), 4096) == 0 && !file.value()->WriteRow(row, 2), "of a file that was cut short a row is lost, and no more");
}

// Whose sequences aren't all different would have written over one another.
void TestSharedEvents(const std::string& path) {
  constexpr size_t kThreads = 4;
  constexpr size_t kEach = 500;
  constexpr sampler::SlotLayout layout{4096, 512, 1, kThreads * kEach + 1};
  const auto file = sampler::SlotFile::Create(path, layout, "head", 4);
  Check(file.ok(), "the file is made");
  if (!file.ok()) return;
  Check(!sampler::SharedEvents::StartMillis().has_value() && !sampler::SharedEvents::Write("event", 5), "without a recording nothing is");
  {
    const sampler::SharedEvents events(file.value().get(), 7);
    Check(sampler::SharedEvents::StartMillis() == 7, "every thread can ask when it began");
    std::vector<std::thread> threads;
    std::atomic<size_t> written{0};
    for (size_t i = 0; i < kThreads; i++) {
      threads.emplace_back([&] {
        for (size_t event = 0; event < kEach; event++) written += sampler::SharedEvents::Write("event", 5);
      });
    }
    for (std::thread& thread : threads) thread.join();
    Check(written == kThreads * kEach, "all threads write");
  }
  Check(!sampler::SharedEvents::Write("event", 5), "at its end nothing is written any more");
  std::vector<char> bytes(layout.file_bytes());
  FILE* const stream = std::fopen(path.c_str(), "rb");
  const bool whole = stream != nullptr && std::fread(bytes.data(), 1, bytes.size(), stream) == bytes.size();
  if (stream != nullptr) std::fclose(stream);
  std::set<uint32_t> sequences;
  for (size_t slot = 1; slot <= kThreads * kEach; slot++) sequences.insert(NumberAt(bytes.data(), 4096 + 512 * slot + 12));
  Check(whole && sequences.size() == kThreads * kEach && *sequences.rbegin() == kThreads * kEach - 1, "each event has a slot");
}

void TestLink(const std::string& path, const std::string& target) {
  Check(symlink(target.c_str(), path.c_str()) == 0, "a link is made");
  Check(!sampler::SlotFile::Create(path, kLayout, "head", 4).ok() && access(target.c_str(), F_OK) != 0, "a link isn't followed");
}

}  // namespace

void TestSlotFile() {
  // The vector of the CRC's own catalogue.
  Check(platform::Crc32("123456789", 9) == 0xcbf43926u, "the checksum is zlib's");
  char folder[] = "/tmp/allocscope-test-XXXXXX";
  Check(mkdtemp(folder) != nullptr, "a folder is made");
  const std::string place(folder);
  TestSlots(place + "/file");
  TestSharedEvents(place + "/shared");
  TestLink(place + "/link", place + "/target");
  unlink((place + "/file").c_str());
  unlink((place + "/shared").c_str());
  unlink((place + "/link").c_str());
  rmdir(folder);
}

}  // namespace allocscope::test
