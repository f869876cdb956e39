#include "heap/verifier.h"

namespace allocscope::heap {
namespace {

constexpr uint8_t kHeapNumberWords = 2;
constexpr uint8_t kConsWords = 4;
constexpr int32_t kHeapNumberValue = 8;
constexpr int32_t kNoBits = 0;

// The bits of the string types in V8's metadata, so that a mask is also compared with types that no example has.
struct NamedStringType {
  int32_t Layout::*tag;
  int32_t type;
  bool one_byte;
};

constexpr NamedStringType kNamedStringTypes[] = {
    {&Layout::sequential_tag, 8, true},   {&Layout::sequential_tag, 0, false}, {&Layout::sequential_tag, 40, true},
    {&Layout::sequential_tag, 32, false}, {&Layout::cons_tag, 41, true},       {&Layout::cons_tag, 33, false},
    {&Layout::sliced_tag, 43, true},      {&Layout::sliced_tag, 35, false},    {&Layout::thin_tag, 45, true},
    {&Layout::external_tag, 42, true},    {&Layout::external_tag, 34, false},  {&Layout::external_tag, 58, true},
    {&Layout::external_tag, 50, false},
};

}  // namespace

void Verifier::Handles() {
  const Tagged value = probe_.Value(Example::kSmallInteger);
  ExpectNamed(value == MakeSmallInteger(kExampleSmallInteger), "napi_value", "is neither a value nor the address of a slot that holds one");
}

bool Verifier::IsStringOf(Example example, int32_t tag, bool one_byte) const {
  const int32_t type = probe_.Type(example);
  return type >= 0 && type < layout_.first_nonstring_type && (type & layout_.string_representation_mask) == tag &&
         ((type & layout_.string_encoding_mask) == layout_.one_byte_tag) == one_byte;
}

void Verifier::Strings() {
  constexpr size_t one_byte_length = sizeof kExampleOneByteText - 1;
  constexpr size_t two_byte_bytes = sizeof kExampleTwoByteText - sizeof(char16_t);
  const Address one_byte = probe_.Object(Example::kOneByte);
  const Address two_byte = probe_.Object(Example::kTwoByte);
  Expect(probe_.Read<uint32_t>(one_byte + layout_.string_length) == one_byte_length, &Layout::string_length, "not the length of a string");
  Expect(probe_.Read<uint32_t>(two_byte + layout_.string_length) == two_byte_bytes / sizeof(char16_t), &Layout::string_length,
         "not the length of a two-byte string");
  Expect(probe_.Holds(one_byte + layout_.one_byte_data, kExampleOneByteText, one_byte_length), &Layout::one_byte_data,
         "not where the characters are");
  Expect(probe_.Holds(two_byte + layout_.two_byte_data, kExampleTwoByteText, two_byte_bytes), &Layout::two_byte_data,
         "not where the characters are");
  Expect(probe_.SizeInWords(one_byte) == 0, &Layout::map_size_in_words, "a string's size should depend on its length");
}

void Verifier::StringParts() {
  const struct {
    int32_t Layout::*number;
    int32_t tag;
    Example example;
    bool one_byte;
  } expectations[] = {
      {&Layout::sequential_tag, layout_.sequential_tag, Example::kOneByte, true},
      {&Layout::sequential_tag, layout_.sequential_tag, Example::kInternalized, true},
      {&Layout::one_byte_tag, layout_.sequential_tag, Example::kTwoByte, false},
      {&Layout::cons_tag, layout_.cons_tag, Example::kCons, true},
      {&Layout::cons_tag, layout_.cons_tag, Example::kTwoByteCons, false},
      {&Layout::sliced_tag, layout_.sliced_tag, Example::kSliced, true},
      {&Layout::sliced_tag, layout_.sliced_tag, Example::kTwoByteSliced, false},
  };
  for (const auto& expectation : expectations) {
    Expect(IsStringOf(expectation.example, expectation.tag, expectation.one_byte), expectation.number,
           "an example string is of another type");
  }
  Expect(probe_.SizeInWords(probe_.Object(Example::kCons)) == kConsWords, &Layout::cons_tag, "a cons string is not four words");
  // Some V8s have one type of thin string for both encodings.
  Expect(IsStringOf(Example::kThin, layout_.thin_tag, true) || IsStringOf(Example::kThin, layout_.thin_tag, false), &Layout::thin_tag,
         "an example string is of another type");
  const Address actual = probe_.Follow(probe_.Object(Example::kThin), layout_.thin_actual);
  Expect(probe_.Value(Example::kInternalized) == PointerTo(actual), &Layout::thin_actual, "not the string that a thin one stands for");
  Expect(probe_.Type(Example::kSymbol) == layout_.first_nonstring_type, &Layout::first_nonstring_type, "symbols don't follow the strings");
}

void Verifier::StringTags() {
  for (const NamedStringType& named : kNamedStringTypes) {
    Expect((named.type & layout_.string_representation_mask) == layout_.*named.tag, &Layout::string_representation_mask,
           "a known string type has another representation");
    const int32_t wanted = named.one_byte ? layout_.one_byte_tag : kNoBits;
    Expect((named.type & layout_.string_encoding_mask) == wanted, &Layout::string_encoding_mask,
           "a known string type has another encoding");
  }
}

void Verifier::ExternalStrings() {
  const Address one_byte = probe_.Object(Example::kExternal);
  Expect(IsStringOf(Example::kExternal, layout_.external_tag, true), &Layout::external_tag, "an external string is of another type");
  Expect(probe_.Read<uint32_t>(one_byte + layout_.string_length) == kExampleExternalLength, &Layout::string_length,
         "not the length of an external string");
}

void Verifier::Numbers() {
  const Address number = probe_.Object(Example::kHeapNumber);
  Expect(probe_.SizeInWords(number) == kHeapNumberWords, &Layout::map_size_in_words, "a number is not two words");
  ExpectNamed(probe_.Read<double>(number + kHeapNumberValue) == kExampleHeapNumber, "HeapNumber.value", "not the number");
}

void Verifier::BigInts() {
  constexpr uint32_t words = sizeof kExampleBigIntDigits / sizeof *kExampleBigIntDigits;
  const Address positive = probe_.Object(Example::kBigInt);
  const Address negative = probe_.Object(Example::kNegativeBigInt);
  const uint32_t length_bits = words << layout_.bigint_length_shift;
  Expect(probe_.Read<uint32_t>(positive + layout_.bigint_bits) == words << 1, &Layout::bigint_bits, "not the sign and length of a BigInt");
  Expect(probe_.Read<uint32_t>(negative + layout_.bigint_bits) == (words << 1 | 1), &Layout::bigint_bits,
         "not the sign and length of a BigInt");
  Expect(probe_.Read<uint32_t>(positive + layout_.bigint_bits) == length_bits, &Layout::bigint_length_shift, "not the length of a BigInt");
  Expect(probe_.Holds(positive + layout_.bigint_digits, kExampleBigIntDigits, sizeof kExampleBigIntDigits), &Layout::bigint_digits,
         "not the digits of a BigInt");
  Expect(probe_.SizeInWords(positive) == 0, &Layout::map_size_in_words, "a BigInt's size should depend on its length");
}

}  // namespace allocscope::heap
