#include "heap/verifier.h"

namespace allocscope::heap {
namespace {

// The elements kinds that the answers name; V8 has numbered them so since 2012.
constexpr int32_t kPackedDoubles = 4;
constexpr int32_t kHoleySmallIntegers = 1;
constexpr int32_t kHoleyElements = 3;
constexpr uint8_t kArrayWords = 4;
constexpr int64_t kLeastSlots = 2;
constexpr int64_t kMostSlots = 64;
// Words before the entries of a dictionary: its counts and what its kind puts after them.
constexpr int64_t kLeastPrefix = 4;
constexpr int64_t kMostPrefix = 7;
constexpr int64_t kNumberDictionaryEntry = 3;
constexpr int64_t kNumberDictionaryPrefix = 4;
constexpr int64_t kMapTableWords = 17;
constexpr int64_t kSetTableWords = 13;
// The example's two own properties beside the deleted one.
constexpr int64_t kDictionaryEntriesInUse = 2;

int32_t MetadataTypeOf(const Layout& layout, Shape shape) {
  for (size_t i = 0; i < kTypeConstants; i++) {
    if (kTypes[i].shape == shape) return layout.types[i];
  }
  return kAbsent;
}

}  // namespace

void Verifier::Maps() {
  const Address object = probe_.Object(Example::kObject);
  const int32_t type = probe_.Type(object);
  Expect(type != kAbsent, &Layout::map, "an object's first word is not its map");
  Expect(type == MetadataTypeOf(layout_, Shape::kPlainObject), &Layout::map_instance_type, "not the type of a plain object");
  const uint8_t start = probe_.Read<uint8_t>(probe_.Map(object) + layout_.map_in_object_start);
  Expect(start * static_cast<int32_t>(kWordBytes) == kObjectHeaderBytes, &Layout::map_in_object_start,
         "the properties of a plain object don't follow its header");
  const Address array = probe_.Object(Example::kArray);
  const uint8_t array_start = probe_.Read<uint8_t>(probe_.Map(array) + layout_.map_in_object_start);
  Expect(array_start == probe_.SizeInWords(array), &Layout::map_in_object_start, "an array has properties within itself");
  Expect(probe_.Word(object + kObjectHeaderBytes) == probe_.Value(Example::kArray), &Layout::map_in_object_start,
         "the first property is not in its slot");
  Expect(probe_.SizeInWords(array) == kArrayWords, &Layout::map_size_in_words, "an array is not four words");
}

void Verifier::Elements() {
  const Address array = probe_.Object(Example::kArray);
  const Address store = probe_.Follow(array, layout_.elements);
  const int64_t capacity = probe_.StoreLength(store);
  Expect(capacity >= kExampleElements && capacity <= kMostSlots, &Layout::store_length, "not the capacity of an array's elements");
  for (int64_t i = 0; i < kExampleElements; i++) {
    const Tagged element = probe_.Word(store + static_cast<uintptr_t>(layout_.store_data + i * static_cast<int64_t>(kWordBytes)));
    Expect(element == MakeSmallInteger(kExampleFirstElement + i), &Layout::store_data, "not the elements of an array");
  }
  Expect(probe_.Word(array + layout_.array_length) == MakeSmallInteger(kExampleElements), &Layout::array_length, "not an array's length");
  const Address doubles = probe_.Follow(probe_.Object(Example::kDoubleArray), layout_.elements);
  Expect(probe_.Read<double>(doubles + layout_.store_data) == kExampleFirstDouble, &Layout::store_data,
         "not the elements of an array of doubles");
  Expect(probe_.StoreLength(doubles) == kExampleElements, &Layout::store_length, "not the capacity of an array of doubles");
  const Address bytes = probe_.Follow(probe_.Object(Example::kOnHeapBytes), layout_.elements);
  Expect(probe_.StoreLength(bytes) == kExampleOnHeapBytes, &Layout::store_length, "not the length of a small typed array");
  Expect(probe_.Read<uint8_t>(bytes + layout_.store_data) == kExampleOnHeapFill, &Layout::store_data,
         "not the bytes of a small typed array");
}

void Verifier::ElementsKinds() {
  const struct {
    Example example;
    int32_t kind;
  } expectations[] = {
      {Example::kEmptyObject, kHoleyElements}, {Example::kDoubleArray, kPackedDoubles}, {Example::kHoleyArray, kHoleySmallIntegers}};
  for (const auto& expectation : expectations) {
    const uint8_t bits = probe_.Read<uint8_t>(probe_.Map(probe_.Object(expectation.example)) + layout_.map_bit_field2);
    const bool agrees =
        layout_.elements_kind_shift >= 0 && (bits & layout_.elements_kind_mask) >> layout_.elements_kind_shift == expectation.kind;
    Expect(agrees, &Layout::elements_kind_mask, "not the elements kind of an array");
  }
  // A literal's elements are shared until they are written to, and carry a map of their own.
  const Address shared = probe_.Map(probe_.Follow(probe_.Object(Example::kLiteralArray), layout_.elements));
  const Address owned = probe_.Map(probe_.Follow(probe_.Object(Example::kArray), layout_.elements));
  Expect(shared != 0 && shared != owned, &Layout::elements, "a literal's shared elements look like owned ones");
  layout_.copy_on_write_map = shared;
}

void Verifier::Properties() {
  const Address store = probe_.Follow(probe_.Object(Example::kManyProperties), layout_.properties);
  const Tagged length = probe_.Word(store + layout_.store_length);
  const int64_t slots = SmallInteger(length) & layout_.property_array_length_mask;
  Expect(slots == kExamplePropertySlots, &Layout::property_array_length_mask, "not the capacity of the properties outside the object");
  Expect(probe_.Word(store + layout_.store_data) == MakeSmallInteger(kExampleFirstOutOfObject), &Layout::properties,
         "not the properties outside the object");
  // An object that serves as a key keeps its hash in the same word.
  const Address hashed = probe_.Follow(probe_.Object(Example::kHashedProperties), layout_.properties);
  const int64_t word = probe_.StoreLength(hashed);
  Expect((word & layout_.property_array_length_mask) == kExamplePropertySlots, &Layout::property_array_length_mask,
         "not the capacity beside an object's hash");
  Expect(word != kExamplePropertySlots, &Layout::property_array_length_mask, "an object that is a key has no hash");
}

void Verifier::Dictionaries() {
  const Address names = probe_.Follow(probe_.Object(Example::kDictionaryObject), layout_.properties);
  const int64_t capacity = SmallInteger(probe_.Word(names + layout_.dictionary_capacity));
  const int64_t prefix = probe_.StoreLength(names) - capacity * layout_.name_dictionary_entry_words;
  Expect(capacity >= kLeastSlots && capacity <= kMostSlots, &Layout::dictionary_capacity, "not the capacity of a dictionary");
  Expect(prefix >= kLeastPrefix && prefix <= kMostPrefix, &Layout::name_dictionary_entry_words, "not the entries of a dictionary");
  int64_t values = 0;
  for (int64_t entry = 0; entry < capacity && capacity <= kMostSlots; entry++) {
    const int64_t word = prefix + entry * layout_.name_dictionary_entry_words + 1;
    const Tagged value = probe_.Word(names + static_cast<uintptr_t>(layout_.store_data + word * static_cast<int64_t>(kWordBytes)));
    if (value == probe_.Value(Example::kReferent)) values++;
  }
  Expect(values == kDictionaryEntriesInUse, &Layout::name_dictionary_entry_words, "not the values of a dictionary");
  const Address numbers = probe_.Follow(probe_.Object(Example::kSparseArray), layout_.elements);
  const int64_t slots = SmallInteger(probe_.Word(numbers + layout_.dictionary_capacity));
  Expect(probe_.StoreLength(numbers) == kNumberDictionaryPrefix + slots * kNumberDictionaryEntry, &Layout::dictionary_capacity,
         "not the capacity of a sparse array");
}

void Verifier::Collections() {
  const Address map = probe_.Follow(probe_.Object(Example::kMap), layout_.collection_table);
  const Address set = probe_.Follow(probe_.Object(Example::kSet), layout_.collection_table);
  const Address weak = probe_.Follow(probe_.Object(Example::kWeakMap), layout_.collection_table);
  Expect(probe_.StoreLength(map) == kMapTableWords, &Layout::collection_table, "not the table of a Map with one entry");
  Expect(probe_.StoreLength(set) == kSetTableWords, &Layout::collection_table, "not the table of a Set with one value");
  Expect(weak != 0 && probe_.Word(weak + layout_.store_data) == MakeSmallInteger(1), &Layout::collection_table,
         "not the table of a WeakMap with one entry");
}

void Verifier::SloppyElements() {
  const Address store = probe_.Follow(probe_.Object(Example::kArguments), layout_.elements);
  const int64_t mapped = probe_.StoreLength(store);
  Expect(mapped == kExampleArguments, &Layout::store_length, "not the number of mapped arguments");
  const Address unmapped = probe_.Follow(store, layout_.sloppy_arguments);
  Expect(unmapped != 0 && probe_.Type(unmapped) == probe_.Type(probe_.Follow(probe_.Object(Example::kArray), layout_.elements)) &&
             probe_.StoreLength(unmapped) == kExampleArguments,
         &Layout::sloppy_arguments, "not the arguments of a call");
  // Each mapped entry is the number of the variable's slot in the function's scope.
  Expect(layout_.sloppy_elements_header == layout_.sloppy_arguments + static_cast<int32_t>(kWordBytes), &Layout::sloppy_elements_header,
         "the mapped entries don't follow the arguments");
  const Address scope = probe_.Follow(store, layout_.sloppy_arguments - static_cast<int32_t>(kWordBytes));
  Expect(scope != 0, &Layout::sloppy_arguments, "doesn't follow the scope of a call");
  for (int64_t i = 0; i < kExampleArguments && !Failed(); i++) {
    const Tagged entry = probe_.Word(store + static_cast<uintptr_t>(layout_.sloppy_elements_header + i * static_cast<int64_t>(kWordBytes)));
    Expect(IsSmallInteger(entry) && SmallInteger(entry) >= kLeastSlots && SmallInteger(entry) < kMostSlots, &Layout::sloppy_elements_header,
           "not the mapped entries");
    if (Failed()) return;
    // The arguments of the example are 1 and 2.
    const Tagged value =
        probe_.Word(scope + static_cast<uintptr_t>(layout_.store_data + SmallInteger(entry) * static_cast<int64_t>(kWordBytes)));
    Expect(value == MakeSmallInteger(i + 1), &Layout::sloppy_elements_header, "don't lead to the arguments");
  }
}

}  // namespace allocscope::heap
