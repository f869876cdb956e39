#include "ledger/ledger.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <utility>

#include "ledger/accounts.h"
#include "ledger/heads.h"
#include "ledger/mapped_chunks.h"
#include "ledger/resident_pages.h"
#include "ledger/snapshot.h"
#include "ledger/threads.h"
#include "ledger/v8_pages.h"
#include "platform/loaded_objects.h"
#include "platform/page.h"
#include "platform/safe_memory.h"
#include "platform/symbol_lookup.h"

namespace allocscope::ledger {
namespace {

// V8 reserves 8 GiB for a wasm memory, so that an index beyond its end faults. What it reserves below the next one, 2 GiB, and a guard of a
// stack may touch them.
constexpr uint64_t kWasmReserved = uint64_t{8} << 30;
constexpr uint64_t kMostWasmReserved = uint64_t{11} << 30;
// The most that is taken for the zeroed data (.bss) behind a file's mapping, in a process that can't be asked.
constexpr uint64_t kMostZeroedData = 16 * 1024 * 1024;
constexpr size_t kMostUnclaimed = 64;
// absl/base/internal/low_level_alloc.cc: kMagicAllocated, kept in a block's header, combined with the header's address.
constexpr uintptr_t kAbseilMagic = 0x4c833e95;
// V8's table of functions' entry points, from Node 24 on: this much is reserved for it, and its first segment can't be written.
constexpr uint64_t kDispatchTable = uint64_t{256} << 20;
constexpr uint64_t kTableSegment = 64 * 1024;
// V8 asks for its pages at random addresses below these, which the kernel otherwise gives out; mimalloc asks for its own there as well.
constexpr uintptr_t kKernelsChoice = 0x7000'0000'0000;

uintptr_t OwnIsolate() {
  const auto current = platform::FindFunction<void* (*)()>("_ZN2v87Isolate13TryGetCurrentEv");
  return current == nullptr ? 0 : reinterpret_cast<uintptr_t>(current());
}

platform::AddressRange CodeRange(uintptr_t isolate) {
  using Call = void (*)(void*, void**, size_t*);
  const auto call = platform::FindFunction<Call>("_ZN2v87Isolate12GetCodeRangeEPPvPm");
  void* begin = nullptr;
  size_t bytes = 0;
  if (call != nullptr && isolate != 0) call(reinterpret_cast<void*>(isolate), &begin, &bytes);
  return {reinterpret_cast<uintptr_t>(begin), reinterpret_cast<uintptr_t>(begin) + bytes};
}

class Explainer {
 public:
  Explainer(const Question& question, Snapshot snapshot)
      : question_(question), map_(std::move(snapshot.map)), resident_(std::move(snapshot.resident)), isolate_(question.caller.isolate) {
    answer_.pagemap_readable = resident_.known();
    answer_.is_scanned = snapshot.is_scanned;
    answer_.knows_lazy_free = snapshot.knows_lazy_free;
  }

  Answer Explain() {
    if (question_.pid == 0) ClaimOwn();
    Accounts accounts(map_, resident_);
    for (size_t i = 0; i < map_.mappings.size(); i++) {
      // Who has the rest is only looked up where there is one: it may take reads of the mapping.
      const Mapping& mapping = map_.mappings[i];
      accounts.Share(mapping, claims_, claims_.Cover(mapping.begin, mapping.end) ? Row{Owner::kAnonymous} : RestOf(i));
    }
    answer_.rows = accounts.Rows();
    answer_.unclaimed = accounts.Largest(kMostUnclaimed);
    answer_.resident = map_.resident;
    answer_.mappings = map_.mappings.size();
    for (const Mapping& mapping : map_.mappings) {
      answer_.huge += mapping.huge;
      answer_.hugetlb += mapping.hugetlb;
    }
    return std::move(answer_);
  }

 private:
  void ClaimOwn() {
    ClaimArenas();
    ClaimZeroedData();
    for (const EmbeddedStretch& stretch : question_.embedded) claims_.Add({stretch.begin, stretch.end, Owner::kEmbedded, stretch.copy, 0});
    ThreadStacks stacks(map_, resident_, question_.caller);
    stacks.Find([this](const Mapping& mapping) { return IsClaimed(mapping); });
    for (const ThreadStack& stack : stacks.stacks()) {
      claims_.Add(
          {stack.begin, stack.end, stack.tid == 0 && stack.has_record ? Owner::kEndedStack : Owner::kStack, stack.tid, stack.has_record});
    }
    main_record_ = stacks.main_record();
    ClaimV8(stacks);
    ReadHeads();
    ClaimChunks();
  }

  // Of the mappings that have no owner yet, the first words, and those behind what is claimed: looked at for what they may be. A page that
  // isn't resident would become so.
  void ReadHeads() {
    std::vector<uintptr_t> addresses;
    for (const Mapping& mapping : map_.mappings) {
      if (!mapping.plain() || !mapping.writable || mapping.resident == 0 || claims_.Cover(mapping.begin, mapping.end)) continue;
      const uintptr_t free = claims_.FirstFree(mapping.begin, mapping.end);
      for (const uintptr_t address : {mapping.begin, free}) {
        const bool is_new = addresses.empty() || addresses.back() != address;
        if (is_new && address < mapping.end && (!resident_.known() || resident_.Has(address))) addresses.push_back(address);
      }
    }
    heads_.Read(std::move(addresses));
  }

  void ClaimArenas() {
    if (question_.backend != nullptr) answer_.territory = question_.backend->ReadTerritory();
    if (!answer_.territory) return;
    const uintptr_t page = resident_.page();
    for (const allocator::ArenaStretch& stretch : answer_.territory->stretches) {
      // The page that the top begins on is in use by what is before it.
      const uintptr_t top = std::min(stretch.end, (stretch.top + page - 1) & ~(page - 1));
      claims_.Add({stretch.begin & ~(page - 1), top, Owner::kArena, stretch.arena});
      claims_.Add({top, stretch.end, Owner::kArenaTop, stretch.arena});
    }
  }

  void ClaimZeroedData() {
    for (const platform::AddressRange& zeroed : platform::ZeroedData()) {
      const auto behind = std::upper_bound(map_.mappings.begin(), map_.mappings.end(), zeroed.begin - 1,
                                           [](uintptr_t address, const Mapping& mapping) { return address < mapping.end; });
      const std::string name = behind == map_.mappings.end() ? std::string() : map_.NameOf(*behind);
      claims_.Add({zeroed.begin, zeroed.end, Owner::kLoader, 0, 0, name});
    }
  }

  bool IsClaimed(const Mapping& mapping) const { return claims_.Overlap(mapping.begin, mapping.end); }

  // Which isolate a heap belongs to, by its place among those seen. -1 for one that no thread runs.
  int64_t IsolateOf(uintptr_t heap, uintptr_t own_heap, const ThreadStacks& stacks) {
    const auto [found, is_new] = isolates_.emplace(heap, -1);
    if (!is_new) return found->second;
    const uintptr_t isolate = heap - (own_heap - isolate_);
    const auto& all = stacks.stacks();
    const auto runs = std::find_if(all.begin(), all.end(), [&](const ThreadStack& stack) { return stack.isolate == isolate; });
    const bool is_main = stacks.main_isolate() == isolate;
    // Where the main thread's isolate isn't known, an isolate without a thread may be that.
    if (heap != own_heap && runs == all.end() && !is_main && stacks.main_isolate() != 0) return -1;
    found->second = static_cast<int64_t>(answer_.isolates.size());
    const pid_t tid = heap == own_heap ? question_.caller.tid : is_main ? getpid() : runs == all.end() ? 0 : runs->tid;
    answer_.isolates.push_back({tid, heap});
    return found->second;
  }

  void ClaimV8(const ThreadStacks& stacks) {
    V8Pages pages(map_, resident_);
    pages.Find([this](const Mapping& mapping) { return IsClaimed(mapping); }, question_.v8_proof);
    const std::optional<uintptr_t> own_heap = pages.Prove(isolate_, question_.space_sizes);
    answer_.v8_proof = pages.proof();
    answer_.v8_exact = pages.is_exact();
    if (own_heap) IsolateOf(*own_heap, *own_heap, stacks);
    for (const V8Page& page : pages.pages()) {
      if (page.heap == 0) {
        claims_.Add({page.begin, page.end, Owner::kV8ReadOnly});
        continue;
      }
      const int64_t isolate = own_heap ? IsolateOf(page.heap, *own_heap, stacks) : -1;
      claims_.Add({page.begin, page.end, own_heap && isolate < 0 ? Owner::kV8Pool : Owner::kV8Space, isolate, own_heap ? page.space : -1});
    }
  }

  void ClaimChunks() {
    if (!answer_.territory || !(answer_.territory->mapped_count > 0)) return;
    MappedChunks chunks(resident_, heads_);
    for (size_t i = 0; i < map_.mappings.size(); i++) {
      const Mapping& mapping = map_.mappings[i];
      if (!mapping.writable || mapping.resident == 0 || claims_.Cover(mapping.begin, mapping.end)) continue;
      // The kernel may have joined blocks to what the linker mapped for the main thread's record.
      const Owner rest = RestOf(i).owner;
      if (rest == Owner::kAnonymous || (rest == Owner::kLoader && mapping.plain())) chunks.ClaimIn(mapping, &claims_);
    }
    answer_.chunk_bytes = chunks.bytes();
    answer_.chunks = chunks.count();
  }

  bool Holds(const Mapping& mapping, uintptr_t address) const { return address >= mapping.begin && address < mapping.end; }

  // Whose a mapping is where nothing within it is claimed.
  Row RestOf(size_t place) const {
    const Mapping& mapping = map_.mappings[place];
    const std::string& name = map_.NameOf(mapping);
    if (mapping.name != 0) return RestOfNamed(name);
    if (mapping.shared) return {Owner::kSharedMemory};
    if (mapping.begin >= question_.caller.code_range.begin && mapping.end <= question_.caller.code_range.end) return {Owner::kV8CodeRange};
    if (!mapping.accessible() && mapping.resident == 0) return {Owner::kReserved};
    if (IsAbseil(mapping)) return {Owner::kAbseil};
    if (Holds(mapping, main_record_)) return {Owner::kLoader};
    if (IsDispatchTable(place)) return {Owner::kV8Table};
    if (LooksPooled(mapping)) return {Owner::kV8Pool, 0, 1};
    if (IsWasmMemory(place)) return {Owner::kWasm};
    if (IsBehindData(place)) return {Owner::kLoader, 0, 0, map_.NameOf(*Neighbour(place, -1))};
    return {Owner::kAnonymous};
  }

  // A guess at another process's zeroed data. What else lies behind a file's data, by chance, looks the same.
  bool IsBehindData(size_t place) const {
    const Mapping* before = Neighbour(place, -1);
    return question_.pid != 0 && map_.mappings[place].writable && map_.mappings[place].size() <= kMostZeroedData && before != nullptr &&
           before->writable && Begins(map_.NameOf(*before), "/");
  }

  // scudo's regions look the same.
  bool IsWasmMemory(size_t place) const {
    const Mapping& mapping = map_.mappings[place];
    const Mapping* behind = Neighbour(place, 1);
    if (behind == nullptr || !behind->plain() || behind->accessible() || !mapping.plain() || !mapping.writable) return false;
    if (question_.backend != nullptr && std::strcmp(question_.backend->name(), "scudo") == 0) return false;
    const uint64_t reserved = behind->end - mapping.begin;
    return reserved >= kWasmReserved && reserved <= kMostWasmReserved;
  }

  Row RestOfNamed(const std::string& name) const {
    if (name == "[heap]") return {Owner::kBreak};
    if (Begins(name, "[stack")) return {Owner::kStack, question_.pid == 0 ? getpid() : question_.pid, 1, {}};
    if (Begins(name, "[anon:")) return {Owner::kNamed, 0, 0, name};
    if (Begins(name, "/dev/shm/") || Begins(name, "/memfd:") || Begins(name, "/dev/zero") || Begins(name, "/SYSV")) {
      return {Owner::kSharedMemory, 0, 0, name};
    }
    if (Begins(name, "/") && !Begins(name, "/dev/")) return {Owner::kFile, 0, 0, name};
    return {Owner::kKernel, 0, 0, name};
  }

  // A block that abseil, which is part of V8 from Node 24 on, has from the system for its own tables.
  bool IsAbseil(const Mapping& mapping) const {
    // The kernel may have joined it to what lies below, such as a library's zeroed data.
    const uintptr_t begin = claims_.FirstFree(mapping.begin, mapping.end);
    const uintptr_t* const head = heads_.Find(begin);
    const uintptr_t magic = begin ^ kAbseilMagic;
    return head != nullptr && (head[1] == magic || head[2] == magic);
  }

  // V8 keeps pages of dropped large objects and of ended isolates for a while. Their records are gone: a word of flags is left, and where
  // the record was.
  bool LooksPooled(const Mapping& mapping) const {
    if (question_.backend == nullptr || std::strcmp(question_.backend->name(), "mimalloc") == 0) return false;
    if (mapping.begin % platform::kV8PageBytes != 0 || mapping.begin <= UINT32_MAX || mapping.begin >= kKernelsChoice) return false;
    const uintptr_t* const head = heads_.Find(mapping.begin);
    return head != nullptr && head[0] <= UINT32_MAX && head[1] != 0;
  }

  bool IsDispatchTable(size_t place) const {
    const Mapping& mapping = map_.mappings[place];
    const Mapping* before = Neighbour(place, -1);
    const Mapping* behind = Neighbour(place, 1);
    if (!mapping.plain() || !mapping.writable || before == nullptr || behind == nullptr) return false;
    return before->plain() && before->readable && !before->writable && before->size() == kTableSegment && behind->plain() &&
           !behind->accessible() && behind->end - before->begin == kDispatchTable;
  }

  // The mapping that touches this one; null when there is a gap.
  const Mapping* Neighbour(size_t place, int step) const {
    const size_t other = place + static_cast<size_t>(step);
    if (other >= map_.mappings.size()) return nullptr;
    const Mapping& here = map_.mappings[place];
    const Mapping& there = map_.mappings[other];
    return here.begin == there.end || there.begin == here.end ? &there : nullptr;
  }

  const Question& question_;
  const MemoryMap map_;
  const ResidentPages resident_;
  const uintptr_t isolate_;
  uintptr_t main_record_ = 0;
  Claims claims_;
  Heads heads_;
  // By heap.
  std::map<uintptr_t, int64_t> isolates_;
  Answer answer_;
};

}  // namespace

Caller AskCaller() {
  const uintptr_t isolate = OwnIsolate();
  return {isolate, reinterpret_cast<uintptr_t>(pthread_self()), static_cast<pid_t>(syscall(SYS_gettid)), CodeRange(isolate)};
}

Result<Answer> Explain(const Question& question) {
  Result<Snapshot> snapshot = TakeSnapshot(question.pid, question.lazy_free_nanos);
  if (!snapshot.ok()) return snapshot.failure();
  return Explainer(question, std::move(snapshot.value())).Explain();
}

}  // namespace allocscope::ledger
