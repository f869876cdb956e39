#include "environment.h"

namespace allocscope {

Environment& Environment::Of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return *static_cast<Environment*>(data);
}

void Environment::Attach(napi_env env) {
  const auto destroy = [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); };
  napi_set_instance_data(env, new Environment(), destroy, nullptr);
}

}  // namespace allocscope
