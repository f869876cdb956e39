// An addon that allocates in every way that there is, and counts what it holds itself: the oracle of the tracker's tests. Of each way its
// blocks are told by their size, which a test chooses.
#include <dlfcn.h>
#include <malloc.h>
#include <napi.h>
#include <pthread.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <new>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr size_t kAlignment = 64;

struct alignas(kAlignment) Aligned {
  char bytes[kAlignment];
};

struct Way {
  void* (*allocate)(size_t bytes);
  void (*release)(void* block);
};

void* ByStrdup(size_t bytes) {
  const std::string text(bytes - 1, 'x');
  return strdup(text.c_str());
}

void* ByPosixMemalign(size_t bytes) {
  void* block = nullptr;
  return posix_memalign(&block, kAlignment, bytes) == 0 ? block : nullptr;
}

// Grows to what was asked for from another size.
void* ByRealloc(size_t bytes) { return realloc(malloc(bytes / 3 + 1), bytes); }

// Stays where it is: the block has room already.
void* ByShrinking(size_t bytes) { return realloc(malloc(bytes + 1), bytes); }

const std::map<std::string, Way>& Ways() {
  static const auto* ways = new std::map<std::string, Way>{
      {"malloc", {[](size_t bytes) { return malloc(bytes); }, free}},
      {"calloc", {[](size_t bytes) { return calloc(1, bytes); }, free}},
      {"realloc", {ByRealloc, free}},
      {"shrinking realloc", {ByShrinking, free}},
      {"reallocarray", {[](size_t bytes) { return reallocarray(nullptr, 1, bytes); }, free}},
      {"posix_memalign", {ByPosixMemalign, free}},
      {"aligned_alloc", {[](size_t bytes) { return aligned_alloc(kAlignment, bytes); }, free}},
      {"memalign", {[](size_t bytes) { return memalign(kAlignment, bytes); }, free}},
      {"valloc", {[](size_t bytes) { return valloc(bytes); }, free}},
      {"strdup", {ByStrdup, free}},
      {"new", {[](size_t bytes) { return operator new(bytes); }, [](void* block) { operator delete(block); }}},
      {"new[]",
       {[](size_t bytes) { return static_cast<void*>(new char[bytes]); }, [](void* block) { delete[] static_cast<char*>(block); }}},
      {"nothrow new",
       {[](size_t bytes) { return operator new(bytes, std::nothrow); }, [](void* block) { operator delete(block, std::nothrow); }}},
      {"aligned new",
       {[](size_t bytes) { return operator new (bytes, std::align_val_t{kAlignment}); },
        [](void* block) { operator delete (block, std::align_val_t{kAlignment}); }}},
      {"free by realloc", {[](size_t bytes) { return malloc(bytes); }, [](void* block) { free(realloc(block, 1)); }}},
  };
  return *ways;
}

struct Held {
  const Way* way;
  std::vector<void*> blocks;
  size_t bytes;
};

std::vector<Held>& Holdings() {
  static auto* held = new std::vector<Held>();
  return *held;
}

// ways(): string[]
Napi::Value ListWays(const Napi::CallbackInfo& info) {
  Napi::Array names = Napi::Array::New(info.Env());
  for (const auto& [name, way] : Ways()) names.Set(names.Length(), name);
  return names;
}

// hold(way, count, bytes): number
// Allocates, and answers with the handle for release().
Napi::Value Hold(const Napi::CallbackInfo& info) {
  const auto way = Ways().find(info[0].As<Napi::String>());
  const uint32_t count = info[1].As<Napi::Number>();
  const size_t bytes = info[2].As<Napi::Number>().Uint32Value();
  Held held{&way->second, {}, bytes};
  for (uint32_t i = 0; i < count; i++) held.blocks.push_back(way->second.allocate(bytes));
  Holdings().push_back(std::move(held));
  return Napi::Number::New(info.Env(), static_cast<double>(Holdings().size() - 1));
}

// Allocates in a thread of node's pool.
class HoldWork : public Napi::AsyncWorker {
 public:
  HoldWork(Napi::Env env, const Way& way, uint32_t count, size_t bytes)
      : AsyncWorker(env), deferred_(Napi::Promise::Deferred::New(env)), held_{&way, {}, bytes}, count_(count) {}

  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override {
    for (uint32_t i = 0; i < count_; i++) held_.blocks.push_back(held_.way->allocate(held_.bytes));
  }
  void OnOK() override {
    Holdings().push_back(std::move(held_));
    deferred_.Resolve(Napi::Number::New(Env(), static_cast<double>(Holdings().size() - 1)));
  }

 private:
  Napi::Promise::Deferred deferred_;
  Held held_;
  uint32_t count_;
};

// holdInPool(way, count, bytes): Promise<number>
Napi::Value HoldInPool(const Napi::CallbackInfo& info) {
  const Way& way = Ways().at(info[0].As<Napi::String>());
  auto* work = new HoldWork(info.Env(), way, info[1].As<Napi::Number>(), info[2].As<Napi::Number>().Uint32Value());
  const Napi::Promise promise = work->promise();
  work->Queue();
  return promise;
}

// release(handle, keptEach): number
// Frees all but every keptEach-th block, and answers with how many bytes it still holds of them. 0 frees all.
Napi::Value Release(const Napi::CallbackInfo& info) {
  Held& held = Holdings()[info[0].As<Napi::Number>().Uint32Value()];
  const uint32_t kept_each = info[1].As<Napi::Number>();
  std::vector<void*> kept;
  for (size_t i = 0; i < held.blocks.size(); i++) {
    if (kept_each != 0 && i % kept_each == 0) {
      kept.push_back(held.blocks[i]);
    } else {
      held.way->release(held.blocks[i]);
    }
  }
  held.blocks = std::move(kept);
  return Napi::Number::New(info.Env(), static_cast<double>(held.blocks.size() * held.bytes));
}

// passOn(threads, count, bytes): void
// Blocks that one thread allocates and another frees, all of them.
void PassOn(const Napi::CallbackInfo& info) {
  const uint32_t threads = info[0].As<Napi::Number>();
  const uint32_t count = info[1].As<Napi::Number>();
  const size_t bytes = info[2].As<Napi::Number>().Uint32Value();
  std::vector<void*> blocks(static_cast<size_t>(threads) * count);
  std::vector<std::thread> running;
  for (uint32_t t = 0; t < threads; t++) {
    running.emplace_back([&blocks, t, count, bytes] {
      // As Rust's threads do first of all. It allocates while it holds a lock of the thread's.
      pthread_attr_t attributes;
      if (pthread_getattr_np(pthread_self(), &attributes) == 0) pthread_attr_destroy(&attributes);
      for (uint32_t i = 0; i < count; i++) blocks[t * count + i] = malloc(bytes);
    });
  }
  for (std::thread& thread : running) thread.join();
  running.clear();
  for (uint32_t t = 0; t < threads; t++) {
    running.emplace_back([&blocks, t, count, threads] {
      for (uint32_t i = 0; i < count; i++) free(blocks[(t + 1) % threads * count + i]);
    });
  }
  for (std::thread& thread : running) thread.join();
}

// failToAllocate(bytes): number
// Asks in every way for more than there is, and answers with how many ways refused it. What a realloc couldn't enlarge is kept.
Napi::Value FailToAllocate(const Napi::CallbackInfo& info) {
  const size_t bytes = info[0].As<Napi::Number>().Uint32Value();
  volatile size_t too_much = PTRDIFF_MAX - 4096;
  void* kept = malloc(bytes);
  int refused = 0;
  void* block = nullptr;
  refused += malloc(too_much) == nullptr ? 1 : 0;
  refused += calloc(too_much, 4) == nullptr ? 1 : 0;
  refused += realloc(kept, too_much) == nullptr ? 1 : 0;
  refused += reallocarray(kept, too_much, 4) == nullptr ? 1 : 0;
  refused += posix_memalign(&block, kAlignment, too_much) != 0 ? 1 : 0;
  refused += operator new(too_much, std::nothrow) == nullptr ? 1 : 0;
  try {
    free(operator new(too_much));
  } catch (const std::bad_alloc&) {
    refused++;
  }
  return Napi::Number::New(info.Env(), refused);
}

// loadByName(name): boolean
// Looks for a library by its name alone: in this addon's RUNPATH, which is its own folder.
Napi::Value LoadByName(const Napi::CallbackInfo& info) {
  const std::string name = info[0].As<Napi::String>();
  return Napi::Boolean::New(info.Env(), dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL) != nullptr);
}

Napi::Object Initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("ways", Napi::Function::New(env, ListWays));
  exports.Set("hold", Napi::Function::New(env, Hold));
  exports.Set("holdInPool", Napi::Function::New(env, HoldInPool));
  exports.Set("release", Napi::Function::New(env, Release));
  exports.Set("passOn", Napi::Function::New(env, PassOn));
  exports.Set("failToAllocate", Napi::Function::New(env, FailToAllocate));
  exports.Set("loadByName", Napi::Function::New(env, LoadByName));
  return exports;
}

}  // namespace

NODE_API_MODULE(counted_blocks, Initialize)
