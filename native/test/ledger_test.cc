#include "ledger/ledger.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "allocator/detect.h"
#include "ledger/accounts.h"
#include "ledger/heads.h"
#include "ledger/mapped_chunks.h"
#include "ledger/memory_map.h"
#include "ledger/resident_pages.h"
#include "platform/page_map.h"
#include "platform/safe_memory.h"
#include "test/check.h"

namespace allocscope::test {
namespace {

using ledger::Mapping;
using ledger::MemoryMap;
using ledger::ResidentPages;

const size_t kPage = static_cast<size_t>(sysconf(_SC_PAGESIZE));
constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kBytes = 4 * kHugePage;
#ifdef __SANITIZE_ADDRESS__
constexpr bool kUnderAsan = true;
#else
constexpr bool kUnderAsan = false;
#endif

// Memory of every kind, some of it touched. It stays until the process ends.
struct Places {
  char* own = nullptr;
  char* read_only_touched = nullptr;
  bool reading_takes_pages = false;
  bool reading_takes_huge_pages = false;
  char* shared = nullptr;
  char* file = nullptr;
  char* huge = nullptr;
};

// The kernel's count, which each processor keeps a part of for itself: of less than 64 pages and 1 MiB.
size_t ResidentPagesByStatm() {
  size_t size = 0;
  size_t resident = 0;
  std::FILE* const file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  const bool is_read = std::fscanf(file, "%zu %zu", &size, &resident) == 2;
  std::fclose(file);
  return is_read ? resident : 0;
}

// Reads pages that were never touched. There are kernels that give memory for it, and not the zero page.
bool ReadingTakesPages(const char* memory, size_t bytes) {
  const size_t before = ResidentPagesByStatm();
  for (size_t at = 0; at < bytes; at += kPage) static_cast<void>(*static_cast<const volatile char*>(memory + at));
  return ResidentPagesByStatm() > before + bytes / 2 / kPage;
}

// Between two pages of another kind: the kernel joins neighbours that are alike, and the allocator's may lie beside it.
char* Map(size_t bytes, int flags, int descriptor) {
  void* const place = mmap(nullptr, bytes + 2 * kPage, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (place == MAP_FAILED) return nullptr;
  void* const memory = mmap(static_cast<char*>(place) + kPage, bytes, PROT_READ | PROT_WRITE, flags | MAP_FIXED, descriptor, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<char*>(memory);
}

// Half of the pages of the file are read, and a quarter of all are written to, so that they become private copies.
char* MapFile() {
  char name[] = "/tmp/allocscope-ledger-test-XXXXXX";
  const int descriptor = mkstemp(name);
  unlink(name);
  if (descriptor < 0 || ftruncate(descriptor, kBytes) != 0) return nullptr;
  char* const file = Map(kBytes, MAP_PRIVATE, descriptor);
  close(descriptor);
  if (file == nullptr) return nullptr;
  madvise(file, kBytes, MADV_RANDOM);
  for (size_t at = 0; at < kBytes / 2; at += kPage) static_cast<void>(*static_cast<volatile char*>(file + at));
  for (size_t at = 0; at < kBytes / 4; at += kPage) file[at] = 1;
  return file;
}

// Two huge pages: the first written to, the second only read, so that it is the kernel's huge zero page where this has one.
char* MapHuge(bool* reading_takes_pages) {
  char* const memory = Map(kBytes, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  if (memory == nullptr) return nullptr;
  char* const huge = memory + (kHugePage - reinterpret_cast<uintptr_t>(memory) % kHugePage) % kHugePage;
  if (madvise(huge, 2 * kHugePage, MADV_HUGEPAGE) != 0) return nullptr;
  *huge = 1;
  *reading_takes_pages = ReadingTakesPages(huge + kHugePage, kHugePage);
  return huge;
}

Places MapPlaces() {
  Places places;
  places.own = Map(kBytes, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  madvise(places.own, kBytes, MADV_NOHUGEPAGE);
  for (size_t at = 0; at < kBytes; at += 3 * kPage) places.own[at] = 1;
  places.read_only_touched = Map(kBytes, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  madvise(places.read_only_touched, kBytes, MADV_NOHUGEPAGE);
  places.reading_takes_pages = ReadingTakesPages(places.read_only_touched, kBytes / 2);
  places.read_only_touched[0] = 1;
  // No access any more, but what was written stays.
  mprotect(places.read_only_touched, kBytes, PROT_NONE);
  places.shared = Map(kBytes, MAP_SHARED | MAP_ANONYMOUS, -1);
  std::memset(places.shared, 1, kBytes / 2);
  places.file = MapFile();
  places.huge = MapHuge(&places.reading_takes_huge_pages);
  return places;
}

const Mapping* Find(const MemoryMap& map, const char* place) {
  const auto address = reinterpret_cast<uintptr_t>(place);
  for (const Mapping& mapping : map.mappings) {
    if (mapping.begin <= address && address < mapping.end) return &mapping;
  }
  return nullptr;
}

void CheckPlace(const MemoryMap& map, const char* place, uint64_t resident, uint64_t anonymous, const std::string& what) {
  const Mapping* const mapping = Find(map, place);
  Check(mapping != nullptr && mapping->resident == resident && mapping->anonymous == anonymous, what);
}

void CheckKnownAmounts(const MemoryMap& map, const Places& places) {
  const uint64_t third = (kBytes / kPage + 2) / 3 * kPage;
  CheckPlace(map, places.own, third, third, "every third page was touched");
  const uint64_t read = places.reading_takes_pages ? kBytes / 2 : kPage;
  CheckPlace(map, places.read_only_touched, read, read,
             "memory that was only read is resident where reading takes pages, and nowhere else");
  CheckPlace(map, places.shared, kBytes / 2, 0, "shared memory isn't anonymous");
  CheckPlace(map, places.file, kBytes / 2, kBytes / 4, "written pages of a file are private copies");
}

std::string Describe(const MemoryMap& map, const Mapping& mapping) {
  char text[64];
  std::snprintf(text, sizeof text, "%zx-%zx ", static_cast<size_t>(mapping.begin), static_cast<size_t>(mapping.end));
  return text + map.NameOf(mapping);
}

bool IsSame(const Mapping& one, const Mapping& other) {
  return one.end == other.end && one.resident == other.resident && one.anonymous == other.anonymous && one.huge == other.huge;
}

// The scan was made between two readings of smaps. The process is at rest but for these: what they allocate is on the break, in mappings
// that weren't there before, or, under the sanitizers, in mappings in which the two readings differ.
void CheckAgreement(const MemoryMap& scanned, const MemoryMap& before, const MemoryMap& after) {
  size_t compared = 0;
  size_t moved = 0;
  for (const Mapping& ours : scanned.mappings) {
    const Mapping* const kernels = Find(before, reinterpret_cast<const char*>(ours.begin));
    const Mapping* const later = Find(after, reinterpret_cast<const char*>(ours.begin));
    if (kernels == nullptr || kernels->end != ours.end || before.NameOf(*kernels) == "[heap]" || before.NameOf(*kernels) == "[stack]")
      continue;
    if (later == nullptr || !IsSame(*kernels, *later)) {
      moved++;
      continue;
    }
    Check(IsSame(ours, *kernels), "a scan and smaps agree on " + Describe(scanned, ours));
    compared++;
  }
  Check(compared + moved + 8 > scanned.mappings.size() && compared > 10, "nearly all mappings are compared");
}

// What was asked of runs, asked of the kernel a page at a time.
void CheckQuestions(const ResidentPages& pages, const Places& places) {
  const auto own = reinterpret_cast<uintptr_t>(places.own);
  Check(pages.Has(own) && !pages.Has(own + kPage) && pages.Has(own + 3 * kPage + 5), "single pages are known");
  Check(pages.Bytes(own, own + 7 * kPage) == 3 * kPage, "bytes within a stretch");
  Check(pages.Bytes(own + 1, own + 3 * kPage) == 0, "pages that begin within a stretch");
  Check(pages.FirstFrom(own + kPage, own + kBytes) == own + 3 * kPage, "the first page from an address on");
  Check(pages.FirstFrom(own + kPage, own + 2 * kPage) == own + 2 * kPage, "no page below the end");
  Check(pages.LastBefore(own, own + 3 * kPage) == own, "the last page below an address");
  Check(pages.LastBefore(own + kPage, own + 3 * kPage) == 0, "no page above the beginning");
}

void TestScan(const platform::PageMap& map, const Places& places) {
  Result<MemoryMap> scanned = ledger::ReadOwnAddresses();
  const Result<MemoryMap> smaps = ledger::ReadMemoryMap(0);
  ResidentPages pages;
  if (!scanned.ok() || !smaps.ok()) return Check(false, "maps and smaps are read");
  Check(pages.ScanInto(map, &scanned.value()), "the page tables are scanned");
  const Result<MemoryMap> after = ledger::ReadMemoryMap(0);
  if (!after.ok()) return Check(false, "smaps is read again");
  CheckKnownAmounts(scanned.value(), places);
  CheckQuestions(pages, places);
  uint64_t sum = 0;
  for (const Mapping& mapping : scanned.value().mappings) sum += mapping.resident;
  Check(sum == scanned.value().resident, "the mappings add up");
  if (places.huge == nullptr || !map.TellsHugeZeroPages()) {
    std::printf("ledger_test: no huge zero page here\n");
  } else {
    const auto huge = reinterpret_cast<uintptr_t>(places.huge);
    const uint64_t expected = (places.reading_takes_huge_pages ? 2 : 1) * kHugePage;
    Check(pages.HugeBytes(huge, huge + 2 * kHugePage) == expected, "a huge page is told, and the huge zero page isn't resident");
  }
  if (places.huge == nullptr || map.TellsHugeZeroPages()) CheckAgreement(scanned.value(), smaps.value(), after.value());
}

// A sanitizer has its shadow in mappings of terabytes, whose pages take half a minute to read one by one.
void LeaveOutShadow(MemoryMap* map) {
  constexpr uintptr_t kLarge = uintptr_t{1} << 40;
  for (Mapping& mapping : map->mappings) {
    if (mapping.end - mapping.begin > kLarge) mapping.resident = 0;
  }
}

// What another thread has given back since the look stays away: a search for chunks doesn't read it.
void TestNothingIsBroughtBack(const platform::PageMap& map) {
  char* const memory = Map(kBytes, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  std::memset(memory, 1, kBytes);
  Result<MemoryMap> now = ledger::ReadMemoryMap(0);
  if (!now.ok()) return Check(false, "smaps is read beside memory that goes away");
  LeaveOutShadow(&now.value());
  ResidentPages resident;
  Check(resident.Read(map, now.value()), "pagemap is read beside memory that goes away");
  const Mapping* const found = Find(now.value(), memory);
  if (found == nullptr) return Check(false, "the memory is mapped");
  Mapping mapping = *found;
  mapping.begin = reinterpret_cast<uintptr_t>(memory);
  mapping.end = mapping.begin + kBytes;
  Check(resident.Bytes(mapping.begin, mapping.end) == kBytes, "all of the memory was resident");
  madvise(memory, kBytes, MADV_DONTNEED);
  const ledger::Heads heads;
  ledger::Claims claims;
  ledger::MappedChunks(resident, heads).ClaimIn(mapping, &claims);
  unsigned char is_resident[kBytes / 4096];
  Check(mincore(memory, kBytes, is_resident) == 0, "the kernel tells what is resident");
  const auto back = std::count_if(is_resident, is_resident + kBytes / kPage, [](unsigned char page) { return (page & 1) != 0; });
  Check(back == 0, "no page was brought back, but " + std::to_string(back));
  munmap(memory, kBytes);
}

constexpr size_t kZeroed = size_t{1} << 20;
char zeroed[kZeroed];

// What the owner has of the addresses, by a look with nothing else mapped meanwhile.
uint64_t ResidentOf(ledger::Owner owner, const ledger::Question& question) {
  const Result<ledger::Answer> answer = ledger::Explain(question);
  if (!answer.ok()) return 0;
  uint64_t resident = 0;
  for (const ledger::Row& row : answer.value().rows) resident += row.owner == owner ? row.resident : 0;
  return resident;
}

uint64_t ResidentOf(ledger::Owner owner, pid_t pid) {
  ledger::Question question;
  question.pid = pid;
  return ResidentOf(owner, question);
}

// A page of a file's data, and memory that begins right behind it, by the next page.
char* MapBehindData(size_t reserved) {
  char* const place = static_cast<char*>(mmap(nullptr, kPage + reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  if (place == MAP_FAILED) return nullptr;
  char name[] = "/tmp/allocscope-ledger-test-XXXXXX";
  const int descriptor = mkstemp(name);
  unlink(name);
  if (descriptor < 0 || ftruncate(descriptor, static_cast<off_t>(kPage)) != 0) return nullptr;
  char* const data = static_cast<char*>(mmap(place, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, descriptor, 0));
  close(descriptor);
  return data == MAP_FAILED ? nullptr : data + kPage;
}

void TestWhatLiesBehindData() {
  using ledger::Owner;
  std::memset(zeroed, 1, kZeroed);
  Check(ResidentOf(Owner::kLoader, 0) >= kZeroed, "zeroed data is the loader's");
  constexpr size_t kMemory = 256 * 1024;
  constexpr size_t kReserved = size_t{8} << 30;
  for (const pid_t pid : {pid_t{0}, getpid()}) {
    const uint64_t before = ResidentOf(Owner::kWasm, pid);
    char* const memory = MapBehindData(kReserved);
    if (memory == nullptr || mprotect(memory, kMemory, PROT_READ | PROT_WRITE) != 0) return Check(false, "8 GiB are reserved behind data");
    std::memset(memory, 1, kMemory);
    Check(ResidentOf(Owner::kWasm, pid) - before == kMemory, "a wasm memory right behind a library's data is one");
    munmap(memory - kPage, kPage + kReserved);
  }
  char* const memory = MapBehindData(kMemory);
  if (memory == nullptr || mprotect(memory, kMemory, PROT_READ | PROT_WRITE) != 0) return Check(false, "memory is mapped behind data");
  const uint64_t before = ResidentOf(Owner::kLoader, 0);
  std::memset(memory, 1, kMemory);
  Check(ResidentOf(Owner::kLoader, 0) == before, "other memory right behind a library's data isn't zeroed data");
  munmap(memory - kPage, kPage + kMemory);
}

// Memory that could hold a page of V8's, and has a pointer to where nobody has been yet.
void TestNothingIsTouched() {
  constexpr size_t kV8Page = 256 * 1024;
  char* const untouched = Map(kV8Page, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  char* const memory = Map(2 * kV8Page, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  if (untouched == nullptr || memory == nullptr) return Check(false, "memory is mapped");
  const uintptr_t page = (reinterpret_cast<uintptr_t>(memory) + kV8Page - 1) & ~(kV8Page - 1);
  reinterpret_cast<uintptr_t*>(page)[1] = reinterpret_cast<uintptr_t>(untouched);
  ResidentOf(ledger::Owner::kWasm, 0);
  Check(!platform::IsResident(reinterpret_cast<uintptr_t>(untouched)), "a ledger touches no page that isn't resident");
}

// abseil's own block, joined by the kernel to pages below it that somebody else has.
void TestJoinedBlock() {
  constexpr size_t kMemory = 256 * 1024;
  constexpr uintptr_t kMagic = 0x4c833e95;
  const uint64_t before = ResidentOf(ledger::Owner::kAbseil, 0);
  // Between two pages without access, so that nothing else is joined to it.
  void* const guarded = mmap(nullptr, kMemory + 2 * kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (guarded == MAP_FAILED) return Check(false, "memory between guards is mapped");
  char* const memory = static_cast<char*>(guarded) + kPage;
  mprotect(memory, kMemory, PROT_READ | PROT_WRITE);
  std::memset(memory, 1, kMemory);
  auto* const block = reinterpret_cast<uintptr_t*>(memory + kPage);
  block[1] = reinterpret_cast<uintptr_t>(block) ^ kMagic;
  ledger::Question question;
  question.embedded.push_back({reinterpret_cast<uintptr_t>(memory), reinterpret_cast<uintptr_t>(block), 0});
  const uint64_t found = ResidentOf(ledger::Owner::kAbseil, question) - before;
  Check(found == kMemory - kPage, "abseil's block is told behind claimed pages, not " + std::to_string(found));
  munmap(guarded, kMemory + 2 * kPage);
}

// A block of malloc's with a mapping of its own, right below the mapping that holds the main thread's record, so that the kernel joins the
// two. Where something else is there, nothing can be said.
void TestBlockBesideMainRecord() {
  const allocator::Backend& backend = allocator::LiveBackend();
  if (std::strcmp(backend.name(), "glibc") != 0) return;
  const size_t kBlock = 64 * kPage;
  const Result<MemoryMap> map = ledger::ReadMemoryMap(0);
  if (!map.ok()) return Check(false, "smaps is read");
  const auto record = static_cast<uintptr_t>(pthread_self());
  const auto& mappings = map.value().mappings;
  const auto holder = std::find_if(mappings.begin(), mappings.end(),
                                   [record](const Mapping& mapping) { return record >= mapping.begin && record < mapping.end; });
  if (holder == mappings.end()) return Check(false, "the main thread's record lies in a mapping");
  void* const wanted = reinterpret_cast<void*>(holder->begin - kBlock);
  void* const place = mmap(wanted, kBlock, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (place != wanted) return static_cast<void>(std::printf("ledger_test: there is no room below the main thread's record\n"));
  // glibc's own count must not be zero for blocks to be looked for.
  void* const own = std::malloc(4 << 20);
  std::memset(own, 1, 4 << 20);
  ledger::Question question;
  question.backend = &backend;
  const uint64_t before = ResidentOf(ledger::Owner::kMappedChunk, question);
  std::memset(place, 1, kBlock);
  static_cast<uintptr_t*>(place)[0] = 0;
  static_cast<uintptr_t*>(place)[1] = kBlock | 2;
  const uint64_t found = ResidentOf(ledger::Owner::kMappedChunk, question) - before;
  Check(found == kBlock, "a block beside the main thread's record is found, not " + std::to_string(found));
  munmap(place, kBlock);
  std::free(own);
}

}  // namespace

void TestLedger() {
  const Places places = MapPlaces();
  const platform::PageMap map;
  if (!map.readable()) return Check(false, "a process may read its own pagemap");
  Result<MemoryMap> smaps = ledger::ReadMemoryMap(0);
  if (!smaps.ok()) return Check(false, "smaps is read");
  CheckKnownAmounts(smaps.value(), places);
  LeaveOutShadow(&smaps.value());
  ResidentPages words;
  Check(words.Read(map, smaps.value()), "pagemap is read");
  CheckQuestions(words, places);
  TestNothingIsBroughtBack(map);
  if (kUnderAsan) {
    std::printf("ledger_test: no whole ledgers under ASan: they would look through its shadow, which takes minutes\n");
  } else {
    TestNothingIsTouched();
    TestWhatLiesBehindData();
    TestJoinedBlock();
    TestBlockBesideMainRecord();
  }
  if (!map.can_scan()) return static_cast<void>(std::printf("ledger_test: this kernel has no PAGEMAP_SCAN\n"));
  Check(map.TellsZeroPages(), "a scan tells zero pages");
  TestScan(map, places);
}

}  // namespace allocscope::test
