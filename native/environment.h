#ifndef ALLOCSCOPE_ENVIRONMENT_H_
#define ALLOCSCOPE_ENVIRONMENT_H_

#include <napi.h>

#include <cstdint>
#include <map>
#include <memory>

#include "heap/inspector.h"
#include "process/peak.h"
#include "process/statm.h"
#include "sampler/ring.h"
#include "sampler/sampler.h"

namespace allocscope {

// What one Node environment (the main thread or a worker) keeps between calls. Node deletes it when that environment ends, however it ends.
struct Environment {
  process::StatmReader statm;
  process::UsageReader usage;
  heap::Inspector heap;
  // By the number that JavaScript knows each by. Ending the environment ends their threads.
  std::map<uint32_t, std::unique_ptr<sampler::Sampler>> samplers;
  // Rings whose samplers are in other processes; their numbers are of the same series.
  std::map<uint32_t, std::unique_ptr<sampler::Ring>> rings;
  uint32_t next_sampler = 1;

  static Environment& Of(napi_env env);
  static void Attach(napi_env env);
};

}  // namespace allocscope

#endif  // ALLOCSCOPE_ENVIRONMENT_H_
