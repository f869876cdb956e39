// An addon that maps known amounts of memory beside malloc, so that tests can compare what the tracker says with them. Addresses are
// numbers.
#include <napi.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

namespace {

constexpr size_t kPage = 4096;

size_t Size(const Napi::CallbackInfo& info, size_t index) { return static_cast<size_t>(info[index].As<Napi::Number>().Int64Value()); }

void* Address(const Napi::CallbackInfo& info, size_t index) { return reinterpret_cast<void*>(Size(info, index)); }

Napi::Value Answer(const Napi::CallbackInfo& info, const void* address) {
  return Napi::Number::New(info.Env(), static_cast<double>(reinterpret_cast<uintptr_t>(address)));
}

// Touched pages are what is resident then: none is a part of a larger one.
void* MapPages(size_t bytes, int flags) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) madvise(memory, bytes, MADV_NOHUGEPAGE);
  return memory;
}

// map(bytes): address
Napi::Value Map(const Napi::CallbackInfo& info) { return Answer(info, MapPages(Size(info, 0), MAP_PRIVATE)); }

// mapShared(bytes): address
Napi::Value MapShared(const Napi::CallbackInfo& info) { return Answer(info, MapPages(Size(info, 0), MAP_SHARED)); }

// mapAnew(address, bytes): whether it stands where it is to stand
Napi::Value MapAnew(const Napi::CallbackInfo& info) {
  void* memory = mmap(Address(info, 0), Size(info, 1), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  return Napi::Boolean::New(info.Env(), memory == Address(info, 0));
}

// touch(address, bytes): void
void Touch(const Napi::CallbackInfo& info) { std::memset(Address(info, 0), 1, Size(info, 1)); }

// unmap(address, bytes): 0, or the number of the error
Napi::Value Unmap(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), munmap(Address(info, 0), Size(info, 1)) == 0 ? 0 : errno);
}

// remap(address, bytes, newBytes, mayMove): the new address, 0 when it failed
Napi::Value Remap(const Napi::CallbackInfo& info) {
  void* memory = mremap(Address(info, 0), Size(info, 1), Size(info, 2), info[3].ToBoolean() ? MREMAP_MAYMOVE : 0);
  return Answer(info, memory == MAP_FAILED ? nullptr : memory);
}

// raiseBreak(bytes): void
void RaiseBreak(const Napi::CallbackInfo& info) { sbrk(static_cast<intptr_t>(Size(info, 0))); }

void MapAndUnmap(size_t rounds) {
  for (size_t round = 0; round < rounds; round++) {
    void* memory = MapPages((round % 7 + 1) * kPage, MAP_PRIVATE);
    if (memory != MAP_FAILED) munmap(memory, (round % 7 + 1) * kPage);
  }
  MapPages(16 * kPage, MAP_PRIVATE);
}

// mapInThreads(threads, rounds): void
// Each maps and unmaps that often, at the same time as the others, and keeps 16 pages in the end.
void MapInThreads(const Napi::CallbackInfo& info) {
  std::vector<std::thread> threads;
  for (size_t left = Size(info, 0); left > 0; left--) threads.emplace_back(MapAndUnmap, Size(info, 1));
  for (std::thread& thread : threads) thread.join();
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("map", Napi::Function::New(env, Map));
  exports.Set("mapShared", Napi::Function::New(env, MapShared));
  exports.Set("mapAnew", Napi::Function::New(env, MapAnew));
  exports.Set("touch", Napi::Function::New(env, Touch));
  exports.Set("unmap", Napi::Function::New(env, Unmap));
  exports.Set("remap", Napi::Function::New(env, Remap));
  exports.Set("raiseBreak", Napi::Function::New(env, RaiseBreak));
  exports.Set("mapInThreads", Napi::Function::New(env, MapInThreads));
  return exports;
}

}  // namespace

NODE_API_MODULE(counted_mappings, Init)
