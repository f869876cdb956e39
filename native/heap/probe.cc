#include "heap/probe.h"

#include <algorithm>

#include "platform/safe_memory.h"

namespace allocscope::heap {
namespace {

constexpr size_t kLongestText = 64;
// More scopes than any example nests in, module wrappers and bundlers included.
constexpr int kScopes = 64;
constexpr int64_t kDictionaryWords = 64;
// A cell is a map, a value and some words of state.
constexpr uint8_t kCellWords = 6;

}  // namespace

const Probe::Block& Probe::BlockAt(uintptr_t base) const {
  Block& block = blocks_[base / kBlockBytes % kBlocks];
  if (block.base == base) return block;
  block.base = base;
  block.readable = platform::ReadOwnMemory(base, block.bytes.data(), kBlockBytes);
  return block;
}

bool Probe::Copy(uintptr_t address, void* into, size_t length) const {
  char* next = static_cast<char*>(into);
  while (length > 0) {
    const size_t offset = address % kBlockBytes;
    const size_t part = std::min(length, kBlockBytes - offset);
    const Block& block = BlockAt(address - offset);
    if (!block.readable) return false;
    std::memcpy(next, block.bytes.data() + offset, part);
    next += part;
    address += part;
    length -= part;
  }
  return true;
}

bool Probe::Holds(uintptr_t address, const void* bytes, size_t length) const {
  char found[kLongestText];
  return length <= kLongestText && Copy(address, found, length) && std::memcmp(found, bytes, length) == 0;
}

int32_t Probe::Type(Address object) const {
  const Address map = Map(object);
  const Address map_of_map = Map(map);
  if (map == 0 || map_of_map == 0) return kAbsent;
  const int32_t type = Read<uint16_t>(map + layout_.map_instance_type);
  const int32_t type_of_map = Read<uint16_t>(map_of_map + layout_.map_instance_type);
  // V8's maps are all of one type, and the map of maps is its own map.
  return type_of_map == Read<uint16_t>(Map(map_of_map) + layout_.map_instance_type) ? type : kAbsent;
}

int32_t Probe::FindSlot(Address holder, Tagged referent) const {
  const int32_t words = SizeInWords(holder);
  for (int32_t word = 1; word < words; word++) {
    if (Word(holder + static_cast<uintptr_t>(word) * kWordBytes) == referent) return word * static_cast<int32_t>(kWordBytes);
  }
  return kAbsent;
}

Address Probe::NativeContext(Address context) const {
  for (int hops = 0; hops < kScopes; hops++) {
    const Address outer = Follow(context, layout_.context_previous);
    // The native context has no outer one: its slot holds undefined.
    if (outer == 0 || outer == Object(Example::kUndefined)) return context;
    context = outer;
  }
  return 0;
}

Address Probe::AccessorPair() const {
  const Address store = Follow(Object(Example::kAccessorObject), layout_.properties);
  const int64_t words = StoreLength(store);
  const Tagged getter = Value(Example::kGetter);
  for (int64_t word = 0; word < words && word < kDictionaryWords; word++) {
    const Address held = Follow(store, layout_.store_data + static_cast<int32_t>(word * kWordBytes));
    if (held != 0 && Word(held + layout_.accessor_getter) == getter) return held;
  }
  return 0;
}

// Since V8 13 a variable that is assigned after its declaration may live in a cell of its own.
Address Probe::CellHolding(Address store, Tagged value) const {
  const int64_t words = StoreLength(store);
  for (int64_t word = 0; word < words && word < kScopes; word++) {
    const Address held = Follow(store, layout_.store_data + static_cast<int32_t>(word * kWordBytes));
    if (held != 0 && SizeInWords(held) <= kCellWords && Word(held + layout_.context_cell_value) == value) return held;
  }
  return 0;
}

bool Probe::FindInStore(Address store, Example value) const {
  const Tagged wanted = Value(value);
  const int64_t words = StoreLength(store);
  for (int64_t word = 0; word < words && word < kScopes; word++) {
    if (Word(store + layout_.store_data + static_cast<uintptr_t>(word) * kWordBytes) == wanted) return true;
  }
  return CellHolding(store, wanted) != 0;
}

Address Probe::Reach(const TypeConstant& type) const {
  const Address object = Object(type.example);
  // An example that this Node can't make is undefined.
  if (object == Object(Example::kUndefined) && type.example != Example::kUndefined) return 0;
  switch (type.via) {
    case Via::kItself:
      return object;
    case Via::kItsMap:
      return Map(object);
    case Via::kProperties:
      return Follow(object, layout_.properties);
    case Via::kElements:
      return Follow(object, layout_.elements);
    case Via::kFirstElement:
      return Follow(Follow(object, layout_.elements), layout_.store_data);
    case Via::kTable:
      return Follow(object, layout_.collection_table);
    case Via::kContext:
      return Follow(object, layout_.function_context);
    case Via::kNativeContext:
      return NativeContext(Follow(object, layout_.function_context));
    case Via::kAccessor:
      return AccessorPair();
    case Via::kContextCell:
      return CellHolding(Follow(object, layout_.function_context), Value(Example::kReferent));
  }
  return 0;
}

}  // namespace allocscope::heap
