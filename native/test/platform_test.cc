// The room that the others stand on.
#include <fcntl.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "platform/crc32.h"
#include "platform/mapping.h"
#include "platform/ring.h"
#include "platform/safe_memory.h"
#include "platform/smaps.h"
#include "platform/symbol_lookup.h"
#include "test/check.h"

namespace allocscope::test {
namespace {

using platform::SmapsEntry;
using platform::SmapsFailure;
using platform::SmapsField;
using platform::SmapsFields;

void TestSafeMemory() {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  auto* pages = static_cast<char*>(mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  munmap(pages + page, page);
  std::memset(pages, 7, page);
  const uintptr_t begin = reinterpret_cast<uintptr_t>(pages);
  std::vector<char> into(2 * page);
  Check(platform::ReadOwnMemory(begin, into.data(), page) && into[page - 1] == 7, "a mapped page is read");
  Check(!platform::ReadOwnMemory(begin, into.data(), 2 * page), "a page and an unmapped one are refused");
  Check(!platform::ReadOwnMemory(begin + page, into.data(), 8), "an unmapped page is refused");
  Check(!platform::ReadOwnMemory(0, into.data(), 8), "the null page is refused");
  munmap(pages, page);
}

// A file that was cut short after it was mapped: writing there would raise SIGBUS.
void TestSafeWrites() {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const int file = static_cast<int>(syscall(SYS_memfd_create, "allocscope-test", MFD_CLOEXEC));
  Check(ftruncate(file, static_cast<off_t>(2 * page)) == 0, "a file of two pages");
  auto* pages = static_cast<char*>(mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
  const uintptr_t begin = reinterpret_cast<uintptr_t>(pages);
  Check(platform::WriteOwnMemory(begin + page, "kept", 4), "a mapped page is written");
  char read[4] = {};
  Check(pread(file, read, sizeof read, static_cast<off_t>(page)) == 4 && std::memcmp(read, "kept", 4) == 0, "and so is the file");
  Check(ftruncate(file, static_cast<off_t>(page)) == 0, "the file is cut short");
  Check(!platform::WriteOwnMemory(begin + page, "kept", 4), "a page that was cut off is refused");
  Check(!platform::WriteOwnMemory(0, "kept", 4), "the null page isn't written");
  munmap(pages, 2 * page);
  close(file);
}

void TestChecksum() {
  // The value that every description of CRC-32 gives as its check.
  Check(platform::Crc32("123456789", 9) == 0xcbf43926u, "the checksum is that of zlib");
}

void TestSymbols() {
  Check(platform::FindSymbol("malloc") != nullptr, "malloc is found");
  Check(platform::FindSymbol("allocscope_no_such_symbol") == nullptr, "what nothing exports isn't");
  Check(platform::OwnerOf(nullptr).empty(), "null has no owner");
  Check(!platform::LoadedLibraries().empty(), "libraries are listed");
}

constexpr uint32_t kFormat = 7;

// Records of every length from one thread to another: those that were taken arrive whole and in order.
void TestRing() {
  constexpr size_t kLongest = 7;
  constexpr uint64_t kPushes = 200'000;
  auto memory = platform::Mapping::Anonymous(platform::Ring::BytesFor(64));
  if (!memory.ok()) return Check(false, "memory for a ring");
  platform::Ring ring = platform::Ring::Make(std::move(memory.value()), kFormat);
  std::atomic<uint64_t> refused{0};
  std::atomic<bool> finished{false};
  std::thread writer([&] {
    for (uint64_t i = 0; i < kPushes; i++) {
      const size_t length = 2 + i % (kLongest - 1);
      double record[kLongest];
      for (double& word : record) word = static_cast<double>(i);
      record[0] = static_cast<double>(length);
      if (!ring.Push(record, length)) refused.fetch_add(1);
    }
    finished.store(true);
  });
  double drained[40];
  uint64_t received = 0;
  double last = -1;
  bool whole = true;
  for (bool more = true; more;) {
    more = !finished.load();
    for (size_t words; (words = ring.Drain(drained, 40)) > 0;) {
      for (size_t at = 0; at < words; at += static_cast<size_t>(drained[at]), received++) {
        const auto length = static_cast<size_t>(drained[at]);
        whole = whole && drained[at + 1] > last && drained[at + length - 1] == drained[at + 1];
        last = drained[at + 1];
      }
    }
  }
  writer.join();
  Check(whole, "records come whole and in order");
  Check(received + refused.load() == kPushes, "every record was given or refused");
}

// Two ends over one file, as in two processes; what the other end may have spoilt leads nowhere.
void TestSharedRing() {
  using platform::Mapping;
  using platform::Ring;
  const size_t bytes = Ring::BytesFor(64);
  const auto file = platform::CreateSealedFile(bytes);
  if (!file.ok()) return Check(false, "a file without a name");
  Check(ftruncate(file.value(), 0) != 0, "the file can't shrink");
  auto one = Mapping::Shared(file.value(), bytes);
  auto other = Mapping::Shared(file.value(), bytes);
  auto spoilt = Mapping::Shared(file.value(), bytes);
  if (!one.ok() || !other.ok() || !spoilt.ok()) return Check(false, "the file is mapped");
  Ring reader = Ring::Make(std::move(one.value()), kFormat);
  Result<Ring> joined = Ring::Join(std::move(other.value()), kFormat);
  if (!joined.ok()) return Check(false, "the other end joins");
  Ring& writer = joined.value();
  const double record[] = {3, 1, 2};
  double drained[64];
  Check(writer.Push(record, 3) && reader.Drain(drained, 64) == 3 && drained[2] == 2, "a record crosses");
  auto* const words = reinterpret_cast<double*>(static_cast<char*>(spoilt.value().data()) + Ring::BytesFor(0));
  for (const double length : {0.0, -1.0, 1e300, std::nan(""), 65.0}) {
    writer.Push(record, 3);
    std::fill(words, words + 64, length);
    Check(reader.Drain(drained, 64) == 0, "a length that makes no sense is refused");
  }
  std::memset(spoilt.value().data(), 0xff, bytes);
  Check(reader.Drain(drained, 64) == 0, "positions that make no sense are refused");
  const int unsealed = open("/dev/null", O_RDWR | O_CLOEXEC);
  Check(!Mapping::Shared(unsealed, bytes).ok() && !Mapping::Shared(-1, bytes).ok(), "a file that isn't sealed isn't mapped");
  close(unsealed);
  close(file.value());
}

// What joining the ring in `file` is refused for; empty when it isn't.
std::string RefusalOf(int file, size_t bytes, uint32_t format) {
  auto memory = platform::Mapping::Shared(file, bytes);
  if (!memory.ok()) return memory.failure().message;
  const Result<platform::Ring> joined = platform::Ring::Join(std::move(memory.value()), format);
  if (joined.ok()) return {};
  return joined.failure().code == "UNSUPPORTED" ? joined.failure().message : "another code";
}

// An end joins what the other end made, of its own version, and nothing else.
void TestJoinedRing() {
  const size_t bytes = platform::Ring::BytesFor(64);
  const auto file = platform::CreateSealedFile(bytes);
  if (!file.ok()) return Check(false, "a file without a name");
  Check(RefusalOf(file.value(), bytes, kFormat).find("isn't a ring") != std::string::npos, "zeroed memory isn't joined");
  auto memory = platform::Mapping::Shared(file.value(), bytes);
  if (!memory.ok()) return Check(false, "the file is mapped");
  const platform::Ring made = platform::Ring::Make(std::move(memory.value()), kFormat);
  Check(RefusalOf(file.value(), bytes, kFormat).empty(), "a ring is joined");
  Check(RefusalOf(file.value(), bytes, kFormat + 1).find("another version") != std::string::npos, "other records aren't joined");
  Check(RefusalOf(file.value(), bytes - 8, kFormat).find("another size") != std::string::npos, "another size isn't joined");
  Check(RefusalOf(file.value(), 16, kFormat).find("too short") != std::string::npos, "what is no header isn't joined");
  // The magic stands first, the header's version behind it.
  const uint32_t newer = 2;
  Check(pwrite(file.value(), &newer, sizeof newer, 8) == sizeof newer, "the version is overwritten");
  Check(RefusalOf(file.value(), bytes, kFormat).find("another version") != std::string::npos, "a newer ring isn't joined");
  Check(pwrite(file.value(), "x", 1, 0) == 1, "the magic is overwritten");
  Check(RefusalOf(file.value(), bytes, kFormat).find("isn't a ring") != std::string::npos, "a wrong magic isn't joined");
  close(file.value());
}

// Every allocation by C++ passes here, so that a test can say that there was none.
std::atomic<size_t> allocations{0};

// What /proc/self/smaps_rollup, which the kernel adds up itself, says of a field.
uint64_t RollupBytes(const char* field) {
  FILE* const rollup = std::fopen("/proc/self/smaps_rollup", "re");
  if (rollup == nullptr) return 0;
  char line[256];
  unsigned long long kibibytes = 0;
  const size_t length = std::strlen(field);
  while (std::fgets(line, sizeof line, rollup) != nullptr) {
    if (std::strncmp(line, field, length) == 0) kibibytes = std::strtoull(line + length, nullptr, 10);
  }
  std::fclose(rollup);
  return kibibytes * 1024;
}

SmapsEntry EntryAt(const void* address, SmapsFields fields) {
  SmapsEntry found;
  platform::VisitOwnSmaps(fields, [address, &found](const SmapsEntry& entry) {
    if (entry.begin == reinterpret_cast<uintptr_t>(address)) found = entry;
  });
  return found;
}

// A mapping of a file whose name and inode are known, from its second page on.
void TestSmapsOfFile() {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  std::string path = "/tmp/allocscope smaps test XXXXXX";
  const int file = mkstemp(path.data());
  if (file < 0 || ftruncate(file, static_cast<off_t>(3 * page)) != 0) return Check(false, "a file to map");
  void* const mapped = mmap(nullptr, 2 * page, PROT_READ, MAP_SHARED, file, static_cast<off_t>(page));
  if (mapped == MAP_FAILED) return Check(false, "a file is mapped");
  const volatile char touched = *static_cast<const char*>(mapped);
  static_cast<void>(touched);
  struct stat status;
  Check(fstat(file, &status) == 0, "the file's inode is known");
  const SmapsEntry entry = EntryAt(mapped, SmapsFields(SmapsField::kRss, SmapsField::kAnonymous));
  Check(entry.size() == 2 * page && entry.offset == page, "a mapping's bounds and offset are told");
  Check(std::string(entry.permissions) == "r--s" && entry.name == path, "a mapping's permissions and name are told");
  Check(entry.inode == status.st_ino, "a mapping's inode is told");
  Check(entry.device_major == major(status.st_dev) && entry.device_minor == minor(status.st_dev), "a mapping's device is told");
  Check(entry.known.Has(SmapsField::kRss) && entry.Bytes(SmapsField::kRss) >= page, "a touched page of a file is resident");
  Check(entry.Bytes(SmapsField::kAnonymous) == 0 && !entry.known.Has(SmapsField::kPss), "a field that wasn't asked for isn't told");
  munmap(mapped, 2 * page);
  unlink(path.c_str());
  close(file);
}

// Pages of a known number, of which some were freed lazily: the kernel counts them until it needs them.
void TestSmapsOfPages() {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  constexpr size_t kPages = 1000;
  void* const pages = mmap(nullptr, (kPages + 2) * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return Check(false, "pages between guards");
  char* const begin = static_cast<char*>(pages) + page;
  mprotect(begin, kPages * page, PROT_READ | PROT_WRITE);
  madvise(begin, kPages * page, MADV_NOHUGEPAGE);
  std::memset(begin, 1, kPages * page);
  madvise(begin, kPages / 2 * page, MADV_FREE);
  const SmapsEntry entry = EntryAt(begin, SmapsFields(SmapsField::kRss, SmapsField::kAnonymous, SmapsField::kLazyFree));
  const bool is_plain = std::string(entry.permissions) == "rw-p" && *entry.name == '\0' && entry.inode == 0;
  Check(entry.size() == kPages * page && is_plain, "anonymous pages have neither name nor inode");
  Check(entry.Bytes(SmapsField::kAnonymous) == kPages * page && entry.Bytes(SmapsField::kRss) == kPages * page, "pages are counted");
  // A core keeps some pages to itself before it marks them as freed: 31 at the most.
  const size_t freed = entry.Bytes(SmapsField::kLazyFree) / page;
  const bool is_told = entry.known.Has(SmapsField::kLazyFree);
  Check(!is_told || (freed <= kPages / 2 && freed + 31 >= kPages / 2), "lazily freed pages are counted");
  const SmapsEntry from_maps = EntryAt(begin, SmapsFields());
  Check(from_maps.end == entry.end && !from_maps.known.Has(SmapsField::kRss), "without a field the bounds alone are told");
  munmap(pages, (kPages + 2) * page);
}

void TestSmapsAddUp() {
  uint64_t anonymous = 0;
  size_t mappings = 0;
  const uint64_t low = RollupBytes("Anonymous:");
  const size_t before = allocations.load();
  const SmapsFailure failure = platform::VisitOwnSmaps(SmapsFields(SmapsField::kAnonymous), [&](const SmapsEntry& entry) {
    anonymous += entry.Bytes(SmapsField::kAnonymous);
    mappings++;
  });
  const bool allocated = allocations.load() != before;
  const uint64_t high = RollupBytes("Anonymous:");
  Check(!allocated, "visiting allocates nothing");
  // The stack and the stream of the rollup may grow by pages meanwhile.
  constexpr uint64_t kGrowth = 256 * 1024;
  Check(failure.call == nullptr && mappings > 5, "every mapping is visited");
  Check(anonymous + kGrowth >= low && anonymous <= high + kGrowth, "the mappings add up to the kernel's own sum");
}

// Texts of which the kernel makes none here: names longer than what is kept of them, and longer than the reader's buffer.
void TestSmapsText() {
  const std::string longest(5000, 'l'), endless(50'000, 'e');
  const std::string text =
      "1000-2000 r-xp 0000a000 fd:1f 123456789012                     /" + longest + "\nRss:     8 kB\nVmFlags: rd ex\n" +
      "7ffe00000000-7ffe00001000 rw-p 00000000 00:00 0    /" + endless + "\nRss:    16 kB\n" +
      "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\nRss:     0 kB\nSwap:   4 kB";
  const int file = static_cast<int>(syscall(SYS_memfd_create, "allocscope", MFD_CLOEXEC));
  if (write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size())) return Check(false, "a text of mappings");
  lseek(file, 0, SEEK_SET);
  std::vector<SmapsEntry> entries;
  const auto keep = [](void* into, const SmapsEntry& entry) { static_cast<std::vector<SmapsEntry>*>(into)->push_back(entry); };
  const SmapsFailure failure = platform::VisitSmapsIn(file, SmapsFields(SmapsField::kRss), keep, &entries);
  close(file);
  if (failure.call != nullptr || entries.size() != 3) return Check(false, "three mappings are found");
  Check(entries[0].begin == 0x1000 && entries[0].offset == 0xa000 && entries[0].inode == 123456789012, "a first line is read");
  Check(entries[0].device_major == 0xfd && entries[0].device_minor == 0x1f, "a device is read");
  Check(entries[0].name == "/" + longest.substr(0, SmapsEntry::kLongestName - 1), "the beginning of a long name is kept");
  Check(entries[1].Bytes(SmapsField::kRss) == 16 * 1024 && entries[1].name[1] == 'e', "a name longer than the buffer hides nothing");
  Check(entries[2].begin == 0xffffffffff600000u && std::string(entries[2].name) == "[vsyscall]", "the highest mapping is read");
  Check(entries[2].Bytes(SmapsField::kRss) == 0 && entries[2].known.Has(SmapsField::kRss), "nothing resident is told as such");
  Check(platform::VisitSmapsIn(-1, SmapsFields(), keep, &entries).error_number == EBADF, "a read that fails says why");
}

}  // namespace

void CountAllocation() { allocations.fetch_add(1, std::memory_order_relaxed); }

// Pieces of a page beside one that can't be read, again and again: what was refused leaves nothing behind.
void TestPieces() {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  void* const memory = mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return Check(false, "mmap of two pages");
  const auto begin = reinterpret_cast<uintptr_t>(memory);
  for (size_t i = 0; i < page; i++) static_cast<unsigned char*>(memory)[i] = static_cast<unsigned char>(i / 8);
  mprotect(static_cast<char*>(memory) + page, page, PROT_NONE);
  constexpr size_t kPieces = 150;
  uintptr_t addresses[kPieces];
  unsigned char into[kPieces][16];
  bool readable[kPieces];
  platform::PieceReader reader;
  for (size_t round = 0; round < 40; round++) {
    const bool has_refused = round % 2 == 0;
    for (size_t i = 0; i < kPieces; i++) addresses[i] = begin + 8 * i;
    if (has_refused) addresses[round] = begin + page;
    if (has_refused) addresses[100 + round] = begin + page - 8;
    std::memset(into, 0, sizeof into);
    reader.Read(addresses, kPieces, sizeof *into, into, readable);
    size_t right = 0;
    for (size_t i = 0; i < kPieces; i++) {
      const bool is_refused = has_refused && (i == round || i == 100 + round);
      if (is_refused ? !readable[i] : readable[i] && into[i][0] == i && into[i][8] == i + 1) right++;
    }
    Check(right == kPieces, "each piece that can be read is read, and no other");
  }
  munmap(memory, 2 * page);
}

void TestPlatform() {
  TestSafeMemory();
  TestSafeWrites();
  TestChecksum();
  TestPieces();
  TestSymbols();
  TestRing();
  TestSharedRing();
  TestJoinedRing();
  TestSmapsOfFile();
  TestSmapsOfPages();
  TestSmapsAddUp();
  TestSmapsText();
}

}  // namespace allocscope::test

void* operator new(size_t bytes) {
  allocscope::test::CountAllocation();
  void* const block = std::malloc(bytes);
  if (block == nullptr) std::abort();
  return block;
}

void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, size_t) noexcept { std::free(block); }
