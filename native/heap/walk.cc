#include "heap/walk.h"

#include "platform/clock.h"

namespace allocscope::heap {

// The entry to visit next; 0 when all were taken.
uintptr_t Walk::Take() {
  for (;;) {
    uintptr_t entry = 0;
    if (pending_.size() > range_.above) {
      pending_.Pop(&entry);
      return entry;
    }
    if (range_.slot != range_.end) {
      const Tagged word = Load<Tagged>(range_.slot);
      range_.slot += kWordBytes;
      if (IsPointer(word) && visited_.Add(AddressOf(word))) return AddressOf(word) | kHeldByProgram;
    } else if (ranges_.size() == 0) {
      return 0;
    } else {
      ranges_.Pop(&range_.above);
      ranges_.Pop(&range_.end);
      ranges_.Pop(&range_.slot);
    }
  }
}

void Walk::VisitObject(Address object, const MapFacts& facts) {
  PushStore(Slot(object, layout_.properties));
  PushStore(Slot(object, layout_.elements));
  if (facts.in_object != 0) PushValues(object + static_cast<uintptr_t>(facts.in_object), object + static_cast<uintptr_t>(facts.size));
}

void Walk::Count(Kind of_kind, int64_t size) {
  const uint64_t bytes = size == kUnknownSize ? 0 : static_cast<uint64_t>(size);
  if (size == kUnknownSize) sum_.unsized++;
  sum_.objects++;
  sum_.heap_bytes += bytes;
  const auto kind = static_cast<size_t>(of_kind);
  KindSum& sum = by_kind_[kind];
  // Entries are cleared when they are first used. In a small graph most never are.
  if ((kinds_ & uint64_t{1} << kind) == 0) sum = {0, 0};
  kinds_ |= uint64_t{1} << kind;
  sum.objects++;
  sum.bytes += bytes;
}

void Walk::Visit(uintptr_t entry) {
  const Address object = entry & ~kTagMask;
  const MapFacts& facts = FactsOf(MapOf(layout_, object));
  if (facts.way == Way::kPlainObject) {
    Count(facts.kind, facts.size);
    VisitObject(object, facts);
  } else if (facts.way == Way::kOneByteString) {
    Count(facts.kind, OneByteStringSize(layout_, object));
  } else if (facts.way != Way::kIgnored) {
    VisitOther(entry, facts);
  }
}

void Walk::VisitOther(uintptr_t entry, const MapFacts& facts) {
  const Address object = entry & ~kTagMask;
  const int64_t size = facts.size != 0 ? facts.size : VariableSize(layout_, object, facts.shape);
  Count(facts.kind, size);
  if (facts.way == Way::kLeaf) return;
  if (facts.way == Way::kOpaque || (facts.way == Way::kOpaqueToProgram && (entry & kHeldByProgram) != 0)) {
    // Here V8 keeps its own notes in properties, such as the stack of an Error. They could lead anywhere.
    sum_.opaque++;
    return;
  }
  if (facts.way == Way::kObject) {
    VisitInternals(object, facts.shape);
    VisitObject(object, facts);
  } else {
    VisitParts(object, facts.shape, size);
  }
}

WalkEnd Walk::Resume(Tagged claimed) {
  pending_.Push(AddressOf(claimed) | kHeldByProgram);
  // Taken, and visited when some more were taken: until then the processor fetches them.
  std::array<uintptr_t, kAhead> ahead;
  size_t first = 0;
  size_t count = 0;
  for (uint64_t until_clock = kObjectsPerClock;;) {
    for (uintptr_t entry = 0; count < kAhead && (entry = Take()) != 0; count++) {
      __builtin_prefetch(reinterpret_cast<const void*>(entry & ~kTagMask));
      ahead[(first + count) % kAhead] = entry;
    }
    if (count == 0) return WalkEnd::kComplete;
    if (sum_.objects >= options_.max_objects) return WalkEnd::kObjects;
    if (--until_clock == 0) {
      if (platform::MonotonicNanos() >= options_.deadline_nanos) return WalkEnd::kDeadline;
      until_clock = kObjectsPerClock;
    }
    Visit(ahead[first++ % kAhead]);
    count--;
  }
}

void Walk::PushRange(Address begin, Address end) {
  ranges_.Push(range_.slot);
  ranges_.Push(range_.end);
  ranges_.Push(range_.above);
  range_ = {begin, end, pending_.size()};
}

constexpr Walk::Way Walk::WayOf(Shape shape, bool follow_closures) {
  switch (shape) {
    // Marks of what isn't there, the program's root scope, its global object and V8's type descriptions belong to no value.
    case Shape::kOddball:
    case Shape::kGlobalProxy:
    case Shape::kNativeContext:
    case Shape::kMap:
      return Way::kIgnored;
    case Shape::kContext:
    case Shape::kContextCell:
      if (!follow_closures) return Way::kIgnored;
      return shape == Shape::kContext ? Way::kOpaqueToProgram : Way::kParts;
    case Shape::kUnproved:
      return Way::kOpaque;
    case Shape::kPlainObject:
    case Shape::kArray:
      return Way::kPlainObject;
    case Shape::kSeqOneByteString:
      return Way::kOneByteString;
    case Shape::kSeqTwoByteString:
    case Shape::kHeapNumber:
    case Shape::kBigInt:
      return Way::kLeaf;
    default:
      if (shape >= Shape::kPlainObject) return Way::kObject;
      return IsValue(shape) || shape == Shape::kAccessorPair ? Way::kParts : Way::kOpaqueToProgram;
  }
}

// A table, as a switch is mispredicted in a short walk, whose objects have many maps.
template <bool kFollowClosures>
constexpr std::array<Walk::Way, kShapes> Walk::WaysOfShapes() {
  std::array<Way, kShapes> ways{};
  for (size_t shape = 0; shape < kShapes; shape++) ways[shape] = WayOf(static_cast<Shape>(shape), kFollowClosures);
  return ways;
}

void Walk::ReadFacts(Address map, MapFacts* facts) const {
  const int32_t words = Load<uint8_t>(map + static_cast<uintptr_t>(layout_.map_size_in_words));
  const Shape shape = ShapeOfMap(layout_, map);
  static constexpr std::array kWays = WaysOfShapes<false>();
  static constexpr std::array kWaysWithClosures = WaysOfShapes<true>();
  facts->map = map;
  facts->size = words * static_cast<int32_t>(kWordBytes);
  facts->in_object = shape >= Shape::kPlainObject ? static_cast<int32_t>(InObjectProperties(layout_, map)) : 0;
  facts->shape = shape;
  facts->kind = KindOf(shape);
  facts->way = (options_.follow_closures ? kWaysWithClosures : kWays)[static_cast<size_t>(shape)];
}

void Walk::VisitParts(Address object, Shape shape, int64_t size) {
  const Address data = object + static_cast<uintptr_t>(layout_.store_data);
  const Address end = object + static_cast<uintptr_t>(size);
  switch (shape) {
    case Shape::kConsString:
      PushPart(Slot(object, layout_.cons_first));
      return PushPart(Slot(object, layout_.cons_second));
    case Shape::kSlicedString:
      return PushPart(Slot(object, layout_.sliced_parent));
    case Shape::kThinString:
      return PushPart(Slot(object, layout_.thin_actual));
    case Shape::kExternalOneByteString:
    case Shape::kExternalTwoByteString:
      sum_.external_bytes += ExternalStringBytes(layout_, object, shape);
      return;
    case Shape::kSymbol:
      return PushValue(Slot(object, layout_.symbol_description));
    case Shape::kFixedArray:
    case Shape::kPropertyArray:
    case Shape::kNumberDictionary:
    case Shape::kHashTable:
      return end - data > kLongestPushed ? PushRange(data, end) : PushValues(data, end);
    case Shape::kSloppyElements:
      return VisitAliasedArguments(object, size);
    case Shape::kNameDictionary:
      return VisitNameDictionary(object);
    case Shape::kAccessorPair:
      PushValue(Slot(object, layout_.accessor_getter));
      return PushValue(Slot(object, layout_.accessor_setter));
    case Shape::kContext:
      return VisitContext(object, size);
    case Shape::kContextCell:
      return PushValue(Slot(object, layout_.context_cell_value));
    case Shape::kProxy:
      PushValue(Slot(object, layout_.proxy_target));
      return PushValue(Slot(object, layout_.proxy_handler));
    default:
      return;
  }
}

void Walk::VisitInternals(Address object, Shape shape) {
  switch (shape) {
    case Shape::kFunction:
      if (options_.follow_closures) PushPart(Slot(object, layout_.function_context));
      return;
    case Shape::kBoundFunction:
      PushValue(Slot(object, layout_.bound_target));
      PushValue(Slot(object, layout_.bound_this));
      return PushPart(Slot(object, layout_.bound_arguments));
    case Shape::kMapObject:
    case Shape::kSetObject:
    case Shape::kWeakMap:
    case Shape::kWeakSet:
      return PushPart(Slot(object, layout_.collection_table));
    case Shape::kDate:
      if (!layout_.date_is_raw_double) PushValue(Slot(object, layout_.date_value));
      return;
    case Shape::kRegExp:
      return PushValue(Slot(object, layout_.regexp_source));
    case Shape::kPromise:
      return PushValue(Slot(object, layout_.promise_result));
    case Shape::kArrayBuffer:
      return VisitBuffer(object);
    case Shape::kTypedArray:
    case Shape::kDataView:
      return PushValue(Slot(object, layout_.view_buffer));
    case Shape::kPrimitiveWrapper:
      return PushValue(Slot(object, layout_.wrapper_value));
    case Shape::kGenerator:
      PushValue(Slot(object, layout_.generator_receiver));
      return PushPart(Slot(object, layout_.generator_registers));
    case Shape::kOtherObject:
      sum_.opaque++;
      return;
    default:
      return;
  }
}

void Walk::VisitBuffer(Address buffer) {
  // Two ArrayBuffers may share their memory, as SharedArrayBuffers do.
  const uintptr_t memory = Load<uintptr_t>(buffer + static_cast<uintptr_t>(layout_.buffer_backing_store));
  if (memory != 0 && visited_.Add(memory)) sum_.external_bytes += BufferBytes(layout_, buffer);
}

void Walk::VisitNameDictionary(Address dictionary) {
  const int64_t capacity = SmallInteger(Slot(dictionary, layout_.dictionary_capacity));
  const int64_t words = StoreLengthOf(layout_, dictionary);
  const int64_t entry_words = layout_.name_dictionary_entry_words;
  // The entries are at the end: key, value, details. Keys are names, shared by all that use them.
  for (int64_t word = words - capacity * entry_words + 1; word < words; word += entry_words) {
    PushValue(Load<Tagged>(dictionary + static_cast<uintptr_t>(layout_.store_data + word * static_cast<int64_t>(kWordBytes))));
  }
}

void Walk::VisitContext(Address context, int64_t size) {
  PushPart(Slot(context, layout_.context_previous));
  PushValues(context + static_cast<uintptr_t>(layout_.context_previous) + kWordBytes, context + static_cast<uintptr_t>(size));
}

// An argument that a parameter aliases is a variable of the call's scope, which itself belongs to the function and not to its arguments.
void Walk::VisitAliasedArguments(Address elements, int64_t size) {
  PushPart(Slot(elements, layout_.sloppy_arguments));
  const Address context = AddressOf(Slot(elements, layout_.sloppy_arguments - static_cast<int32_t>(kWordBytes)));
  for (int64_t at = layout_.sloppy_elements_header; at < size; at += static_cast<int64_t>(kWordBytes)) {
    const Tagged entry = Slot(elements, static_cast<int32_t>(at));
    // What was deleted or redefined is no alias any more, and has no number here.
    if (!IsSmallInteger(entry)) continue;
    const Tagged value = Slot(context, layout_.store_data + static_cast<int32_t>(SmallInteger(entry) * static_cast<int64_t>(kWordBytes)));
    const bool is_cell = IsPointer(value) && FactsOf(MapOf(layout_, AddressOf(value))).shape == Shape::kContextCell;
    PushValue(is_cell ? Slot(AddressOf(value), layout_.context_cell_value) : value);
  }
}

}  // namespace allocscope::heap
