#include "ledger/v8_pages.h"

#include <algorithm>
#include <utility>

#include "platform/page.h"

namespace allocscope::ledger {
namespace {

// The furthest from a page's beginning that its objects begin.
constexpr uintptr_t kLargestHead = 32 * 1024;
// More spaces than any version has.
constexpr uintptr_t kMostSpaces = 32;
// The kernel's own page, of which V8's sizes are multiples.
constexpr uintptr_t kSizeUnit = 4096;
// More than any version's isolate has: its heap is a part of it.
constexpr uintptr_t kLargestIsolate = 256 * 1024;
// How many spaces have to have V8's sizes while others have pages that V8 no longer counts.
constexpr size_t kFewestExact = 2;

constexpr PageForm kPageForms[] = {
    {true, 1, 2, 8, 9, 7, 10},
    {false, 1, 2, 3, 4, 5, 9},
    {false, 10, 0, 2, 3, 4, 8},
};

// How many pages are read at once.
constexpr size_t kBatch = 64;

using Sizes = std::vector<double>;

// Pages that V8 has freed and keeps for a while are out of its statistics, with their records as they were.
bool HasFreedPages(const Sizes& found, const Sizes& counted) {
  size_t exact = 0;
  for (size_t i = 0; i < counted.size(); i++) {
    if (found[i] < counted[i]) return false;
    if (counted[i] > 0 && found[i] == counted[i]) exact++;
  }
  return exact >= kFewestExact;
}

}  // namespace

// What isn't V8's may hold any pointer, also one to a page that nobody has touched: to read that would take memory on some kernels.
template <typename Words>
bool V8Pages::ReadResident(uintptr_t address, Words* words) const {
  if (resident_.known() && !(resident_.Has(address) && resident_.Has(address + sizeof *words - 1))) return false;
  return platform::ReadOwn(address, words);
}

// A space's first words: its class, its heap, its number.
int V8Pages::SpaceOf(uintptr_t owner, uintptr_t heap, std::map<uintptr_t, int>* spaces) const {
  const auto found = spaces->find(owner);
  if (found != spaces->end()) return found->second;
  uintptr_t words[3];
  const bool is_space = ReadResident(owner, &words) && words[1] == heap && (words[2] & 0xff) < kMostSpaces;
  const int space = is_space ? static_cast<int>(words[2] & 0xff) : -1;
  if (is_space) spaces->emplace(owner, space);
  return space;
}

// `head` are the page's first words.
std::optional<V8Page> V8Pages::PageAt(const PageForm& form, uintptr_t address, const Mapping& mapping, const Record& head,
                                      Found* found) const {
  Record elsewhere;
  const uintptr_t* record = head;
  if (form.has_descriptor) {
    const uintptr_t descriptor = head[1];
    // Under another form this word is the page's own address.
    if (descriptor == 0 || descriptor == address || descriptor % sizeof(uintptr_t) != 0) return std::nullopt;
    if (!ReadResident(descriptor, &elsewhere)) return std::nullopt;
    record = elsewhere;
  }
  const uintptr_t start = record[form.start];
  if (start <= address || start - address > kLargestHead) return std::nullopt;
  // V8 takes the records of read-only pages apart when it seals them. What is left tells where objects begin and end, and no heap.
  if (!mapping.writable) {
    const uintptr_t end = record[form.end];
    return end > start && end <= address + platform::kV8PageBytes ? std::optional(V8Page{address, end, 0, -1}) : std::nullopt;
  }
  const uintptr_t size = record[form.size];
  if (record[form.self] != address || size == 0 || size % kSizeUnit != 0 || record[form.heap] == 0) return std::nullopt;
  const uintptr_t owner = record[form.owner];
  return V8Page{address, address + size, record[form.heap], owner == 0 ? -1 : SpaceOf(owner, record[form.heap], &found->spaces)};
}

void V8Pages::LookAt(const uintptr_t* addresses, const Mapping* const* mappings, size_t count, Found* found) {
  Record heads[kBatch];
  bool readable[kBatch];
  reader_.Read(addresses, count, sizeof *heads, heads, readable);
  for (size_t i = 0; i < count; i++) {
    for (size_t form = 0; form < kForms && readable[i]; form++) {
      if (addresses[i] < found[form].next || (proof_ && form != proof_->form)) continue;
      const std::optional<V8Page> page = PageAt(kPageForms[form], addresses[i], *mappings[i], heads[i], &found[form]);
      if (!page) continue;
      found[form].pages.push_back(*page);
      found[form].next = page->end;
    }
  }
}

void V8Pages::FindIn(const std::vector<const Mapping*>& candidates) {
  static_assert(sizeof kPageForms / sizeof *kPageForms == kForms, "pages are looked for under every form");
  Found found[kForms];
  uintptr_t addresses[kBatch];
  const Mapping* mappings[kBatch];
  size_t count = 0;
  for (const Mapping* mapping : candidates) {
    for (uintptr_t at = (mapping->begin + platform::kV8PageBytes - 1) & ~(platform::kV8PageBytes - 1); at < mapping->end;
         at += platform::kV8PageBytes) {
      if (resident_.known() ? !resident_.Has(at) : mapping->size() > platform::kV8PageBytes) continue;
      addresses[count] = at;
      mappings[count++] = mapping;
      if (count < kBatch) continue;
      LookAt(addresses, mappings, count, found);
      count = 0;
    }
  }
  LookAt(addresses, mappings, count, found);
  for (form_ = 0; form_ < kForms; form_++) {
    pages_ = std::move(found[form_].pages);
    const auto is_own = [](const V8Page& page) { return page.heap != 0; };
    if (std::any_of(pages_.begin(), pages_.end(), is_own)) return;
  }
}

std::optional<uintptr_t> V8Pages::Prove(uintptr_t isolate, const std::vector<double>& space_sizes) {
  std::map<uintptr_t, Sizes> heaps;
  for (const V8Page& page : pages_) {
    if (page.heap == 0 || page.space < 0 || static_cast<size_t>(page.space) >= space_sizes.size()) continue;
    Sizes& sizes = heaps[page.heap];
    sizes.resize(space_sizes.size());
    sizes[static_cast<size_t>(page.space)] += static_cast<double>(page.end - page.begin);
  }
  // Heaps of two threads that have just begun may have the same sizes.
  const auto own = isolate == 0 ? std::find_if(heaps.begin(), heaps.end(), [&](const auto& heap) { return heap.second == space_sizes; })
                                : heaps.lower_bound(isolate);
  const bool is_found = own != heaps.end() && (isolate == 0 || own->first - isolate < kLargestIsolate);
  is_exact_ = is_found && own->second == space_sizes;
  if (proof_) return isolate + proof_->heap_distance;
  if (!is_found || !(is_exact_ || HasFreedPages(own->second, space_sizes))) return std::nullopt;
  if (isolate != 0) proof_ = V8Proof{form_, own->first - isolate};
  return own->first;
}

}  // namespace allocscope::ledger
