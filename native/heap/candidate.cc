#include "heap/candidate.h"

#include <optional>
#include <string>

#include "heap/probe.h"
#include "platform/symbol_lookup.h"

namespace allocscope::heap {
namespace {

constexpr int32_t kTaggedBytes = 8;
constexpr int32_t kSmallIntegerShiftBits = 31;
constexpr int64_t kOneBoundArgument = 1;
constexpr int32_t kExtensionBytes = 48;

std::optional<int32_t> ReadMetadata(const char* name) {
  const void* symbol = platform::FindSymbol((std::string("v8dbg_") + name).c_str());
  if (symbol == nullptr) return std::nullopt;
  return Load<int32_t>(reinterpret_cast<uintptr_t>(symbol));
}

template <size_t kNames>
std::optional<int32_t> ReadMetadata(const std::array<const char*, kNames>& names) {
  for (const char* name : names) {
    if (name == nullptr) break;
    if (const std::optional<int32_t> found = ReadMetadata(name)) return found;
  }
  return std::nullopt;
}

// This whole room needs words of 8 bytes and small integers of 32 bits.
Result<Done> CheckWordFormat() {
  const struct {
    const char* name;
    int32_t wanted;
    const char* otherwise;
  } expectations[] = {
      {"TaggedSize", kTaggedBytes, "this V8 compresses its pointers"},
      {"SmiShiftSize", kSmallIntegerShiftBits, "this V8 has small integers of 31 bits"},
      {"HeapObjectTag", static_cast<int32_t>(kPointerTag), "this V8 tags its pointers otherwise"},
      {"HeapObjectTagMask", static_cast<int32_t>(kTagMask), "this V8 tags its pointers otherwise"},
  };
  for (const auto& expectation : expectations) {
    const std::optional<int32_t> found = ReadMetadata(expectation.name);
    if (!found) return Refusal(expectation.name, "this program exports no V8 metadata under that name");
    if (*found != expectation.wanted) return Refusal(expectation.name, expectation.otherwise);
  }
  return Done{};
}

// Finds offsets that the metadata doesn't name, by a pointer that must be in an example.
class Search {
 public:
  Search(Layout* layout, const ExampleHandles& handles) : layout_(*layout), probe_(*layout, handles) {}

  void Slots() {
    for (size_t i = 0; i < kSlotCount; i++) {
      int32_t& field = layout_.*kSlots[i].field;
      if (field == kAbsent) field = probe_.FindSlot(probe_.Object(kSlots[i].holder), probe_.Value(kSlots[i].referent));
    }
    layout_.bound_arguments = StoreSlot(Example::kBound, kOneBoundArgument);
    layout_.generator_registers = StoreSlot(Example::kGenerator, kAbsent);
    SharedLength();
  }

  void Types() {
    for (size_t i = 0; i < kTypeConstants; i++) {
      const TypeConstant& type = kTypes[i];
      const int32_t found = probe_.Type(probe_.Reach(type));
      const bool absent = type.optional && found == kAbsent;
      layout_.types[i] = absent ? kAbsent : ReadMetadata(type.metadata).value_or(type.metadata[0] == nullptr ? found : kAbsent);
    }
  }

 private:
  // The way from an ArrayBuffer to the description of its memory, which begins with the memory's address.
  void SharedLength() {
    const Address buffer = probe_.Object(Example::kGrowableBuffer);
    const uintptr_t memory = probe_.Word(buffer + layout_.buffer_backing_store);
    const int32_t end = probe_.SizeInWords(buffer) * kTaggedBytes;
    for (int32_t slot = kObjectHeaderBytes; slot < end; slot += kTaggedBytes) {
      const uintptr_t extension = probe_.Word(buffer + slot);
      for (int32_t offset = 0; offset < kExtensionBytes; offset += kTaggedBytes) {
        if (memory == 0 || probe_.Word(probe_.Word(extension + offset)) != memory) continue;
        layout_.buffer_extension = slot;
        layout_.extension_store = offset;
        return;
      }
    }
  }

  // The slot after the header that points to a plain array, of `length` when that is known.
  int32_t StoreSlot(Example holder, int64_t length) const {
    const int32_t store_type = probe_.Type(probe_.Follow(probe_.Object(Example::kArray), layout_.elements));
    const Address object = probe_.Object(holder);
    const int32_t end = probe_.SizeInWords(object) * kTaggedBytes;
    for (int32_t offset = kObjectHeaderBytes; offset < end; offset += kTaggedBytes) {
      const Address held = probe_.Follow(object, offset);
      if (held == 0 || probe_.Type(held) != store_type) continue;
      if (length == kAbsent || probe_.StoreLength(held) == length) return offset;
    }
    return kAbsent;
  }

  Layout& layout_;
  Probe probe_;
};

}  // namespace

Failure Refusal(const char* number, const std::string& reason) { return {"V8_LAYOUT_UNSUPPORTED", number, 0, reason}; }

Result<Layout> SuggestLayout(const ExampleHandles& handles) {
  const Result<Done> format = CheckWordFormat();
  if (!format.ok()) return format.failure();
  Layout layout;
  for (size_t i = 0; i < kConstantCount; i++)
    layout.*kConstants[i].field = ReadMetadata(kConstants[i].metadata).value_or(kConstants[i].assumed);
  layout.direct_handles = handles[Example::kSmallInteger] == MakeSmallInteger(kExampleSmallInteger);
  Search search(&layout, handles);
  search.Slots();
  search.Types();
  return layout;
}

}  // namespace allocscope::heap
