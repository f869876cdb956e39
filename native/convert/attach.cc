#include "attach/attach.h"

#include <napi.h>

#include <string>

#include "convert/register.h"
#include "convert/values.h"

namespace allocscope::convert {
namespace {

// askProcess(pid: number, library: string, request: string, timeoutMs: number): string | FailureRecord
napi_value AskProcess(napi_env env, napi_callback_info raw_info) {
  const Napi::CallbackInfo info(env, raw_info);
  if (info.Length() < 4 || !info[0].IsNumber() || !info[1].IsString() || !info[2].IsString() || !info[3].IsNumber()) {
    return MakeFailure(env, {"INTERNAL", "askProcess", 0, "expected a pid, a path, a request and a time"});
  }
  const auto text = [&](size_t index) { return info[index].As<Napi::String>().Utf8Value(); };
  const Result<std::string> answer =
      attach::Ask(info[0].As<Napi::Number>().Int32Value(), text(1), text(2), info[3].As<Napi::Number>().Uint32Value());
  if (!answer.ok()) return MakeFailure(env, answer.failure());
  return Napi::String::New(env, answer.value());
}

}  // namespace

void RegisterAttach(Napi::Env env, Napi::Object exports) { Export(env, exports, "askProcess", AskProcess); }

}  // namespace allocscope::convert
