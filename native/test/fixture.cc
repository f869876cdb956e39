// An addon that uses known amounts of memory, so that tests can compare allocscope's figures with them.
#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <napi.h>
#include <pthread.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

// Blocks whose every byte was written, so that they are resident.
class Blocks {
 public:
  Blocks(size_t count, size_t bytes) : blocks_(count), bytes_(bytes) {
    for (void*& block : blocks_) {
      block = std::malloc(bytes);
      if (block != nullptr) std::memset(block, 1, bytes);
    }
  }
  ~Blocks() {
    for (void* block : blocks_) std::free(block);
  }

  // Frees all but each `keep_each`th block (all of them when it is 0), in a random order when `shuffled`, so that free lists jump about in
  // memory; the bytes that the program asked for and still holds.
  double Free(size_t keep_each, bool shuffled) {
    if (shuffled) Shuffle();
    size_t kept = 0;
    for (size_t i = 0; i < blocks_.size(); i++) {
      if (keep_each != 0 && i % keep_each == 0) {
        kept += blocks_[i] != nullptr ? 1 : 0;
        continue;
      }
      std::free(blocks_[i]);
      blocks_[i] = nullptr;
    }
    if (keep_each == 0) std::vector<void*>().swap(blocks_);
    return static_cast<double>(kept * bytes_);
  }

  // The whole pages between the first block and the last one that are held: all there is in them is blocks and free chunks, when they were
  // allocated one after the other.
  std::pair<char*, char*> PagesWithin() const {
    const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    uintptr_t first = UINTPTR_MAX;
    uintptr_t last = 0;
    for (void* block : blocks_) {
      if (block == nullptr) continue;
      first = std::min(first, reinterpret_cast<uintptr_t>(block));
      last = std::max(last, reinterpret_cast<uintptr_t>(block));
    }
    return {reinterpret_cast<char*>((first + page - 1) & ~(page - 1)), reinterpret_cast<char*>(last & ~(page - 1))};
  }

  // What the allocator itself says that it gave for the blocks still held.
  double UsableBytes() const {
    size_t usable = 0;
    for (void* block : blocks_) usable += malloc_usable_size(block);
    return static_cast<double>(usable);
  }

 private:
  // Among the odd and among the even places, so that blocks which are neighbours in memory aren't freed together.
  void Shuffle() {
    std::mt19937 random(1);
    for (size_t i = blocks_.size(); i-- > 2;) std::swap(blocks_[i], blocks_[i % 2 + 2 * (random() % (i / 2 + 1))]);
  }

  std::vector<void*> blocks_;
  size_t bytes_;
};

// Threads that hold blocks, each in whatever arena the allocator gives it, until they are told to free them and end.
class HoldingThreads {
 public:
  HoldingThreads(size_t threads, size_t count, size_t bytes) {
    for (size_t i = 0; i < threads; i++) threads_.emplace_back([this, count, bytes] { Hold(count, bytes); });
    while (holding_.load() < threads) std::this_thread::yield();
  }
  ~HoldingThreads() {
    release_.store(true);
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void Hold(size_t count, size_t bytes) {
    const Blocks blocks(count, bytes);
    holding_.fetch_add(1);
    while (!release_.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  std::vector<std::thread> threads_;
  std::atomic<size_t> holding_{0};
  std::atomic<bool> release_{false};
};

// Makes threads one after the other, each of which holds one block: where no two may share an arena, each has one of its own, and the k-th
// one is a page larger than the one before.
class ArenaMaker {
 public:
  ArenaMaker(size_t threads, size_t first_bytes) : maker_([this, threads, first_bytes] { Make(threads, first_bytes); }) {}
  ~ArenaMaker() {
    stop_.store(true);
    maker_.join();
  }

  bool finished() const { return finished_.load(); }

 private:
  static constexpr size_t kStepBytes = 4096;

  void Make(size_t threads, size_t first_bytes) {
    for (size_t i = 0; i < threads && !stop_.load(); i++) {
      const size_t before = holding_.load();
      threads_.emplace_back([this, bytes = first_bytes + i * kStepBytes] { Hold(bytes); });
      while (holding_.load() == before) std::this_thread::yield();
    }
    finished_.store(true);
    for (std::thread& thread : threads_) thread.join();
  }

  void Hold(size_t bytes) {
    void* const volatile block = std::malloc(bytes);
    holding_.fetch_add(1);
    while (!stop_.load()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::free(block);
  }

  std::vector<std::thread> threads_;
  std::atomic<size_t> holding_{0};
  std::atomic<bool> stop_{false};
  std::atomic<bool> finished_{false};
  std::thread maker_;
};

// A thread's arena whose free chunks can't be touched: whoever walks its free lists is ended by SIGSEGV. Nobody else allocates from it as
// long as the thread lives, provided that there may be more arenas than threads (MALLOC_ARENA_MAX).
class FencedThread {
 public:
  FencedThread(size_t count, size_t bytes)
      : thread_([this, count, bytes] {
          Blocks blocks(count, bytes);
          blocks.Free(2, false);
          const auto [begin, end] = blocks.PagesWithin();
          fenced_.store(end > begin && mprotect(begin, static_cast<size_t>(end - begin), PROT_NONE) == 0);
          ready_.store(true);
          while (!release_.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
          if (fenced_.load()) mprotect(begin, static_cast<size_t>(end - begin), PROT_READ | PROT_WRITE);
        }) {
    while (!ready_.load()) std::this_thread::yield();
  }
  ~FencedThread() {
    release_.store(true);
    thread_.join();
  }

  bool fenced() const { return fenced_.load(); }

 private:
  std::atomic<bool> ready_{false};
  std::atomic<bool> fenced_{false};
  std::atomic<bool> release_{false};
  std::thread thread_;
};

uint64_t Nanos() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(now.tv_nsec);
}

// A thread that allocates without pause and remembers the longest that one allocation took.
class Victim {
 public:
  // Past tcache, so that each allocation takes its arena's lock.
  static constexpr size_t kBytes = 2000;

  Victim() : thread_([this] { Run(); }) {}
  ~Victim() { Stop(); }

  double Stop() {
    stop_.store(true);
    if (thread_.joinable()) thread_.join();
    return static_cast<double>(longest_) / 1000.0;
  }

 private:
  void Run() {
    while (!stop_.load(std::memory_order_relaxed)) {
      const uint64_t start = Nanos();
      void* volatile block = std::malloc(kBytes);
      std::free(block);
      const uint64_t took = Nanos() - start;
      if (took > longest_) longest_ = took;
    }
  }

  std::atomic<bool> stop_{false};
  uint64_t longest_ = 0;
  std::thread thread_;
};

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
  exports.Set("wakeUp", Napi::Function::New(env, WakeUp));
  exports.Set("loadLibrary", Napi::Function::New(env, LoadLibrary));
  exports.Set("declareExternal", Napi::Function::New(env, DeclareExternal));
  return exports;
}

}  // namespace

NODE_API_MODULE(fixture, Initialize)
