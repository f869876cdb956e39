#include <napi.h>

#include <algorithm>
#include <array>

#include "convert/register.h"
#include "convert/values.h"
#include "environment.h"
#include "heap/name_room.h"

namespace allocscope::convert {
namespace {

uintptr_t HandleOf(napi_value value) { return reinterpret_cast<uintptr_t>(value); }

int64_t Integer(napi_env env, napi_value value) {
  int64_t number = 0;
  napi_get_value_int64(env, value, &number);
  return number;
}

// proveNameRoom(few: object, proxy: object, kinds: object[], names: number, numbers: number): boolean
// By Node-API alone: its C++ classes end the process where a call fails, as it does in a worker that is being terminated.
napi_value ProveNameRoom(napi_env env, napi_callback_info info) {
  std::array<napi_value, 5> given{};
  size_t count = given.size();
  napi_get_cb_info(env, info, &count, given.data(), nullptr, nullptr);
  heap::NameExamples examples{};
  examples.few = HandleOf(given[0]);
  examples.proxy = HandleOf(given[1]);
  uint32_t kinds = 0;
  bool is_complete = napi_get_array_length(env, given[2], &kinds) == napi_ok;
  examples.kind_count = std::min<size_t>(kinds, heap::NameExamples::kMostKinds);
  for (uint32_t i = 0; is_complete && i < examples.kind_count; i++) {
    napi_value kind = nullptr;
    is_complete = napi_get_element(env, given[2], i, &kind) == napi_ok;
    examples.kinds[i] = HandleOf(kind);
  }
  examples.names = Integer(env, given[3]);
  examples.numbers = Integer(env, given[4]);
  napi_value proved = nullptr;
  napi_get_boolean(env, is_complete && kinds > 0 && Environment::Of(env).name_room.Prove(examples), &proved);
  return proved;
}

// readNameRoom(value: object): number, -1 where it isn't known
napi_value ReadNameRoom(napi_env env, napi_callback_info info) {
  napi_value given = nullptr;
  size_t count = 1;
  napi_get_cb_info(env, info, &count, &given, nullptr, nullptr);
  const int64_t words = Environment::Of(env).name_room.Of(HandleOf(given)).value_or(-1);
  napi_value number = nullptr;
  napi_create_double(env, static_cast<double>(words), &number);
  return number;
}

}  // namespace

void RegisterNames(Napi::Env env, Napi::Object exports) {
  Export(env, exports, "proveNameRoom", ProveNameRoom);
  Export(env, exports, "readNameRoom", ReadNameRoom);
}

}  // namespace allocscope::convert
