#ifndef ALLOCSCOPE_HEAP_LAYOUT_H_
#define ALLOCSCOPE_HEAP_LAYOUT_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "heap/examples.h"
#include "heap/shape.h"
#include "heap/tagged.h"

namespace allocscope::heap {

// V8's instance types are 16 bits wide but stay far below this.
constexpr size_t kInstanceTypes = 4096;
constexpr size_t kTypeConstants = 72;
constexpr size_t kMetadataNames = 3;

// The numbers that V8 doesn't promise: offsets in bytes from the start of an object, masks, tags and instance types. A candidate until
// `ProveLayout` has compared every one of them with objects whose contents are known.
struct Layout {
  // Whether a Node-API handle is the tagged word itself rather than the address of a slot that holds it.
  bool direct_handles = false;

  int32_t map = 0;
  int32_t map_size_in_words = 0;
  int32_t map_in_object_start = 0;
  int32_t map_instance_type = 0;
  int32_t map_bit_field2 = 0;
  int32_t elements_kind_mask = 0;
  int32_t elements_kind_shift = 0;
  int32_t properties = 0;
  int32_t elements = 0;
  int32_t store_length = 0;
  int32_t store_data = 0;
  int32_t property_array_length_mask = 0;
  int32_t sloppy_elements_header = 0;
  int32_t sloppy_arguments = 0;
  int32_t dictionary_capacity = 0;
  int32_t name_dictionary_entry_words = 0;
  int32_t array_length = 0;
  int32_t collection_table = 0;

  int32_t string_length = 0;
  int32_t one_byte_data = 0;
  int32_t two_byte_data = 0;
  int32_t string_representation_mask = 0;
  int32_t string_encoding_mask = 0;
  int32_t sequential_tag = 0;
  int32_t cons_tag = 0;
  int32_t sliced_tag = 0;
  int32_t thin_tag = 0;
  int32_t external_tag = 0;
  int32_t one_byte_tag = 0;
  int32_t first_nonstring_type = 0;
  int32_t cons_first = 0;
  int32_t cons_second = 0;
  int32_t sliced_parent = 0;
  int32_t thin_actual = 0;

  int32_t bigint_bits = 0;
  int32_t bigint_length_shift = 0;
  int32_t bigint_digits = 0;
  int32_t symbol_description = 0;

  int32_t buffer_byte_length = 0;
  int32_t buffer_backing_store = 0;
  int32_t buffer_extension = 0;
  int32_t extension_store = 0;
  int32_t store_byte_length = 0;
  int32_t view_buffer = 0;
  int32_t function_context = 0;
  int32_t context_previous = 0;
  int32_t context_cell_value = 0;
  int32_t proxy_target = 0;
  int32_t proxy_handler = 0;
  int32_t promise_result = 0;
  int32_t bound_target = 0;
  int32_t bound_this = 0;
  int32_t bound_arguments = 0;
  int32_t wrapper_value = 0;
  int32_t regexp_source = 0;
  int32_t date_value = 0;
  int32_t accessor_getter = 0;
  int32_t accessor_setter = 0;
  int32_t generator_receiver = 0;
  int32_t generator_registers = 0;

  // The instance types, in the order of `kTypes`; kAbsent where this V8 has none of that kind.
  std::array<int32_t, kTypeConstants> types{};

  // Filled in by the proof, from the numbers above.
  std::array<Shape, kInstanceTypes> shapes{};
  bool date_is_raw_double = false;
  Address copy_on_write_map = 0;
  // What stands for properties or elements where an object has none.
  Tagged empty_store = 0;
};

constexpr int32_t kAbsent = -1;
// What every object begins with: its map, its properties and its elements.
constexpr int32_t kObjectHeaderBytes = 24;

// The source of a number of the layout: the first of its metadata symbols that Node exports. Without one, it comes from a search or an
// assumption in layout.cc. Either way it is only a hypothesis.
struct Constant {
  const char* name;
  int32_t Layout::*field;
  int32_t assumed;
  std::array<const char*, kMetadataNames> metadata;
};

// The object, reached from an example, whose instance type is meant.
enum class Via : uint8_t {
  kItself,
  kItsMap,
  kProperties,
  kElements,
  kFirstElement,
  kTable,
  kContext,
  kNativeContext,
  kAccessor,
  kContextCell
};

struct TypeConstant {
  const char* name;
  Example example;
  Via via;
  Shape shape;
  std::array<const char*, kMetadataNames> metadata;
  bool optional = false;
};

// A slot of `holder` that must hold a pointer to `referent`.
struct SlotProof {
  int32_t Layout::*field;
  Example holder;
  Example referent;
};

extern const Constant kConstants[];
extern const size_t kConstantCount;
extern const TypeConstant kTypes[];
extern const SlotProof kSlots[];
extern const size_t kSlotCount;

// The n-th number of a layout, scalars first and instance types after them, for the mutation test.
size_t NumberCount();
const char* NumberName(size_t index);
int32_t& NumberAt(Layout& layout, size_t index);

}  // namespace allocscope::heap

#endif  // ALLOCSCOPE_HEAP_LAYOUT_H_
