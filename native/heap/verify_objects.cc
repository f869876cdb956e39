#include "heap/verifier.h"

namespace allocscope::heap {
namespace {

// V8's root scope has hundreds of slots. Other scopes of a program have fewer.
constexpr int64_t kLeastNativeContextSlots = 150;
constexpr int64_t kOneArgument = 1;

}  // namespace

void Verifier::Slots() {
  for (size_t i = 0; i < kSlotCount; i++) {
    const SlotProof& slot = kSlots[i];
    const Tagged held = probe_.Word(probe_.Object(slot.holder) + static_cast<uintptr_t>(layout_.*slot.field));
    Expect(IsPointer(held) && held == probe_.Value(slot.referent), slot.field, "doesn't point to what the example put there");
  }
}

void Verifier::Types() {
  for (size_t i = 0; i < kTypeConstants; i++) {
    const TypeConstant& type = kTypes[i];
    const int32_t found = probe_.Type(probe_.Reach(type));
    const bool absent = type.optional && found == kAbsent && layout_.types[i] == kAbsent;
    ExpectNamed(absent || (found == layout_.types[i] && found < static_cast<int32_t>(kInstanceTypes) && found != kAbsent), type.name,
                "the example is of another type");
  }
}

void Verifier::Buffers() {
  const Address buffer = probe_.Object(Example::kBuffer);
  Expect(probe_.Word(buffer + layout_.buffer_byte_length) == kExampleBufferBytes, &Layout::buffer_byte_length,
         "not the length of an ArrayBuffer");
  Expect(probe_.Word(buffer + layout_.buffer_backing_store) == handles_.buffer_memory, &Layout::buffer_backing_store,
         "not the memory of an ArrayBuffer");
  // Beside it is the length to which a resizable buffer may grow. For others both are the same.
  const Address resizable = probe_.Object(Example::kResizableBuffer);
  const bool can_resize = resizable != probe_.Object(Example::kUndefined);
  Expect(!can_resize || probe_.Word(resizable + layout_.buffer_byte_length) == kExampleResizableBytes, &Layout::buffer_byte_length,
         "not the length of a resizable ArrayBuffer");
}

void Verifier::GrowableBuffers() {
  const struct {
    Example example;
    uint64_t bytes;
  } expectations[] = {{Example::kBuffer, kExampleBufferBytes}, {Example::kGrowableBuffer, kExampleGrowableBytes}};
  for (const auto& expectation : expectations) {
    const Address buffer = probe_.Object(expectation.example);
    const uintptr_t extension = probe_.Word(buffer + layout_.buffer_extension);
    const uintptr_t store = probe_.Word(extension + layout_.extension_store);
    Expect(probe_.Word(store) == probe_.Word(buffer + layout_.buffer_backing_store), &Layout::extension_store,
           "doesn't lead to the memory of an ArrayBuffer");
    Expect(probe_.Word(store + layout_.store_byte_length) == expectation.bytes, &Layout::store_byte_length,
           "not the length that all objects of one memory share");
  }
  Expect(probe_.Word(probe_.Object(Example::kGrowableBuffer) + layout_.buffer_byte_length) == 0, &Layout::buffer_byte_length,
         "a growable SharedArrayBuffer has a length of its own");
}

void Verifier::Dates() {
  const uintptr_t slot = probe_.Object(Example::kDate) + static_cast<uintptr_t>(layout_.date_value);
  const Tagged word = probe_.Word(slot);
  const double time = static_cast<double>(kExampleDate);
  layout_.date_is_raw_double = probe_.Read<double>(slot) == time;
  Expect(layout_.date_is_raw_double || word == MakeSmallInteger(kExampleDate), &Layout::date_value, "not the time of a Date");
}

void Verifier::BoundFunctions() {
  const Address store = probe_.Follow(probe_.Object(Example::kBound), layout_.bound_arguments);
  Expect(probe_.StoreLength(store) == kOneArgument && probe_.Word(store + layout_.store_data) == MakeSmallInteger(kExampleFirstElement),
         &Layout::bound_arguments, "not the arguments of a bound function");
}

void Verifier::Contexts() {
  const Address scope = probe_.Follow(probe_.Object(Example::kClosure), layout_.function_context);
  Expect(probe_.FindInStore(scope, Example::kReferent), &Layout::function_context, "not the scope of a closure");
  const Address native = probe_.NativeContext(scope);
  Expect(native != 0 && native != scope && probe_.StoreLength(native) > kLeastNativeContextSlots, &Layout::context_previous,
         "doesn't lead to the root scope");
  const Address inner = probe_.Follow(probe_.Object(Example::kBlockClosure), layout_.function_context);
  Expect(probe_.FindInStore(inner, Example::kReferent), &Layout::function_context, "not the scope of a block");
}

void Verifier::Accessors() {
  const Address pair = probe_.AccessorPair();
  Expect(pair != 0, &Layout::accessor_getter, "no pair with the getter");
  Expect(probe_.Word(pair + layout_.accessor_setter) == probe_.Value(Example::kSetter), &Layout::accessor_setter,
         "not the setter of the pair");
}

void Verifier::Generators() {
  const Address generator = probe_.Object(Example::kGenerator);
  const Address registers = probe_.Follow(generator, layout_.generator_registers);
  Expect(layout_.generator_registers >= kObjectHeaderBytes && probe_.FindInStore(registers, Example::kReferent),
         &Layout::generator_registers, "not the parameters of a generator");
}

}  // namespace allocscope::heap
