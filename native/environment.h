#ifndef ALLOCSCOPE_ENVIRONMENT_H_
#define ALLOCSCOPE_ENVIRONMENT_H_

#include <napi.h>

#include "heap/inspector.h"
#include "process/peak.h"
#include "process/statm.h"

namespace allocscope {

// What one Node environment (the main thread or a worker) keeps between calls. Node deletes it when that environment ends, however it ends.
struct Environment {
  process::StatmReader statm;
  process::UsageReader usage;
  heap::Inspector heap;

  static Environment& Of(napi_env env);
  static void Attach(napi_env env);
};

}  // namespace allocscope

#endif  // ALLOCSCOPE_ENVIRONMENT_H_
