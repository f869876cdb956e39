#ifndef ALLOCSCOPE_ENVIRONMENT_H_
#define ALLOCSCOPE_ENVIRONMENT_H_

#include <napi.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "embedded/copies.h"
#include "embedded/regions.h"
#include "heap/inspector.h"
#include "heap/name_room.h"
#include "ledger/ledger.h"
#include "ledger/v8_pages.h"
#include "platform/ring.h"
#include "process/peak.h"
#include "process/statm.h"
#include "profile/gc_watch.h"
#include "profile/heap_counter.h"
#include "profile/mapped_file.h"
#include "profile/peak_mark.h"
#include "profile/profiler.h"
#include "sampler/file_sampler.h"
#include "sampler/outside_sampler.h"
#include "sampler/sampler.h"
#include "sampler/shared_events.h"

namespace allocscope {

// A flight that is being recorded: one of the samplers, and what its rows carry of V8.
struct Flight {
  sampler::Sampler* sampler = nullptr;
  double figures[sampler::kMaxPublished] = {};
  std::optional<sampler::SharedEvents> events;
  // Null where only the event loop publishes.
  std::unique_ptr<profile::GcWatch> gc;
};

// What one Node environment (the main thread or a worker) keeps between calls. Node deletes it when that environment ends, however it ends.
struct Environment {
  process::StatmReader statm;
  process::UsageReader usage;
  heap::Inspector heap;
  heap::NameRoom name_room;
  // Where walks write their figures: memory of a Float64Array that the reference keeps. Null before the first walk.
  double* walk_figures = nullptr;
  napi_ref walk_figures_kept = nullptr;
  embedded::Finder embedded;
  // As of the last look; empty before the first.
  embedded::Regions embedded_regions;
  // Nothing until a ledger has proved it.
  std::optional<ledger::V8Proof> v8_proof;
  // Nothing until a ledger beside another isolate has proved it.
  std::optional<ledger::ExternalCounter> external_counter;
  // By their numbers in JavaScript. Ending the environment ends their threads.
  std::map<uint32_t, std::unique_ptr<sampler::Sampler>> samplers;
  std::map<uint32_t, std::unique_ptr<sampler::OutsideSampler>> outside_samplers;
  std::map<uint32_t, std::unique_ptr<sampler::FileSampler>> file_samplers;
  // Rings whose samplers are in other processes; their numbers are of the same series.
  std::map<uint32_t, std::unique_ptr<platform::Ring>> rings;
  uint32_t next_sampler = 1;
  // Null while none is recorded. It must end before its sampler.
  std::unique_ptr<Flight> flight;
  // Null until something is counted. It must outlive the profiler below, which uses it.
  std::unique_ptr<profile::HeapCounter> heap_counter;
  std::unique_ptr<profile::PeakMark> peak_mark;
  // Null until this thread is profiled. JavaScript has views of the files' memory, which stays mapped as long as the environment.
  std::unique_ptr<profile::Profiler> profiler;
  std::vector<std::unique_ptr<profile::MappedFile>> profile_files;

  static Environment& Of(napi_env env);
  static void Attach(napi_env env);
};

}  // namespace allocscope

#endif  // ALLOCSCOPE_ENVIRONMENT_H_
