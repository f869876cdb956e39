// An addon that uses known amounts of memory, so that tests can compare allocscope's figures with them.
#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <napi.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "known_memory.h"

namespace {

using known_memory::ArenaMaker;
using known_memory::Blocks;
using known_memory::FencedThread;
using known_memory::HoldingThreads;
using known_memory::Nanos;
using known_memory::Victim;

struct State {
  std::vector<std::unique_ptr<Blocks>> blocks;
  std::vector<std::unique_ptr<HoldingThreads>> threads;
  std::vector<std::unique_ptr<FencedThread>> fenced;
  std::unique_ptr<Victim> victim;
  std::unique_ptr<ArenaMaker> arena_maker;
};

State& StateOf(const Napi::CallbackInfo& info) { return *info.Env().GetInstanceData<State>(); }

size_t Size(const Napi::CallbackInfo& info, size_t index) { return static_cast<size_t>(info[index].As<Napi::Number>().Int64Value()); }

// allocate(count, bytes): handle
Napi::Value Allocate(const Napi::CallbackInfo& info) {
  State& state = StateOf(info);
  state.blocks.push_back(std::make_unique<Blocks>(Size(info, 0), Size(info, 1)));
  return Napi::Number::New(info.Env(), static_cast<double>(state.blocks.size() - 1));
}

// free(handle, keepEach, shuffled?): bytes still held
Napi::Value Free(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), StateOf(info).blocks[Size(info, 0)]->Free(Size(info, 1), info[2].ToBoolean()));
}

// leak(count, bytes): void
// Blocks that nobody knows any more, and nothing beside them.
void Leak(const Napi::CallbackInfo& info) {
  for (size_t left = Size(info, 0); left > 0; left--) {
    void* volatile block = std::malloc(Size(info, 1));
    std::memset(block, 1, Size(info, 1));
  }
}

// churn(count, bytes, turns): void
// So many blocks are held for a moment and freed, time after time.
void Churn(const Napi::CallbackInfo& info) {
  std::vector<void*> held(Size(info, 0));
  for (size_t left = Size(info, 2); left > 0; left--) {
    for (void*& block : held) {
      block = std::malloc(Size(info, 1));
      std::memset(block, 1, Size(info, 1));
    }
    for (void* block : held) std::free(block);
  }
}

// usableBytes(handle): number
Napi::Value UsableBytes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), StateOf(info).blocks[Size(info, 0)]->UsableBytes());
}

// holdInThreads(threads, count, bytes): void
void HoldInThreads(const Napi::CallbackInfo& info) {
  StateOf(info).threads.push_back(std::make_unique<HoldingThreads>(Size(info, 0), Size(info, 1), Size(info, 2)));
}

// joinThreads(): void
void JoinThreads(const Napi::CallbackInfo& info) { StateOf(info).threads.clear(); }

// startArenaMaker(threads, firstBytes): void
void StartArenaMaker(const Napi::CallbackInfo& info) {
  StateOf(info).arena_maker = std::make_unique<ArenaMaker>(Size(info, 0), Size(info, 1));
}

// isArenaMakerFinished(): whether every thread holds its block
Napi::Value IsArenaMakerFinished(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), StateOf(info).arena_maker->finished());
}

// stopArenaMaker(): void
void StopArenaMaker(const Napi::CallbackInfo& info) { StateOf(info).arena_maker.reset(); }

// fenceFreeChunks(count, bytes): whether they are fenced, until the process ends
Napi::Value FenceFreeChunks(const Napi::CallbackInfo& info) {
  State& state = StateOf(info);
  state.fenced.push_back(std::make_unique<FencedThread>(Size(info, 0), Size(info, 1)));
  return Napi::Boolean::New(info.Env(), state.fenced.back()->fenced());
}

// blockBreak(): whether something stands where the program break would grow into from now on
Napi::Value BlockBreak(const Napi::CallbackInfo& info) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const uintptr_t next = (reinterpret_cast<uintptr_t>(sbrk(0)) + page - 1) & ~(page - 1);
  constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
  const void* const mapped = mmap(reinterpret_cast<void*>(next), page, PROT_NONE, kFlags, -1, 0);
  return Napi::Boolean::New(info.Env(), mapped != MAP_FAILED || errno == EEXIST);
}

// startVictim(): void
void StartVictim(const Napi::CallbackInfo& info) { StateOf(info).victim = std::make_unique<Victim>(); }

// stopVictim(): the longest allocation, microseconds
Napi::Value StopVictim(const Napi::CallbackInfo& info) {
  const double longest = StateOf(info).victim->Stop();
  StateOf(info).victim.reset();
  return Napi::Number::New(info.Env(), longest);
}

// mallinfo2(): { arena, ordblks, smblks, hblks, hblkhd, fsmblks, uordblks, fordblks, keepcost }
Napi::Value Mallinfo2(const Napi::CallbackInfo& info) {
  const struct mallinfo2 read = mallinfo2();
  const std::pair<const char*, size_t> fields[] = {{"arena", read.arena},       {"ordblks", read.ordblks},   {"smblks", read.smblks},
                                                   {"hblks", read.hblks},       {"hblkhd", read.hblkhd},     {"fsmblks", read.fsmblks},
                                                   {"uordblks", read.uordblks}, {"fordblks", read.fordblks}, {"keepcost", read.keepcost}};
  Napi::Object result = Napi::Object::New(info.Env());
  for (const auto& [name, value] : fields) result.Set(name, static_cast<double>(value));
  return result;
}

void AppendTo(void* text, const char* part) { static_cast<std::string*>(text)->append(part); }

// jemallocStatsPrint(options): jemalloc's own report
Napi::Value JemallocStatsPrint(const Napi::CallbackInfo& info) {
  using Print = void (*)(void (*)(void*, const char*), void*, const char*);
  const auto print = reinterpret_cast<Print>(dlsym(RTLD_DEFAULT, "malloc_stats_print"));
  std::string text;
  if (print != nullptr) print(AppendTo, &text, info[0].As<Napi::String>().Utf8Value().c_str());
  return Napi::String::New(info.Env(), text);
}

// tcmallocStats(): gperftools' own report
Napi::Value TcmallocStats(const Napi::CallbackInfo& info) {
  const auto stats = reinterpret_cast<void (*)(char*, int)>(dlsym(RTLD_DEFAULT, "MallocExtension_GetStats"));
  std::vector<char> text(1 << 18);
  if (stats != nullptr) stats(text.data(), static_cast<int>(text.size()));
  return Napi::String::New(info.Env(), text.data());
}

void AppendMimalloc(const char* part, void* text) { static_cast<std::string*>(text)->append(part); }

// mimallocStats(): mimalloc's own report
Napi::Value MimallocStats(const Napi::CallbackInfo& info) {
  using Print = void (*)(void (*)(const char*, void*), void*);
  const auto print = reinterpret_cast<Print>(dlsym(RTLD_DEFAULT, "mi_stats_print_out"));
  std::string text;
  if (print != nullptr) print(AppendMimalloc, &text);
  return Napi::String::New(info.Env(), text);
}

// The functions of these names that the process resolves: node's own binding of them may be glibc's.
//
// liveMallinfo2(): { hblkhd, uordblks, fordblks }
Napi::Value LiveMallinfo2(const Napi::CallbackInfo& info) {
  const auto read = reinterpret_cast<struct mallinfo2 (*)()>(dlsym(RTLD_DEFAULT, "mallinfo2"));
  const struct mallinfo2 totals = read();
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("hblkhd", static_cast<double>(totals.hblkhd));
  result.Set("uordblks", static_cast<double>(totals.uordblks));
  result.Set("fordblks", static_cast<double>(totals.fordblks));
  return result;
}

// liveMallocInfo(): the text of malloc_info, through a file
Napi::Value LiveMallocInfo(const Napi::CallbackInfo& info) {
  const auto print = reinterpret_cast<int (*)(int, FILE*)>(dlsym(RTLD_DEFAULT, "malloc_info"));
  FILE* const file = std::tmpfile();
  std::string text;
  if (file == nullptr) return Napi::String::New(info.Env(), text);
  print(0, file);
  std::rewind(file);
  for (int next = std::fgetc(file); next != EOF; next = std::fgetc(file)) text.push_back(static_cast<char>(next));
  std::fclose(file);
  return Napi::String::New(info.Env(), text);
}

// loadLibrary(path): whether it was loaded
Napi::Value LoadLibrary(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), dlopen(info[0].As<Napi::String>().Utf8Value().c_str(), RTLD_NOW | RTLD_LOCAL) != nullptr);
}

// declareExternal(bytes): the bytes that V8 knows of afterwards
Napi::Value DeclareExternal(const Napi::CallbackInfo& info) {
  int64_t total = 0;
  napi_adjust_external_memory(info.Env(), info[0].As<Napi::Number>().Int64Value(), &total);
  return Napi::Number::New(info.Env(), static_cast<double>(total));
}

uint64_t NanosOf(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(now.tv_nsec);
}

// wakeUp(intervalMs, forMs, reading): the share of a core of a thread that only wakes up at that pace and, when `reading`, reads RSS. It is
// the least that any sampler could cost on this machine now. Blocks.
Napi::Value WakeUp(const Napi::CallbackInfo& info) {
  const auto nanos = [&info](size_t index) { return static_cast<uint64_t>(info[index].As<Napi::Number>().DoubleValue() * 1e6); };
  const uint64_t interval = nanos(0);
  const uint64_t duration = nanos(1);
  const bool reading = info[2].As<Napi::Boolean>();
  double share = 0;
  std::thread([interval, duration, reading, &share] {
    const int statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    const uint64_t begin = NanosOf(CLOCK_MONOTONIC);
    for (uint64_t deadline = begin; deadline < begin + duration; deadline += interval) {
      const timespec until{static_cast<time_t>(deadline / 1'000'000'000u), static_cast<long>(deadline % 1'000'000'000u)};
      clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
      char text[128];
      if (reading && pread(statm, text, sizeof text, 0) < 0) break;
    }
    share = static_cast<double>(NanosOf(CLOCK_THREAD_CPUTIME_ID)) / static_cast<double>(NanosOf(CLOCK_MONOTONIC) - begin);
    close(statm);
  }).join();
  return Napi::Number::New(info.Env(), share);
}

Napi::Object Initialize(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new State());
  exports.Set("allocate", Napi::Function::New(env, Allocate));
  exports.Set("free", Napi::Function::New(env, Free));
  exports.Set("leak", Napi::Function::New(env, Leak));
  exports.Set("churn", Napi::Function::New(env, Churn));
  exports.Set("usableBytes", Napi::Function::New(env, UsableBytes));
  exports.Set("holdInThreads", Napi::Function::New(env, HoldInThreads));
  exports.Set("joinThreads", Napi::Function::New(env, JoinThreads));
  exports.Set("startArenaMaker", Napi::Function::New(env, StartArenaMaker));
  exports.Set("isArenaMakerFinished", Napi::Function::New(env, IsArenaMakerFinished));
  exports.Set("stopArenaMaker", Napi::Function::New(env, StopArenaMaker));
  exports.Set("fenceFreeChunks", Napi::Function::New(env, FenceFreeChunks));
  exports.Set("blockBreak", Napi::Function::New(env, BlockBreak));
  exports.Set("startVictim", Napi::Function::New(env, StartVictim));
  exports.Set("stopVictim", Napi::Function::New(env, StopVictim));
  exports.Set("mallinfo2", Napi::Function::New(env, Mallinfo2));
  exports.Set("jemallocStatsPrint", Napi::Function::New(env, JemallocStatsPrint));
  exports.Set("tcmallocStats", Napi::Function::New(env, TcmallocStats));
  exports.Set("mimallocStats", Napi::Function::New(env, MimallocStats));
  exports.Set("liveMallinfo2", Napi::Function::New(env, LiveMallinfo2));
  exports.Set("liveMallocInfo", Napi::Function::New(env, LiveMallocInfo));
  exports.Set("wakeUp", Napi::Function::New(env, WakeUp));
  exports.Set("loadLibrary", Napi::Function::New(env, LoadLibrary));
  exports.Set("declareExternal", Napi::Function::New(env, DeclareExternal));
  return exports;
}

}  // namespace

NODE_API_MODULE(fixture, Initialize)
