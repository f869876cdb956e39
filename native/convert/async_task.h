#ifndef ALLOCSCOPE_CONVERT_ASYNC_TASK_H_
#define ALLOCSCOPE_CONVERT_ASYNC_TASK_H_

#include <napi.h>

#include <memory>
#include <utility>

#include "convert/values.h"
#include "result.h"

namespace allocscope::convert {

// Does work on a thread of libuv's pool and resolves a promise with its result: a value or a failure record. `Work` is called on that
// thread and returns a Result<Value>. `Make` turns the Value into a napi_value on the calling thread.
template <typename Value, typename Work>
class AsyncTask {
 public:
  using Make = napi_value (*)(napi_env env, const Value& value);

  // The promise; null when the environment is ending and none could be made.
  static napi_value Start(napi_env env, const char* name, Work work, Make make) {
    auto task = std::unique_ptr<AsyncTask>(new AsyncTask(std::move(work), make));
    napi_value promise, resource_name;
    if (napi_create_promise(env, &task->deferred_, &promise) != napi_ok) return nullptr;
    if (napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &resource_name) != napi_ok) return nullptr;
    if (napi_create_async_work(env, nullptr, resource_name, Execute, Complete, task.get(), &task->work_handle_) != napi_ok) return nullptr;
    if (napi_queue_async_work(env, task->work_handle_) != napi_ok) return nullptr;
    // Complete() owns it from here on.
    static_cast<void>(task.release());
    return promise;
  }

 private:
  AsyncTask(Work work, Make make) : work_(std::move(work)), make_(make), result_(Failure{"INTERNAL", "", 0, "the work was cancelled"}) {}

  static void Execute(napi_env, void* data) {
    auto* task = static_cast<AsyncTask*>(data);
    task->result_ = task->work_();
  }

  static void Complete(napi_env env, napi_status, void* data) {
    const std::unique_ptr<AsyncTask> task(static_cast<AsyncTask*>(data));
    const napi_value value = task->result_.ok() ? task->make_(env, task->result_.value()) : MakeFailure(env, task->result_.failure());
    napi_resolve_deferred(env, task->deferred_, value);
    napi_delete_async_work(env, task->work_handle_);
  }

  Work work_;
  Make make_;
  Result<Value> result_;
  napi_deferred deferred_ = nullptr;
  napi_async_work work_handle_ = nullptr;
};

}  // namespace allocscope::convert

#endif  // ALLOCSCOPE_CONVERT_ASYNC_TASK_H_
