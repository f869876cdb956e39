#include "heap/name_room.h"

#include <algorithm>

#include "platform/safe_memory.h"

namespace allocscope::heap {
namespace {

// Assumed, and proved by the examples.
constexpr uintptr_t kMap = 0;
constexpr uintptr_t kMapType = 12;
constexpr uintptr_t kProperties = 8;
constexpr uintptr_t kElements = 16;
constexpr uintptr_t kProxyTarget = 16;
constexpr uintptr_t kStoreLength = 8;
// A table has three words for a name, twice as many entries as it needs at the most, rounded up to a power of two, and a header.
constexpr int64_t kNameWords = 3;
constexpr int64_t kMostWordsPerName = kNameWords * 4;
constexpr int64_t kHeaderWords = 16;
// Proxies may stand for one another.
constexpr int kMostProxies = 64;

// Reads what may not be there. What can't be read is 0: no pointer, and no type.
struct CheckedReads {
  template <typename T>
  T Read(uintptr_t address) const {
    T value = 0;
    return platform::ReadOwn(address, &value) ? value : 0;
  }
};

struct ProvedReads {
  template <typename T>
  T Read(uintptr_t address) const {
    return Load<T>(address);
  }
};

template <typename Reads>
struct View {
  Tagged Word(Address object, uintptr_t offset) const { return reads.template Read<Tagged>(object + offset); }
  // A handle is the address of a slot, or the tagged word itself.
  Tagged Value(uintptr_t handle) const { return IsPointer(handle) ? handle : Word(handle, 0); }
  uint16_t Type(Tagged value) const {
    const Tagged map = Word(AddressOf(value), kMap);
    return IsPointer(map) ? reads.template Read<uint16_t>(AddressOf(map) + kMapType) : 0;
  }
  // The map of a store; 0 where there is a hash in its place.
  Tagged MapOfStore(Tagged value, uintptr_t offset) const {
    const Tagged store = Word(AddressOf(value), offset);
    return IsPointer(store) ? Word(AddressOf(store), kMap) : 0;
  }
  int64_t LengthOfStore(Tagged value, uintptr_t offset) const {
    const Tagged store = Word(AddressOf(value), offset);
    const Tagged length = IsPointer(store) ? Word(AddressOf(store), kStoreLength) : 0;
    return IsSmallInteger(length) ? SmallInteger(length) : -1;
  }

  Reads reads;
};

bool IsWithin(int64_t value, int64_t least, int64_t most) { return value >= least && value <= most; }

}  // namespace

bool NameRoom::Prove(const NameExamples& examples) {
  const View<CheckedReads> view{};
  const Tagged few = view.Value(examples.few);
  const Tagged proxy = view.Value(examples.proxy);
  if (!IsPointer(few) || !IsPointer(proxy) || view.Word(AddressOf(proxy), kProxyTarget) != few) return false;
  const Tagged table_map = view.MapOfStore(view.Value(examples.kinds[0]), kProperties);
  if (!IsPointer(table_map) || view.MapOfStore(few, kProperties) == table_map || view.LengthOfStore(few, kElements) != 0) return false;
  NameRoom proved;
  proved.table_map_ = table_map;
  proved.proxy_type_ = view.Type(proxy);
  for (size_t i = 0; i < examples.kind_count; i++) {
    const Tagged kind = view.Value(examples.kinds[i]);
    const int64_t names = view.LengthOfStore(kind, kProperties);
    const int64_t numbers = view.LengthOfStore(kind, kElements);
    if (view.MapOfStore(kind, kProperties) != table_map) return false;
    if (!IsWithin(names, kNameWords * examples.names, kMostWordsPerName * examples.names + kHeaderWords)) return false;
    if (!IsWithin(numbers, examples.numbers, kMostWordsPerName * examples.numbers + kHeaderWords)) return false;
    proved.types_[proved.type_count_++] = view.Type(kind);
  }
  if (view.Type(few) != proved.types_[0] || proved.KnowsType(proved.proxy_type_) || proved.KnowsType(0)) return false;
  *this = proved;
  return true;
}

bool NameRoom::KnowsType(uint16_t type) const {
  const uint16_t* end = types_.data() + type_count_;
  return std::find(types_.data(), end, type) != end;
}

std::optional<int64_t> NameRoom::Of(uintptr_t handle) const {
  if (type_count_ == 0) return std::nullopt;
  const View<ProvedReads> view{};
  Tagged value = view.Value(handle);
  for (int proxies = 0; IsPointer(value) && view.Type(value) == proxy_type_; proxies++) {
    if (proxies == kMostProxies) return std::nullopt;
    value = view.Word(AddressOf(value), kProxyTarget);
  }
  if (!IsPointer(value) || !KnowsType(view.Type(value))) return std::nullopt;
  const int64_t names = view.MapOfStore(value, kProperties) == table_map_ ? view.LengthOfStore(value, kProperties) : 0;
  return std::max(names, view.LengthOfStore(value, kElements));
}

}  // namespace allocscope::heap
