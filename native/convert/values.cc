#include "convert/values.h"

#include <cmath>
#include <string>

namespace allocscope::convert {

napi_value MakeFailure(napi_env env, const Failure& failure) {
  Napi::Object record = Napi::Object::New(env);
  record.Set("code", failure.code);
  record.Set("call", failure.call);
  record.Set("errno", failure.error_number);
  record.Set("message", failure.message);
  Napi::Object holder = Napi::Object::New(env);
  holder.Set("failure", record);
  return holder;
}

napi_value MakeFigures(napi_env env, std::initializer_list<std::pair<const char*, double>> figures) {
  Napi::Object made = Napi::Object::New(env);
  for (const auto& [name, value] : figures) {
    if (!std::isnan(value)) made.Set(name, value);
  }
  return made;
}

FigureBuffer FigureBufferArgument(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  if (napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr) != napi_ok || count < 1) return {};
  bool is_typed_array = false;
  if (napi_is_typedarray(env, argument, &is_typed_array) != napi_ok || !is_typed_array) return {};
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  if (napi_get_typedarray_info(env, argument, &type, &length, &data, nullptr, nullptr) != napi_ok) return {};
  if (type != napi_float64_array || data == nullptr) return {};
  return {static_cast<double*>(data), length};
}

napi_value MakeBufferFailure(napi_env env, const char* call, size_t needed) {
  return MakeFailure(env, {"INTERNAL", call, 0, "expected an attached Float64Array of at least " + std::to_string(needed) + " elements"});
}

void Export(napi_env env, napi_value exports, const char* name, napi_callback function) {
  napi_value callable;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &callable) != napi_ok) return;
  napi_set_named_property(env, exports, name, callable);
}

}  // namespace allocscope::convert
