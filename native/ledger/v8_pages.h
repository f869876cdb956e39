#ifndef ALLOCSCOPE_LEDGER_V8_PAGES_H_
#define ALLOCSCOPE_LEDGER_V8_PAGES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "ledger/memory_map.h"
#include "ledger/resident_pages.h"
#include "platform/safe_memory.h"

namespace allocscope::ledger {

// Which words of a page's record say what. The record stands at the page's beginning, or in malloc's memory, where the page's second word
// points. Hypotheses, of V8 11.3 (Node 20), 12.4 (Node 22), 13.6 and later (Node 24, 26): see V8Pages::Prove.
struct PageForm {
  bool has_descriptor;
  // The page's own address.
  size_t self;
  size_t size;
  // The heap that the page belongs to.
  size_t heap;
  // Where its objects begin and end.
  size_t start;
  size_t end;
  // The space that the page belongs to; null for pages of none.
  size_t owner;
};

// A form that was proved, and how far from its isolate a heap is: constants of the V8 that runs.
struct V8Proof {
  size_t form;
  uintptr_t heap_distance;
};

struct V8Page {
  uintptr_t begin;
  uintptr_t end;
  // Null for read-only pages, which all isolates share.
  uintptr_t heap;
  // V8's number of the space; -1 for a page without one.
  int space;
};

// The pages of V8's heaps, of every isolate, by the records that V8 keeps of them. Each record is copied by the kernel, so that pages which
// another thread gives back meanwhile are no danger; no page is touched that isn't resident.
class V8Pages {
 public:
  V8Pages(const MemoryMap& map, const ResidentPages& resident) : map_(map), resident_(resident) {}

  // By the first form under which any are found: the page's own address stands in each record. `skip` says which mappings can't be V8's.
  // Each page is read once, whatever its form. Where a form was proved before, that alone is looked for.
  template <typename Skip>
  void Find(Skip&& skip, const std::optional<V8Proof>& proof) {
    proof_ = proof;
    std::vector<const Mapping*> candidates;
    for (const Mapping& mapping : map_.mappings) {
      if (mapping.plain() && mapping.readable && mapping.resident != 0 && !skip(mapping)) candidates.push_back(&mapping);
    }
    FindIn(candidates);
  }

  const std::vector<V8Page>& pages() const { return pages_; }

  // The heap of `isolate`, if its pages, space by space, have exactly the sizes that V8's public statistics give for this isolate:
  // `space_sizes` in V8's order. Of a heap within the isolate some spaces may have more: pages that V8 has freed. Then the form is proved
  // for all heaps. What was proved before stays so: then the heap is told as well when its sizes have moved.
  std::optional<uintptr_t> Prove(uintptr_t isolate, const std::vector<double>& space_sizes);

  const std::optional<V8Proof>& proof() const { return proof_; }
  // Whether the sizes were found.
  bool is_exact() const { return is_exact_; }

 private:
  // What of a record is looked at.
  static constexpr size_t kRecordWords = 16;
  using Record = uintptr_t[kRecordWords];
  static constexpr size_t kForms = 3;

  // Pages under one form.
  struct Found {
    std::vector<V8Page> pages;
    // Where the last of them ends.
    uintptr_t next = 0;
    // The number of each space seen, by its address.
    std::map<uintptr_t, int> spaces;
  };

  // Copies words of this process, unless a page of theirs is known not to be resident.
  template <typename Words>
  bool ReadResident(uintptr_t address, Words* words) const;

  int SpaceOf(uintptr_t owner, uintptr_t heap, std::map<uintptr_t, int>* spaces) const;

  void FindIn(const std::vector<const Mapping*>& candidates);
  void LookAt(const uintptr_t* addresses, const Mapping* const* mappings, size_t count, Found* found);
  std::optional<V8Page> PageAt(const PageForm& form, uintptr_t address, const Mapping& mapping, const Record& head, Found* found) const;

  const MemoryMap& map_;
  const ResidentPages& resident_;
  platform::PieceReader reader_;
  std::vector<V8Page> pages_;
  // Under which they were found.
  size_t form_ = 0;
  std::optional<V8Proof> proof_;
  bool is_exact_ = false;
};

}  // namespace allocscope::ledger

#endif  // ALLOCSCOPE_LEDGER_V8_PAGES_H_
