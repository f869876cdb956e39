// What is proved of a mimalloc, held against one that is made up: what its calls say and do is written here. Needs no mimalloc.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "allocator/mimalloc/api.h"
#include "allocator/mimalloc/capabilities.h"
#include "allocator/mimalloc/free_spans.h"
#include "allocator/mimalloc/json_statistics.h"
#include "test/check.h"

namespace allocscope::test {
namespace {

using allocator::mimalloc::Api;
using allocator::mimalloc::BlockVisitor;
using allocator::mimalloc::Capabilities;
using allocator::mimalloc::HeapArea;
using allocator::mimalloc::JsonStatistics;
using allocator::mimalloc::Reach;
using allocator::mimalloc::UsedUnit;

constexpr size_t kSpanBytes = size_t{3} << 20;
constexpr int kDelay = 15;
constexpr long kOwnDelay = 77;  // NOLINT(google-runtime-int): mimalloc's own type

// What the made-up mimalloc is asked for, and what it answers.
struct MadeUp {
  // The areas that the first visit shows, and those of the second; which visit fails, and which block isn't given.
  std::vector<HeapArea> areas[2];
  size_t failing_visit = SIZE_MAX;
  size_t failing_block = SIZE_MAX;
  // One after the other: the texts of mi_stats_get_json, and what mi_process_info says is committed.
  std::vector<std::string> texts;
  std::vector<size_t> committed;
  // Given for each block when it isn't null.
  std::vector<void*> spans;

  std::vector<const void*> visited;
  std::vector<size_t> asked;
  size_t freed = 0;
  size_t freed_without_delay = 0;
  size_t destroyed = 0;
  size_t texts_read = 0;
  size_t commits_read = 0;
  long delay = kOwnDelay;  // NOLINT(google-runtime-int)
};

MadeUp made_up;
char thread_heap, main_heap, new_heap;

bool Visit(const void* heap, bool blocks, BlockVisitor visitor, void* argument) {
  const size_t visit = made_up.visited.size();
  made_up.visited.push_back(heap);
  if (blocks || visit == made_up.failing_visit || visit > 1) return false;
  for (const HeapArea& area : made_up.areas[visit]) {
    if (!visitor(heap, &area, nullptr, 0, argument)) return false;
  }
  return true;
}

void* Take(size_t bytes) {
  const size_t block = made_up.asked.size();
  made_up.asked.push_back(bytes);
  if (block == made_up.failing_block) return nullptr;
  if (made_up.spans.empty()) return &made_up;
  return made_up.spans[block < made_up.spans.size() ? block : made_up.spans.size() - 1];
}

void* TakeFrom(void* heap, size_t bytes) { return heap == &new_heap ? Take(bytes) : nullptr; }

void Free(void* block) {
  if (block == nullptr) return;
  made_up.freed++;
  if (made_up.delay == 0) made_up.freed_without_delay++;
}

char* WriteJson(size_t capacity, char* buffer) {
  const size_t at = made_up.texts_read++;
  if (at >= made_up.texts.size() || made_up.texts[at].size() >= capacity) return nullptr;
  return std::strcpy(buffer, made_up.texts[at].c_str());
}

void TellProcess(size_t*, size_t*, size_t*, size_t*, size_t*, size_t* committed, size_t*, size_t*) {
  const size_t at = made_up.commits_read++;
  *committed = at < made_up.committed.size() ? made_up.committed[at] : 0;
}

// NOLINTBEGIN(google-runtime-int): mimalloc's own types
long GetOption(int option) { return option == kDelay ? made_up.delay : -1; }
void SetOption(int option, long value) {
  if (option == kDelay) made_up.delay = value;
}
// NOLINTEND(google-runtime-int)

// Calls of a mimalloc whose visits show what the calling thread has, as 2.1 does.
Api ThreadApi() {
  Api api;
  api.version = [] { return 2118; };
  api.heap_get_default = [] { return static_cast<void*>(&thread_heap); };
  api.heap_visit_blocks = Visit;
  api.malloc = Take;
  api.free = Free;
  api.option_get = GetOption;
  api.option_set = SetOption;
  return api;
}

// … and of one whose heaps are all threads', as 3.6 has them.
Api ProcessApi() {
  Api api = ThreadApi();
  api.heap_main = [] { return static_cast<void*>(&main_heap); };
  api.heap_new = [] { return static_cast<void*>(&new_heap); };
  api.heap_malloc = TakeFrom;
  api.heap_destroy = [](void* heap) { made_up.destroyed += heap == &new_heap ? 1 : 0; };
  return api;
}

HeapArea Area(size_t block_bytes, size_t used, size_t page_bytes) { return {nullptr, page_bytes, page_bytes, used, block_bytes}; }

// The proof takes 128 blocks of 4000 bytes, which fill eight pages of 64 KiB.
constexpr size_t kBlocks = 128;
constexpr size_t kBlockBytes = 4000;
constexpr size_t kClassBytes = 4096;
constexpr size_t kPage = 64 * 1024;

UsedUnit UnitWhere(const std::vector<HeapArea>& before, const std::vector<HeapArea>& during) {
  made_up = {};
  made_up.areas[0] = before;
  made_up.areas[1] = during;
  const Capabilities proved = ProveCapabilities(ThreadApi());
  Check(made_up.visited.size() == 2 && made_up.visited[0] == &thread_heap, "the thread's own heap is visited twice");
  Check((proved.reach == Reach::kThread) == (proved.used_unit != UsedUnit::kUnproved), "a unit that is proved is the thread's");
  return proved.used_unit;
}

UsedUnit UnitOf(size_t block_bytes, size_t used, size_t page_bytes) { return UnitWhere({}, {Area(block_bytes, used, page_bytes)}); }

void TestUsedUnit() {
  Check(UnitOf(kClassBytes, kBlocks, kPage) == UsedUnit::kBlocks, "as many as were taken are blocks");
  Check(made_up.freed == kBlocks + 1, "what was taken is freed");
  Check(UnitOf(kClassBytes, kBlocks - 1, kPage) == UsedUnit::kUnproved, "a visit that passes over a block proves nothing");
  Check(UnitOf(kClassBytes, kBlocks + 1, kPage) == UsedUnit::kUnproved, "a visit that shows one too many proves nothing");
  Check(UnitOf(kClassBytes, kBlocks * kBlockBytes, kPage) == UsedUnit::kBytes, "as many bytes as were asked for are bytes");
  Check(UnitOf(kClassBytes, kBlocks * kClassBytes, kPage) == UsedUnit::kBytes, "as many bytes as the blocks have are bytes");
  Check(UnitOf(kClassBytes, kBlocks * kBlockBytes - 1, kPage) == UsedUnit::kUnproved, "fewer bytes prove nothing");
  Check(UnitOf(kClassBytes, kBlocks * kClassBytes + 1, kPage) == UsedUnit::kUnproved, "more bytes prove nothing");
  // 128 blocks of 4000 bytes are five pages of 102,400 bytes.
  Check(UnitOf(kBlockBytes, kBlocks, 102'400) == UsedUnit::kBlocks, "five full pages are enough");
  Check(UnitOf(kBlockBytes, kBlocks, 102'401) == UsedUnit::kUnproved, "fewer full pages prove nothing");
}

void TestWhichAreasCount() {
  const HeapArea smaller = Area(kBlockBytes - 1, 7, kPage);
  const HeapArea larger = Area(2 * kBlockBytes, 7, kPage);
  Check(UnitWhere({smaller, larger}, {smaller, Area(kClassBytes, kBlocks, kPage), smaller, larger, larger}) == UsedUnit::kBlocks,
        "other sizes don't count");
  Check(UnitWhere({}, {Area(kBlockBytes, kBlocks, kPage)}) == UsedUnit::kBlocks, "a class of just the size counts");
  Check(UnitWhere({}, {Area(2 * kBlockBytes - 1, kBlocks, kPage)}) == UsedUnit::kBlocks, "a class of nearly twice the size counts");
  Check(UnitWhere({Area(kClassBytes, 5, kPage)}, {Area(kClassBytes, kBlocks, kPage), Area(kClassBytes, 5, kPage)}) == UsedUnit::kBlocks,
        "what was in use before doesn't count");
  Check(UnitWhere({}, {Area(kClassBytes, kBlocks - 1, 1 << 20), Area(kClassBytes, 1, kPage)}) == UsedUnit::kUnproved,
        "the largest page counts");
}

Capabilities ProvedOf(const Api& api, size_t failing_visit = SIZE_MAX, size_t failing_block = SIZE_MAX) {
  made_up = {};
  made_up.areas[1] = {Area(kClassBytes, kBlocks, kPage)};
  made_up.failing_visit = failing_visit;
  made_up.failing_block = failing_block;
  return ProveCapabilities(api);
}

void TestReach() {
  Check(ProvedOf(ThreadApi(), 0).reach == Reach::kNone && ProvedOf(ThreadApi(), 1).reach == Reach::kNone,
        "a visit that fails proves nothing");
  Check(ProvedOf(ThreadApi(), SIZE_MAX, 0).reach == Reach::kNone, "a block that isn't given proves nothing");
  Check(ProvedOf(ProcessApi()).reach == Reach::kProcess && made_up.visited[1] == &new_heap && made_up.destroyed == 1,
        "where all threads share a heap, the blocks are taken from one made for it");
  const auto without = [](auto Api::*call) {
    Api api = ProcessApi();
    api.*call = nullptr;
    return ProvedOf(api).reach;
  };
  Check(without(&Api::heap_main) == Reach::kThread && without(&Api::heap_new) == Reach::kThread &&
            without(&Api::heap_malloc) == Reach::kThread && without(&Api::heap_destroy) == Reach::kThread,
        "without one of its calls the thread's heap is left");
  Check(without(&Api::heap_visit_blocks) == Reach::kNone && without(&Api::malloc) == Reach::kNone && without(&Api::free) == Reach::kNone,
        "without a visit or blocks nothing is proved");
  Check(without(&Api::heap_get_default) == Reach::kProcess, "a heap of all threads needs no thread's");
  Api no_heap = ProcessApi();
  no_heap.heap_new = [] { return static_cast<void*>(nullptr); };
  Check(ProvedOf(no_heap).reach == Reach::kThread, "where no heap can be made, the thread's is left");
  Check(HeapOf(ProcessApi(), Reach::kProcess) == &main_heap && HeapOf(ProcessApi(), Reach::kThread) == &thread_heap, "each has its heap");
  Check(HeapOf(ProcessApi(), Reach::kNone) == nullptr && HeapOf(ThreadApi(), Reach::kProcess) == nullptr &&
            HeapOf({}, Reach::kThread) == nullptr,
        "what isn't there has none");
}

std::string Json(double allocated) {
  const std::string current = std::to_string(static_cast<int64_t>(allocated));
  return R"({"reserved": {"current": 7}, "allocated": {"peak": 9, "current": )" + current +
         R"(}, "freed": {"current": 8}})"
         "\n";
}

bool CountsWhere(const std::vector<std::string>& texts) {
  made_up = {};
  made_up.texts = texts;
  Api api = ThreadApi();
  api.stats_get_json = WriteJson;
  return ProveCapabilities(api).counts_allocated;
}

bool CountsWhere(const std::vector<double>& allocated) {
  std::vector<std::string> texts;
  for (const double bytes : allocated) texts.push_back(Json(bytes));
  return CountsWhere(texts);
}

// A span of 3 MiB: no fewer bytes, and less than an eighth more.
void TestCountsAllocated() {
  constexpr double kSpan = kSpanBytes;
  constexpr double kMore = kSpan + kSpan / 8;
  Check(CountsWhere({5, 5 + kSpan, 5}) && CountsWhere({5, 4 + kMore, 5}), "a span that is counted and counted off proves the counter");
  const auto is_refused = [](const std::vector<double>& once) {
    std::vector<double> often;
    for (int attempt = 0; attempt < 4; attempt++) often.insert(often.end(), once.begin(), once.end());
    return !CountsWhere(often);
  };
  Check(is_refused({5, 4 + kSpan, 5}) && is_refused({5, 5 + kMore, 5}), "a counter that grows by another size isn't its counter");
  Check(is_refused({5, 5 + kSpan, 6}) && is_refused({5, 5 + kSpan, 5 - kSpan / 8}), "a counter that isn't counted off isn't its counter");
  Check(is_refused({5, 5, 5}), "a counter that stands still isn't its counter");
  Check(CountsWhere({0, 1, 2, 0, 1, 2, 0, 1, 2, 0, kSpan, 0}), "what other threads do meanwhile is forgiven");
  Check(!CountsWhere({0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, kSpan, 0}), "… four times");
  Check(made_up.freed == kBlocks + 4, "each span is freed");
  for (size_t missing = 0; missing < 3; missing++) {
    std::vector<std::string> texts = {Json(0), Json(kSpan), Json(0), Json(0), Json(kSpan), Json(0)};
    texts[missing] = "{}";
    Check(!CountsWhere(texts), "statistics without the counter prove nothing");
  }
}

std::string ReadText(const std::string& text) {
  made_up = {};
  made_up.texts = {text};
  Api api;
  api.stats_get_json = WriteJson;
  JsonStatistics statistics(api);
  return std::string(statistics.Read());
}

void TestJson() {
  Check(ReadText("{} \r\n\t") == "{} \r\n\t", "statistics are read as they are");
  Check(ReadText("").empty() && ReadText(" \n").empty() && ReadText("{\"allocated\": ").empty(), "statistics that aren't whole are none");
  // 3.6 writes 15 KiB; there is room for several times as much.
  const std::string large = "{" + std::string(60 * 1024, ' ') + "}";
  Check(ReadText(large) == large, "there is room for what newer versions write");
  Api elsewhere;
  elsewhere.stats_get_json = [](size_t, char* buffer) { return std::strcpy(buffer, "{}") + 1; };
  Check(JsonStatistics(elsewhere).Read().empty(), "statistics that stand elsewhere are none");
  Check(JsonStatistics(Api{}).Read().empty(), "without the call there are none");
  Api silent;
  silent.stats_get_json = [](size_t, char* buffer) { return made_up.texts_read++ == 0 ? std::strcpy(buffer, "{}") : buffer; };
  made_up = {};
  JsonStatistics again(silent);
  Check(again.Read() == "{}" && again.Read().empty(), "statistics that weren't written aren't those of the last time");
  using allocator::mimalloc::AllocatedNow;
  Check(AllocatedNow(Json(12345)) == 12345.0, "the number is that of what is allocated");
  Check(AllocatedNow(R"("allocated":"current":5})") == 5.0, "it may follow at once");
  Check(!AllocatedNow(R"({"freed": {"current": 8}})") && !AllocatedNow(R"({"allocated": {"peak": 8}, "freed": {"current": 8}})") &&
            !AllocatedNow(R"({"allocated": {"current": 8)") && !AllocatedNow(R"({"allocated": {}})"),
        "what isn't there isn't read elsewhere");
}

bool CommitFallsWhere(const std::vector<size_t>& committed, size_t failing_block = SIZE_MAX) {
  made_up = {};
  made_up.committed = committed;
  made_up.failing_block = failing_block;
  Api api = ThreadApi();
  api.process_info = TellProcess;
  const bool falls = ProveCapabilities(api).commit_falls;
  Check(made_up.delay == kOwnDelay, "the delay of decommitting stays as it was");
  return falls;
}

void TestCommitFalls() {
  constexpr size_t kHalf = kSpanBytes / 2;
  constexpr size_t kSome = 10 * kSpanBytes;
  Check(CommitFallsWhere({kSome + kHalf, kSome}), "half a span that leaves the counter is enough");
  Check(made_up.asked.back() == kSpanBytes && made_up.freed_without_delay == 1, "a span is freed without a delay");
  Check(!CommitFallsWhere({kSome + kHalf - 1, kSome, kSome, kSome, kSome, kSome, kSome, kSome}), "less than half isn't");
  Check(!CommitFallsWhere({kSome, kSome + kSpanBytes, 0, 0, 0, 0, 0, 0}), "a counter that grows doesn't fall");
  Check(CommitFallsWhere({0, 0, 0, 0, 0, 0, kSome + kHalf, kSome}), "what other threads do meanwhile is forgiven");
  Check(!CommitFallsWhere({0, 0, 0, 0, 0, 0, 0, 0, kSome + kHalf, kSome}), "… four times");
  // Four spans were taken for it, after all others.
  const size_t last_before = made_up.asked.size() - 4;
  Check(!CommitFallsWhere({kSome + kHalf, kSome}, last_before), "a span that isn't given proves nothing");
  const auto without = [](auto Api::*call) {
    made_up = {};
    made_up.committed = {kSome + kHalf, kSome};
    Api api = ThreadApi();
    api.process_info = TellProcess;
    api.*call = nullptr;
    return ProveCapabilities(api).commit_falls;
  };
  Check(!without(&Api::process_info) && !without(&Api::option_get) && !without(&Api::option_set), "without its calls nothing is proved");
}

// Larger than the span of 256 KiB that is taken, so that what lies around it is this test's as well.
constexpr size_t kFreeSpan = size_t{256} << 10;

class Room {
 public:
  Room() : memory_(mmap(nullptr, 3 * kFreeSpan, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    madvise(memory_, 3 * kFreeSpan, MADV_NOHUGEPAGE);
  }
  ~Room() { munmap(memory_, 3 * kFreeSpan); }
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  // Not at the beginning of a page, as mimalloc's own header stands there.
  char* span() const { return static_cast<char*>(memory_) + kFreeSpan + 128; }

 private:
  void* memory_;
};

// How many spans are taken where these are what is free, one after the other, and the last again and again.
size_t TakenOf(const std::vector<void*>& spans, size_t failing_block = SIZE_MAX) {
  made_up = {};
  made_up.spans = spans;
  made_up.failing_block = failing_block;
  allocator::mimalloc::DecommitFreeSpans(ThreadApi());
  const size_t given = made_up.asked.size() - (failing_block < made_up.asked.size() ? 1 : 0);
  Check(made_up.freed == given && made_up.freed_without_delay == given, "each span that was taken is freed without a delay");
  Check(made_up.delay == kOwnDelay, "the delay of decommitting stays as it was");
  for (const size_t bytes : made_up.asked) {
    if (bytes != kFreeSpan) Check(false, "spans of 256 KiB are taken");
  }
  return given;
}

void TestFreeSpans() {
  const Room touched, untouched, around;
  touched.span()[kFreeSpan / 2] = 1;
  // The middle's neighbours on both sides, and where the span begins and ends.
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  for (const size_t at : {size_t{0}, kFreeSpan / 2 - page, kFreeSpan / 2 + page, kFreeSpan}) around.span()[at] = 1;
  constexpr size_t kVain = 128;
  Check(TakenOf({untouched.span()}) == kVain, "after 32 MiB that aren't resident nothing is thought to be free");
  Check(TakenOf({around.span()}) == kVain, "a span whose middle isn't resident isn't");
  Check(TakenOf({touched.span(), touched.span(), touched.span(), untouched.span()}) == 3 + kVain, "what is free and resident is taken");
  std::vector<void*> late(kVain - 1, untouched.span());
  late.insert(late.end(), {touched.span(), untouched.span()});
  Check(TakenOf(late) == 2 * kVain, "one that is resident begins the count anew");
  Check(TakenOf({touched.span()}) == 4096, "no more than 1 GiB is taken");
  Check(TakenOf({touched.span()}, 5) == 5, "memory that runs out ends it");
}

void TestWhoNeedsFreeSpans() {
  const auto needs = [](int (*version)()) {
    Api api = ThreadApi();
    api.version = version;
    return allocator::mimalloc::NeedsFreeSpans(api);
  };
  Check(needs([] { return 209; }) && needs([] { return 2118; }), "mimalloc 2 needs it");
  Check(!needs([] { return 188; }) && !needs([] { return 30'600; }), "others don't");
  const auto without = [](auto Api::*call) {
    Api api = ThreadApi();
    api.*call = nullptr;
    return allocator::mimalloc::NeedsFreeSpans(api);
  };
  Check(!without(&Api::malloc) && !without(&Api::free) && !without(&Api::option_get) && !without(&Api::option_set),
        "without one of its calls it can't be done");
}

}  // namespace

void TestMimallocProof() {
  TestUsedUnit();
  TestWhichAreasCount();
  TestReach();
  TestCountsAllocated();
  TestJson();
  TestCommitFalls();
  TestFreeSpans();
  TestWhoNeedsFreeSpans();
}

}  // namespace allocscope::test
