#include <napi.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "convert/register.h"
#include "convert/values.h"
#include "environment.h"
#include "heap/measure.h"
#include "heap/object_size.h"
#include "heap/walk.h"
#include "platform/clock.h"

namespace allocscope::convert {
namespace {

// What measureValue writes: heap::Measure. In TypeScript: measurePlace.
enum MeasureField : size_t {
  kMeasureKind,
  kMeasureRepresentation,
  kMeasureSelf,
  kMeasureProperties,
  kMeasureElements,
  kMeasureTable,
  kMeasureArguments,
  kMeasureRegisters,
  kMeasureBuffer,
  kMeasureExternal,
  kMeasureSharedElements,
  kMeasureSharedCharacters,
  kMeasureSharedMemory,
  kMeasureUnusedElements,
  kMeasureLength,
};

// What walkValue writes: of kWalkKinds kinds, figures follow. In TypeScript: walkPlace.
enum WalkField : size_t {
  kWalkHeapBytes,
  kWalkExternalBytes,
  kWalkObjects,
  kWalkOpaque,
  kWalkUnsized,
  kWalkEnd,  // heap::WalkEnd
  kWalkOwnBytes,
  kWalkMicros,
  kWalkKinds,
  kWalkLength,
};

// What follows of each kind that was met. In TypeScript: kindPlace.
enum KindField : size_t { kKindNumber, kKindObjects, kKindBytes, kKindLength };

// What walkTree writes of each value: what only it leads to that none of the values is; its own bytes; and 1 when an earlier value is the
// same one. In TypeScript: nodePlace.
enum NodeField : size_t { kNodeHeapBytes, kNodeExternalBytes, kNodeObjects, kNodeSelf, kNodeSeen, kNodeLength };

constexpr size_t kDeepFigures = kWalkLength + kKindLength * heap::kKinds;

uintptr_t HandleOf(napi_value value) { return reinterpret_cast<uintptr_t>(value); }

// The arguments of a call, without a heap allocation; missing ones are undefined.
template <size_t kCount>
struct Arguments {
  Arguments(napi_env env, napi_callback_info info) {
    void* data = nullptr;
    count = kCount;
    napi_get_cb_info(env, info, &count, values.data(), nullptr, &data);
    environment = static_cast<Environment*>(data);
    inspector = &environment->heap;
  }
  heap::Tagged Tagged(size_t index) const { return inspector->ValueOf(HandleOf(values[index])); }

  size_t count = 0;
  std::array<napi_value, kCount> values;
  Environment* environment;
  heap::Inspector* inspector;
};

double Double(napi_env env, napi_value value, double fallback) {
  double number = fallback;
  return napi_get_value_double(env, value, &number) == napi_ok ? number : fallback;
}

FigureBuffer FiguresOf(napi_env env, napi_value value, size_t needed) {
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) != napi_ok) return {};
  if (type != napi_float64_array || data == nullptr || length < needed) return {};
  return {static_cast<double*>(data), length};
}

napi_value MakeNeighbour(napi_env env, heap::Neighbours kind) {
  static constexpr char kText[] =
      "neighbours in the young generation are as far apart as the first of them is long, whatever V8's metadata may say of its layout";
  static constexpr uint64_t kWords[] = {1, 2, 3, 4, 5};
  napi_value made = nullptr;
  switch (kind) {
    case heap::Neighbours::kShortString:
      napi_create_string_latin1(env, kText, 3, &made);
      break;
    case heap::Neighbours::kString:
      napi_create_string_latin1(env, kText, 25, &made);
      break;
    case heap::Neighbours::kLongString:
      napi_create_string_latin1(env, kText, sizeof kText - 1, &made);
      break;
    case heap::Neighbours::kTwoByteString:
      napi_create_string_utf16(env, u"\u4e2d\u6587 two bytes each", 17, &made);
      break;
    case heap::Neighbours::kNumber:
      napi_create_double(env, 0.1, &made);
      break;
    case heap::Neighbours::kBigInt:
      napi_create_bigint_words(env, 0, sizeof kWords / sizeof *kWords, kWords, &made);
      break;
    case heap::Neighbours::kObject:
      napi_create_object(env, &made);
      break;
  }
  return made;
}

// The handles of the examples, which stay valid until the call returns. False when the object lacks one.
bool CollectExamples(napi_env env, napi_value examples, heap::ExampleHandles* into) {
  for (size_t i = 0; i < heap::kExamples; i++) {
    napi_value value = nullptr;
    if (napi_get_named_property(env, examples, heap::kExampleNames[i], &value) != napi_ok) return false;
    into->values[i] = HandleOf(value);
  }
  void* memory = nullptr;
  napi_value buffer = nullptr;
  napi_get_named_property(env, examples, heap::kExampleNames[static_cast<size_t>(heap::Example::kBuffer)], &buffer);
  if (napi_get_arraybuffer_info(env, buffer, &memory, nullptr) != napi_ok) return false;
  into->buffer_memory = reinterpret_cast<uintptr_t>(memory);
  for (size_t kind = 0; kind < heap::kNeighbourKinds; kind++) {
    for (heap::NeighbourPair& pair : into->neighbours[kind]) {
      pair.first = HandleOf(MakeNeighbour(env, static_cast<heap::Neighbours>(kind)));
      pair.second = HandleOf(MakeNeighbour(env, static_cast<heap::Neighbours>(kind)));
    }
  }
  return true;
}

napi_value MakeExamplesFailure(napi_env env, const char* call) {
  return MakeFailure(env, {"INTERNAL", call, 0, "expected an object with every example that native/heap/examples.cc names"});
}

// proveHeapLayout(examples): { constants: number, proofMicros: number } | FailureRecord
napi_value ProveHeapLayout(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  heap::ExampleHandles handles;
  if (!CollectExamples(env, arguments.values[0], &handles)) return MakeExamplesFailure(env, "proveHeapLayout");
  const uint64_t start = platform::MonotonicNanos();
  if (!arguments.inspector->Prove(handles)) return MakeFailure(env, *arguments.inspector->refusal());
  const double micros = static_cast<double>(platform::MonotonicNanos() - start) / 1000;
  Napi::Object proved = Napi::Object::New(env);
  proved.Set("constants", heap::NumberCount());
  proved.Set("proofMicros", micros);
  return proved;
}

// proveHeapLayoutWith(examples, number, delta): undefined | FailureRecord
// Runs the proof with one number made wrong. The layout in use isn't touched.
napi_value ProveHeapLayoutWith(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  heap::ExampleHandles handles;
  if (!CollectExamples(env, arguments.values[0], &handles)) return MakeExamplesFailure(env, "proveHeapLayoutWith");
  const heap::Mutation mutation{static_cast<size_t>(Double(env, arguments.values[1], 0)),
                                static_cast<int32_t>(Double(env, arguments.values[2], 0))};
  const Result<heap::ProvedLayout> proved = heap::ProveLayout(handles, mutation);
  return proved.ok() ? nullptr : MakeFailure(env, proved.failure());
}

// listHeapNames(): { constants: string[], kinds: string[], representations: string[] }
napi_value ListHeapNames(napi_env raw_env, napi_callback_info) {
  const Napi::Env env(raw_env);
  Napi::Array constants = Napi::Array::New(env);
  for (uint32_t i = 0; i < heap::NumberCount(); i++) constants.Set(i, heap::NumberName(i));
  Napi::Array kinds = Napi::Array::New(env);
  for (uint32_t i = 0; i < heap::kKinds; i++) kinds.Set(i, heap::NameOf(static_cast<heap::Kind>(i)));
  Napi::Array representations = Napi::Array::New(env);
  for (uint32_t i = 0; i < heap::kRepresentations; i++) representations.Set(i, heap::NameOf(static_cast<heap::Representation>(i)));
  Napi::Object names = Napi::Object::New(env);
  names.Set("representations", representations);
  names.Set("constants", constants);
  names.Set("kinds", kinds);
  return names;
}

napi_value MakeUnproved(napi_env env, const heap::Inspector& inspector) {
  if (inspector.refusal()) return MakeFailure(env, *inspector.refusal());
  return MakeFailure(env, {"INTERNAL", "proveHeapLayout", 0, "must be called first"});
}

// readShallowSize(value): number, -1 when its size isn't proved | FailureRecord
napi_value ReadShallowSize(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const heap::ProvedLayout* proved = arguments.inspector->layout();
  if (proved == nullptr) return MakeUnproved(env, *arguments.inspector);
  const int64_t size = heap::ShallowSize(proved->layout, arguments.Tagged(0));
  napi_value bytes = nullptr;
  // An integer that V8 can tag needs no allocation; a double does.
  if (size <= INT32_MAX) {
    napi_create_int32(env, static_cast<int32_t>(size), &bytes);
  } else {
    napi_create_double(env, static_cast<double>(size), &bytes);
  }
  return bytes;
}

// measureValue(value, figures: Float64Array, viewBytes: number): undefined | FailureRecord
napi_value MeasureValue(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  const heap::ProvedLayout* proved = arguments.inspector->layout();
  if (proved == nullptr) return MakeUnproved(env, *arguments.inspector);
  const FigureBuffer buffer = FiguresOf(env, arguments.values[1], kMeasureLength);
  if (buffer.figures == nullptr) return MakeBufferFailure(env, "measureValue", kMeasureLength);
  const auto view_bytes = static_cast<uint64_t>(Double(env, arguments.values[2], 0));
  const heap::Measure measure = heap::MeasureValue(*proved, arguments.Tagged(0), view_bytes);
  double* const figures = buffer.figures;
  figures[kMeasureKind] = static_cast<double>(measure.kind);
  figures[kMeasureRepresentation] = static_cast<double>(measure.representation);
  figures[kMeasureSelf] = static_cast<double>(measure.self);
  figures[kMeasureProperties] = static_cast<double>(measure.properties);
  figures[kMeasureElements] = static_cast<double>(measure.elements);
  figures[kMeasureTable] = static_cast<double>(measure.table);
  figures[kMeasureArguments] = static_cast<double>(measure.arguments);
  figures[kMeasureRegisters] = static_cast<double>(measure.registers);
  figures[kMeasureBuffer] = static_cast<double>(measure.buffer);
  figures[kMeasureExternal] = static_cast<double>(measure.external);
  figures[kMeasureSharedElements] = static_cast<double>(measure.shared_elements);
  figures[kMeasureSharedCharacters] = static_cast<double>(measure.shared_characters);
  figures[kMeasureSharedMemory] = static_cast<double>(measure.shared_memory);
  figures[kMeasureUnusedElements] = static_cast<double>(measure.unused_elements);
  return nullptr;
}

// The slots of a JavaScript array's own elements, read where they lie: no handle for each.
struct ValueSlots {
  heap::Address begin = 0;
  size_t count = 0;

  heap::Tagged operator[](size_t index) const { return heap::Load<heap::Tagged>(begin + index * heap::kWordBytes); }
};

// Empty when `array` isn't an array of tagged elements.
ValueSlots SlotsOf(const heap::Layout& layout, heap::Tagged array) {
  if (!heap::IsPointer(array)) return {};
  const heap::Address object = heap::AddressOf(array);
  if (heap::ShapeOfMap(layout, heap::MapOf(layout, object)) != heap::Shape::kArray) return {};
  const heap::Tagged length = heap::Load<heap::Tagged>(object + static_cast<uintptr_t>(layout.array_length));
  const heap::Address store = heap::AddressOf(heap::Load<heap::Tagged>(object + static_cast<uintptr_t>(layout.elements)));
  if (heap::ShapeOfMap(layout, heap::MapOf(layout, store)) != heap::Shape::kFixedArray || !heap::IsSmallInteger(length)) return {};
  return {store + static_cast<uintptr_t>(layout.store_data), static_cast<size_t>(heap::SmallInteger(length))};
}

// All words of the elements of any array, also of a sparse one: there the keys are among them, which are numbers.
ValueSlots StoreOf(const heap::Layout& layout, heap::Tagged array) {
  if (!heap::IsPointer(array)) return {};
  const heap::Address object = heap::AddressOf(array);
  if (heap::ShapeOfMap(layout, heap::MapOf(layout, object)) != heap::Shape::kArray) return {};
  const heap::Address store = heap::AddressOf(heap::Load<heap::Tagged>(object + static_cast<uintptr_t>(layout.elements)));
  const heap::Shape shape = heap::ShapeOfMap(layout, heap::MapOf(layout, store));
  if (shape != heap::Shape::kFixedArray && shape != heap::Shape::kNumberDictionary) return {};
  return {store + static_cast<uintptr_t>(layout.store_data), static_cast<size_t>(heap::StoreLengthOf(layout, store))};
}

// From maxObjects, deadlineMs and followClosures, the arguments from `first` on; without them there are no limits.
template <size_t kCount>
heap::WalkOptions ReadWalkOptions(napi_env env, const Arguments<kCount>& arguments, size_t first) {
  heap::WalkOptions options;
  if (arguments.count <= first) return options;
  napi_get_value_bool(env, arguments.values[first + 2], &options.follow_closures);
  const double max_objects = Double(env, arguments.values[first], INFINITY);
  const double deadline_millis = Double(env, arguments.values[first + 1], INFINITY);
  if (max_objects < 0x1p63) options.max_objects = static_cast<uint64_t>(max_objects);
  if (deadline_millis * platform::kNanosPerMilli < 0x1p62) {
    options.deadline_nanos = platform::MonotonicNanos() + static_cast<uint64_t>(deadline_millis * platform::kNanosPerMilli);
  }
  return options;
}

// How many kinds were met, and behind the other figures those kinds.
void WriteKinds(const heap::Walk& walk, double* figures) {
  double* next = figures + kWalkLength;
  for (uint64_t left = walk.kinds(); left != 0; left &= left - 1) {
    const auto kind = static_cast<size_t>(__builtin_ctzll(left));
    next[kKindNumber] = static_cast<double>(kind);
    next[kKindObjects] = static_cast<double>(walk.by_kind(kind).objects);
    next[kKindBytes] = static_cast<double>(walk.by_kind(kind).bytes);
    next += kKindLength;
  }
  figures[kWalkKinds] = static_cast<double>(__builtin_popcountll(walk.kinds()));
}

void WriteWalk(const heap::Walk& walk, heap::WalkEnd end, uint64_t start_nanos, double* figures) {
  const heap::WalkSum& sum = walk.sum();
  figures[kWalkHeapBytes] = static_cast<double>(sum.heap_bytes);
  figures[kWalkExternalBytes] = static_cast<double>(sum.external_bytes);
  figures[kWalkObjects] = static_cast<double>(sum.objects);
  figures[kWalkOpaque] = static_cast<double>(sum.opaque);
  figures[kWalkUnsized] = static_cast<double>(sum.unsized);
  figures[kWalkEnd] = static_cast<double>(end);
  figures[kWalkOwnBytes] = static_cast<double>(walk.own_bytes());
  figures[kWalkMicros] = static_cast<double>(platform::MonotonicNanos() - start_nanos) / 1000;
  WriteKinds(walk, figures);
}

// setWalkFigures(figures: Float64Array): undefined | FailureRecord
// Where walkValue writes from now on. To look at the array in each call would take a tenth of a short walk.
napi_value SetWalkFigures(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  const FigureBuffer buffer = FiguresOf(env, arguments.values[0], kDeepFigures);
  napi_ref kept = nullptr;
  if (buffer.figures == nullptr || napi_create_reference(env, arguments.values[0], 1, &kept) != napi_ok) {
    return MakeBufferFailure(env, "setWalkFigures", kDeepFigures);
  }
  Environment& environment = Environment::Of(env);
  if (environment.walk_figures_kept != nullptr) napi_delete_reference(env, environment.walk_figures_kept);
  environment.walk_figures_kept = kept;
  environment.walk_figures = buffer.figures;
  return nullptr;
}

// walkValue(value, maxObjects?, deadlineMs?, followClosures?, exclude?: unknown[]): undefined | FailureRecord
napi_value WalkValue(napi_env env, napi_callback_info info) {
  const Arguments<5> arguments(env, info);
  const heap::ProvedLayout* proved = arguments.inspector->layout();
  if (proved == nullptr) return MakeUnproved(env, *arguments.inspector);
  if (arguments.environment->walk_figures == nullptr) return MakeBufferFailure(env, "setWalkFigures", kDeepFigures);
  const uint64_t start = platform::MonotonicNanos();
  heap::Walk walk(*proved, ReadWalkOptions(env, arguments, 1));
  const ValueSlots excluded = arguments.count > 4 ? StoreOf(proved->layout, arguments.Tagged(4)) : ValueSlots();
  for (size_t i = 0; i < excluded.count; i++) walk.Exclude(excluded[i]);
  const heap::WalkEnd end = walk.Run(arguments.Tagged(0));
  WriteWalk(walk, end, start, arguments.environment->walk_figures);
  return nullptr;
}

// walkTree(values: unknown[], figures: Float64Array, maxObjects, deadlineMs, followClosures): number of how it ended | FailureRecord
napi_value WalkTree(napi_env env, napi_callback_info info) {
  const Arguments<5> arguments(env, info);
  const heap::ProvedLayout* proved = arguments.inspector->layout();
  if (proved == nullptr) return MakeUnproved(env, *arguments.inspector);
  const ValueSlots values = SlotsOf(proved->layout, arguments.Tagged(0));
  const FigureBuffer buffer = FiguresOf(env, arguments.values[1], values.count * kNodeLength);
  if (buffer.figures == nullptr) return MakeBufferFailure(env, "walkTree", values.count * kNodeLength);
  heap::Walk walk(*proved, ReadWalkOptions(env, arguments, 2));
  std::vector<bool> claimed(values.count);
  for (size_t i = 0; i < values.count; i++) {
    double* node = buffer.figures + i * kNodeLength;
    const heap::Tagged value = values[i];
    node[kNodeSelf] = static_cast<double>(heap::ShallowSize(proved->layout, value));
    claimed[i] = walk.Claim(value);
    node[kNodeSeen] = !claimed[i] && heap::IsPointer(value) && !proved->read_only.Hold(heap::AddressOf(value)) ? 1 : 0;
  }
  heap::WalkEnd end = heap::WalkEnd::kComplete;
  for (size_t i = 0; i < values.count; i++) {
    double* node = buffer.figures + i * kNodeLength;
    const heap::WalkSum before = walk.sum();
    if (claimed[i] && end == heap::WalkEnd::kComplete) end = walk.Resume(values[i]);
    node[kNodeHeapBytes] = static_cast<double>(walk.sum().heap_bytes - before.heap_bytes);
    node[kNodeExternalBytes] = static_cast<double>(walk.sum().external_bytes - before.external_bytes);
    node[kNodeObjects] = static_cast<double>(walk.sum().objects - before.objects);
  }
  napi_value ended = nullptr;
  napi_create_uint32(env, static_cast<uint32_t>(end), &ended);
  return ended;
}

void ExportWithState(napi_env env, napi_value exports, const char* name, napi_callback function) {
  napi_value callable = nullptr;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, function, &Environment::Of(env), &callable) != napi_ok) return;
  napi_set_named_property(env, exports, name, callable);
}

}  // namespace

void RegisterHeap(Napi::Env env, Napi::Object exports) {
  ExportWithState(env, exports, "proveHeapLayout", ProveHeapLayout);
  ExportWithState(env, exports, "proveHeapLayoutWith", ProveHeapLayoutWith);
  ExportWithState(env, exports, "listHeapNames", ListHeapNames);
  ExportWithState(env, exports, "readShallowSize", ReadShallowSize);
  ExportWithState(env, exports, "measureValue", MeasureValue);
  ExportWithState(env, exports, "setWalkFigures", SetWalkFigures);
  ExportWithState(env, exports, "walkValue", WalkValue);
  ExportWithState(env, exports, "walkTree", WalkTree);
}

}  // namespace allocscope::convert
