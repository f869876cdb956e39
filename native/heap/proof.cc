#include "heap/proof.h"

#include <algorithm>

#include "heap/candidate.h"
#include "heap/object_size.h"
#include "heap/verifier.h"
#include "platform/safe_memory.h"

namespace allocscope::heap {
namespace {

constexpr Example kConstantsOfV8[] = {Example::kUndefined, Example::kNull,        Example::kTrue,
                                      Example::kFalse,     Example::kEmptyString, Example::kOneCharacter};
// Objects whose maps V8 keeps among its constants.
constexpr Example kOfConstantMap[] = {Example::kHeapNumber, Example::kBigInt, Example::kSymbol, Example::kOneByte,
                                      Example::kTwoByte,    Example::kCons,   Example::kSliced};
// Types below this aren't JavaScript objects, and types from JSObject's up are objects with properties and elements.
constexpr size_t kTypesOfStrings = 128;
// More names than the examples have.
constexpr int64_t kMostNames = 256;

const char* NumberNameOf(int32_t Layout::*field) {
  for (size_t i = 0; i < kConstantCount; i++) {
    if (kConstants[i].field == field) return kConstants[i].name;
  }
  return "";
}

}  // namespace

void Verifier::Expect(bool holds, int32_t Layout::*number, const char* reason) { ExpectNamed(holds, NumberNameOf(number), reason); }

void Verifier::ExpectNamed(bool holds, const char* number, const char* reason) {
  if (!holds && !refusal_) refusal_ = Refusal(number, reason);
}

void Verifier::FillStringShapes() {
  for (size_t type = 0; type < kTypesOfStrings; type++) {
    const int32_t bits = static_cast<int32_t>(type);
    const int32_t tag = bits & layout_.string_representation_mask;
    const bool one_byte = (bits & layout_.string_encoding_mask) == layout_.one_byte_tag;
    Shape& shape = layout_.shapes[type];
    if (tag == layout_.sequential_tag) shape = one_byte ? Shape::kSeqOneByteString : Shape::kSeqTwoByteString;
    if (tag == layout_.external_tag) shape = one_byte ? Shape::kExternalOneByteString : Shape::kExternalTwoByteString;
    if (tag == layout_.cons_tag) shape = Shape::kConsString;
    if (tag == layout_.sliced_tag) shape = Shape::kSlicedString;
    if (tag == layout_.thin_tag) shape = Shape::kThinString;
  }
}

void Verifier::FillShapes() {
  layout_.shapes.fill(Shape::kUnproved);
  FillStringShapes();
  const int32_t first_object = probe_.Type(Example::kObject);
  for (size_t type = static_cast<size_t>(first_object); type < kInstanceTypes; type++) layout_.shapes[type] = Shape::kOtherObject;
  for (size_t i = 0; i < kTypeConstants; i++) {
    const int32_t type = layout_.types[i];
    if (type < 0 || type >= static_cast<int32_t>(kInstanceTypes)) continue;
    Shape& shape = layout_.shapes[static_cast<size_t>(type)];
    const bool taken = shape != Shape::kUnproved && shape != Shape::kOtherObject && shape != kTypes[i].shape;
    ExpectNamed(!taken, kTypes[i].name, "another kind of object has the same type");
    shape = kTypes[i].shape;
  }
}

void Verifier::FindReadOnlyPages() {
  for (const Example example : kConstantsOfV8) {
    proved_.read_only.Add(probe_.Object(example));
    proved_.read_only.Add(probe_.Map(probe_.Object(example)));
  }
  for (const Example example : kOfConstantMap) proved_.read_only.Add(probe_.Map(probe_.Object(example)));
  const Address empty = probe_.Object(Example::kEmptyObject);
  proved_.read_only.Add(probe_.Follow(empty, layout_.properties));
  proved_.read_only.Add(probe_.Follow(empty, layout_.elements));
  layout_.empty_store = probe_.Word(empty + layout_.elements);
  BuiltinNames();
  for (const Example fresh : {Example::kEmptyObject, Example::kHeapNumber, Example::kOneByte, Example::kArray}) {
    ExpectNamed(!proved_.read_only.Hold(probe_.Object(fresh)), "read-only pages", "a new object lies among V8's constants");
  }
}

// In some versions V8's constants take more than one page. Names of builtins are on any of these pages, or among the program's own objects.
// Only the page's protection tells which.
void Verifier::BuiltinNames() {
  ReadOnlyPages writable;
  const Address names = probe_.Follow(probe_.Object(Example::kBuiltinNames), layout_.elements);
  const int64_t count = std::min(probe_.StoreLength(names), kMostNames);
  for (int64_t i = 0; i < count; i++) {
    const Address name = probe_.Follow(names, layout_.store_data + static_cast<int32_t>(i * static_cast<int64_t>(kWordBytes)));
    if (name == 0 || proved_.read_only.Hold(name) || writable.Hold(name)) continue;
    // The characters of a string never change, so writing them again has no effect.
    const bool is_read_only = platform::IsReadOnly(name + static_cast<uintptr_t>(layout_.one_byte_data));
    (is_read_only ? proved_.read_only : writable).Add(name);
  }
}

// A collection may come between the two, or the pair may cross the end of an allocation area. So some tries may fail, but not all.
bool Verifier::NeighboursAgree(size_t kind) const {
  for (const NeighbourPair& pair : handles_.neighbours[kind]) {
    const Tagged first = probe_.ValueOf(pair.first);
    const Tagged second = probe_.ValueOf(pair.second);
    if (IsPointer(first) && static_cast<int64_t>(second - first) == ShallowSize(layout_, first)) return true;
  }
  return false;
}

// Independent of the metadata: what is allocated right after an object begins where the object ends.
void Verifier::SizesByNeighbours() {
  for (size_t kind = 0; kind < kNeighbourKinds && !Failed(); kind++) {
    ExpectNamed(NeighboursAgree(kind), "object sizes", "neighbours in the young generation are not as far apart as the layout says");
  }
}

Result<ProvedLayout> Verifier::Run() {
  using Step = void (Verifier::*)();
  constexpr Step kSteps[] = {
      &Verifier::Handles,
      &Verifier::Maps,
      &Verifier::Strings,
      &Verifier::StringParts,
      &Verifier::StringTags,
      &Verifier::ExternalStrings,
      &Verifier::Numbers,
      &Verifier::BigInts,
      &Verifier::Elements,
      &Verifier::ElementsKinds,
      &Verifier::Properties,
      &Verifier::Dictionaries,
      &Verifier::Collections,
      &Verifier::SloppyElements,
      &Verifier::Slots,
      &Verifier::Types,
      &Verifier::Buffers,
      &Verifier::GrowableBuffers,
      &Verifier::Dates,
      &Verifier::BoundFunctions,
      &Verifier::Contexts,
      &Verifier::Accessors,
      &Verifier::Generators,
      &Verifier::FillShapes,
      &Verifier::FindReadOnlyPages,
      &Verifier::SizesByNeighbours,
  };
  for (const Step step : kSteps) {
    (this->*step)();
    if (refusal_) return *refusal_;
  }
  return proved_;
}

Result<ProvedLayout> ProveLayout(const ExampleHandles& handles, const Mutation& mutation) {
  Result<Layout> suggested = SuggestLayout(handles);
  if (!suggested.ok()) return suggested.failure();
  if (mutation.number < NumberCount()) NumberAt(suggested.value(), mutation.number) += mutation.delta;
  return Verifier(suggested.value(), handles).Run();
}

}  // namespace allocscope::heap
