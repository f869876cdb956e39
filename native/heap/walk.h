#ifndef ALLOCSCOPE_HEAP_WALK_H_
#define ALLOCSCOPE_HEAP_WALK_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "heap/object_size.h"
#include "heap/pending.h"
#include "heap/proof.h"
#include "heap/visited_set.h"

namespace allocscope::heap {

struct WalkOptions {
  uint64_t max_objects = UINT64_MAX;
  // On the monotonic clock; UINT64_MAX for none.
  uint64_t deadline_nanos = UINT64_MAX;
  bool follow_closures = false;
};

enum class WalkEnd : uint8_t { kComplete, kObjects, kDeadline };

struct KindSum {
  uint64_t objects;
  uint64_t bytes;
};

struct WalkSum {
  uint64_t objects = 0;
  uint64_t heap_bytes = 0;
  uint64_t external_bytes = 0;
  // Objects counted without what they hold, as V8 doesn't tell that: iterators, Intl, an Error's notes.
  uint64_t opaque = 0;
  // Objects whose size no example has proved: they count as an object of 0 bytes.
  uint64_t unsized = 0;
};

// One walk over what is reachable: each object once, without recursion and without a call into V8. docs/object-sizes.md says what it
// doesn't follow. V8 mustn't allocate while a Walk exists.
class Walk {
 public:
  Walk(const ProvedLayout& proved, const WalkOptions& options) : layout_(proved.layout), options_(options), visited_(proved.read_only) {
    // Of facts that aren't known yet nothing else is set: most walks are short.
    for (MapFacts& facts : facts_) facts.map = 0;
  }

  // From now on `value`, and what only it leads to, isn't counted.
  void Exclude(Tagged value) {
    if (IsPointer(value)) visited_.Add(AddressOf(value));
  }
  // Claims `value`: it is neither counted nor followed until `Resume`. False when it is no object or was claimed or met before.
  bool Claim(Tagged value) { return IsPointer(value) && visited_.Add(AddressOf(value)); }

  WalkEnd Run(Tagged root) { return Claim(root) ? Resume(root) : WalkEnd::kComplete; }
  // Counts a claimed value and everything it leads to.
  WalkEnd Resume(Tagged claimed);

  const WalkSum& sum() const { return sum_; }
  // The kinds that were met, one bit each; only their entries of `by_kind` are filled.
  uint64_t kinds() const { return kinds_; }
  const KindSum& by_kind(size_t kind) const { return by_kind_[kind]; }
  size_t own_bytes() const { return visited_.bytes() + pending_.peak_bytes() + ranges_.peak_bytes(); }

 private:
  // In the low bits of a pending entry, which an address leaves free.
  static constexpr uintptr_t kHeldByProgram = 1;
  static constexpr uint64_t kObjectsPerClock = 4096;
  static constexpr size_t kAhead = 16;
  // A small Map has a table of some 20 words.
  static constexpr uintptr_t kLongestPushed = 32 * kWordBytes;
  static constexpr size_t kFacts = 16;
  // Maps are longer, so this tells neighbours apart.
  static constexpr uintptr_t kMapStep = 16;

  // Values in consecutive slots, looked at one by one after what was pushed since they came: however many they are, they take no memory
  // here.
  struct Range {
    Address slot = 0;
    Address end = 0;
    // How many entries were pending when it came.
    uintptr_t above = 0;
  };

  // What to do with an object of a shape.
  enum class Way : uint8_t {
    // It belongs to no value.
    kIgnored,
    // Most of any heap.
    kOneByteString,
    kPlainObject,
    // Has nothing in it that leads on.
    kLeaf,
    // Leads on by its parts, or by its slots as an object.
    kParts,
    kObject,
    // Counted, not followed: where the program holds it, or always.
    kOpaqueToProgram,
    kOpaque,
  };

  // What an object's map tells. Most objects of a graph share a few maps.
  struct alignas(32) MapFacts {
    Address map;
    // 0 when each object has a length of its own.
    int32_t size;
    // Offset of the properties inside an object; 0 when its kind has none.
    int32_t in_object;
    Shape shape;
    Kind kind;
    Way way;
  };

  const MapFacts& FactsOf(Address map) {
    MapFacts& facts = facts_[map / kMapStep % kFacts];
    if (facts.map != map) ReadFacts(map, &facts);
    return facts;
  }
  [[gnu::noinline]] void ReadFacts(Address map, MapFacts* facts) const;

  // What is called for each object is inlined into `Resume`, and what is rare is kept out of it: together that took a quarter off the walk.
  [[gnu::always_inline]] inline uintptr_t Take();
  void PushRange(Address begin, Address end);
  [[gnu::always_inline]] inline void Visit(uintptr_t entry);
  [[gnu::noinline]] void VisitOther(uintptr_t entry, const MapFacts& facts);
  void VisitParts(Address object, Shape shape, int64_t size);
  [[gnu::always_inline]] inline void VisitObject(Address object, const MapFacts& facts);
  void VisitInternals(Address object, Shape shape);
  void VisitBuffer(Address buffer);
  void VisitNameDictionary(Address dictionary);
  void VisitContext(Address context, int64_t size);
  void VisitAliasedArguments(Address elements, int64_t size);
  [[gnu::always_inline]] inline void Count(Kind of_kind, int64_t size);
  static constexpr Way WayOf(Shape shape, bool follow_closures);
  template <bool kFollowClosures>
  static constexpr std::array<Way, kShapes> WaysOfShapes();

  Tagged Slot(Address object, int32_t offset) const { return Load<Tagged>(object + static_cast<uintptr_t>(offset)); }
  // A slot that holds a part of the object itself.
  void PushPart(Tagged word) {
    if (IsPointer(word) && visited_.Add(AddressOf(word))) pending_.Push(AddressOf(word));
  }
  // The properties or elements of an object: most have none, and then V8's one empty store.
  void PushStore(Tagged word) {
    if (word != layout_.empty_store) PushPart(word);
  }
  // A slot that holds what the program put there.
  void PushValue(Tagged word) {
    if (!IsPointer(word) || !visited_.Add(AddressOf(word))) return;
    pending_.Push(AddressOf(word) | kHeldByProgram);
  }
  void PushValues(Address begin, Address end) {
    for (Address slot = begin; slot < end; slot += kWordBytes) PushValue(Load<Tagged>(slot));
  }

  const Layout& layout_;
  const WalkOptions options_;
  VisitedSet visited_;
  std::array<MapFacts, kFacts> facts_;
  Pending pending_;
  Pending ranges_;
  Range range_;
  WalkSum sum_;
  uint64_t kinds_ = 0;
  std::array<KindSum, kKinds> by_kind_;
};

}  // namespace allocscope::heap

#endif  // ALLOCSCOPE_HEAP_WALK_H_
