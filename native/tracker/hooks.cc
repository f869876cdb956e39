// What stands in the slots while something is tracked. Each hook calls the real function, with what it was given, and tells the sampling of
// the block. operator new may throw: this file is compiled with exceptions, and what is suspended is restored on the way.
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "tracker/calls.h"
#include "tracker/pool_work.h"
#include "tracker/sampling.h"
#include "tracker/slots.h"

namespace allocscope::tracker {
namespace {

template <typename Function>
Function* Real(Call call) {
  return reinterpret_cast<Function*>(calls[call].real);
}

// The hook's own frame, by which the caller's is found.
#define ALLOCSCOPE_FRAME __builtin_frame_address(0)

void* Malloc(size_t bytes) {
  void* block = Real<void*(size_t)>(kMalloc)(bytes);
  OnAllocated(block, bytes, ALLOCSCOPE_FRAME);
  return block;
}

void* Calloc(size_t count, size_t bytes) {
  void* block = Real<void*(size_t, size_t)>(kCalloc)(count, bytes);
  OnAllocated(block, count * bytes, ALLOCSCOPE_FRAME);
  return block;
}

// The old block is taken out before the call, after which its address may be another thread's, and put back when it stayed. Where the call
// moved nothing, it is a new block all the same, from here.
template <typename Reallocate>
void* ReallocateBlock(void* block, size_t bytes, const void* frame, Reallocate reallocate) {
  std::optional<Sample> taken;
  if (__builtin_expect(sampling.live.MayHold(block), 0)) taken = TakeSampled(block);
  void* moved = reallocate();
  if (__builtin_expect(moved == nullptr && bytes != 0 && taken, 0)) sampling.live.Put(block, *taken);
  OnAllocated(moved, bytes, frame);
  return moved;
}

void* Realloc(void* block, size_t bytes) {
  return ReallocateBlock(block, bytes, ALLOCSCOPE_FRAME, [=] { return Real<void*(void*, size_t)>(kRealloc)(block, bytes); });
}

void* ReallocArray(void* block, size_t count, size_t bytes) {
  size_t all = 0;
  // It fails then, and the block stays.
  if (__builtin_mul_overflow(count, bytes, &all)) return Real<void*(void*, size_t, size_t)>(kReallocArray)(block, count, bytes);
  return ReallocateBlock(block, all, ALLOCSCOPE_FRAME, [=] {
    const SuspendedBudget suspended;
    return Real<void*(void*, size_t, size_t)>(kReallocArray)(block, count, bytes);
  });
}

void Free(void* block) {
  OnFree(block);
  Real<void(void*)>(kFree)(block);
}

int PosixMemalign(void** block, size_t alignment, size_t bytes) {
  int error = 0;
  {
    const SuspendedBudget suspended;
    error = Real<int(void**, size_t, size_t)>(kPosixMemalign)(block, alignment, bytes);
  }
  if (error == 0) OnAllocated(*block, bytes, ALLOCSCOPE_FRAME);
  return error;
}

// Any call that allocates and may do so by another: its block counts once, as its own.
template <Call kCall, typename... Others>
void* Allocate(size_t bytes, const void* frame, Others... arguments) {
  void* block = nullptr;
  {
    const SuspendedBudget suspended;
    block = Real<void*(Others...)>(kCall)(arguments...);
  }
  OnAllocated(block, bytes, frame);
  return block;
}

template <Call kCall>
void* AllocateAligned(size_t alignment, size_t bytes) {
  return Allocate<kCall>(bytes, ALLOCSCOPE_FRAME, alignment, bytes);
}

template <Call kCall>
void* AllocatePages(size_t bytes) {
  return Allocate<kCall>(bytes, ALLOCSCOPE_FRAME, bytes);
}

// operator new, whose other arguments are an alignment or std::nothrow.
template <Call kCall, typename... Others>
void* New(size_t bytes, Others... others) {
  return Allocate<kCall>(bytes, ALLOCSCOPE_FRAME, bytes, others...);
}

// operator delete, whose other arguments are a size, an alignment or std::nothrow.
template <Call kCall, typename... Others>
void Delete(void* block, Others... others) {
  OnFree(block);
  Real<void(void*, Others...)>(kCall)(block, others...);
}

// off_t is the same for both names of the call, on 64-bit platforms.
template <Call kCall>
void* Map(void* at, size_t bytes, int protection, int flags, int descriptor, off_t offset) {
  void* memory = Real<void*(void*, size_t, int, int, int, off_t)>(kCall)(at, bytes, protection, flags, descriptor, offset);
  if (memory != MAP_FAILED) OnMapped(memory, bytes, flags, ALLOCSCOPE_FRAME);
  return memory;
}

// Taken out before the call, after which the addresses may be another thread's.
int Unmap(void* memory, size_t bytes) {
  const MappingTable::Pieces taken = OnUnmapping(memory, bytes);
  const int error = Real<int(void*, size_t)>(kMunmap)(memory, bytes);
  if (error != 0) sampling.mappings.PutBack(taken);
  return error;
}

// What was moved or has another size is mapped from here. The last argument is there at some flags only.
void* Remap(void* old, size_t old_bytes, size_t bytes, int flags, void* to) {
  const MappingTable::Pieces taken = OnUnmapping(old, old_bytes);
  void* memory = Real<void*(void*, size_t, size_t, int, ...)>(kMremap)(old, old_bytes, bytes, flags, to);
  if (memory == MAP_FAILED) {
    sampling.mappings.PutBack(taken);
  } else {
    const bool is_private_anonymous = taken.count > 0 && taken.list[0].is_private_anonymous;
    OnMapped(memory, bytes, is_private_anonymous ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, ALLOCSCOPE_FRAME);
  }
  return memory;
}

// The end of the data segment has moved from `before`.
void OnBreakMoved(char* before, char* after, const void* frame) {
  if (after > before) OnMapped(before, static_cast<size_t>(after - before), MAP_PRIVATE | MAP_ANONYMOUS, frame);
  if (after < before) OnUnmapping(after, static_cast<size_t>(before - after));
}

void* Sbrk(intptr_t difference) {
  void* before = Real<void*(intptr_t)>(kSbrk)(difference);
  if (before != MAP_FAILED) OnBreakMoved(static_cast<char*>(before), static_cast<char*>(before) + difference, ALLOCSCOPE_FRAME);
  return before;
}

int Brk(void* end) {
  void* before = sbrk(0);
  const int error = Real<int(void*)>(kBrk)(end);
  if (error == 0) OnBreakMoved(static_cast<char*>(before), static_cast<char*>(end), ALLOCSCOPE_FRAME);
  return error;
}

// Where a library is looked for may depend on the caller: on its RUNPATH, or on its own path in place of `$ORIGIN`. The real call then sees
// that caller, as this one ends before it, and the objects are looked for at the next samples.
void* Dlopen(const char* file, int flags) {
  const auto real = Real<void*(const char*, int)>(kDlopen);
  const bool is_path = file != nullptr && std::strchr(file, '/') != nullptr && std::strchr(file, '$') == nullptr;
  if (!is_path) {
    ExpectNewObjects();
    return real(file, flags);
  }
  void* handle = real(file, flags);
  const SuspendedBudget own;
  PatchNewObjects();
  return handle;
}

int CreateAsyncWork(void* env, void* resource, void* name, PoolWork::Execute* execute, PoolWork::Complete* complete, void* data,
                    void** work) {
  using Create = int(void*, void*, void*, PoolWork::Execute*, PoolWork::Complete*, void*, void**);
  const auto real = Real<Create>(kNapiCreateAsyncWork);
  PoolWork* tracked = execute == nullptr ? nullptr : TakePoolWork(ALLOCSCOPE_FRAME);
  if (tracked == nullptr) return real(env, resource, name, execute, complete, data, work);
  tracked->execute = execute;
  tracked->complete = complete;
  tracked->data = data;
  const int status = real(env, resource, name, ExecutePoolWork, CompletePoolWork, tracked, work);
  if (status != 0) GiveBackPoolWork(tracked);
  return status;
}

template <typename Hook>
void* Address(Hook* hook) {
  return reinterpret_cast<void*>(hook);
}

using Alignment = size_t;
using Nothrow = const void*;

}  // namespace

CallEntry calls[kCalls] = {
    {"malloc", Address(Malloc), nullptr},
    {"calloc", Address(Calloc), nullptr},
    {"realloc", Address(Realloc), nullptr},
    {"reallocarray", Address(ReallocArray), nullptr},
    {"free", Address(Free), nullptr},
    {"posix_memalign", Address(PosixMemalign), nullptr},
    {"aligned_alloc", Address(AllocateAligned<kAlignedAlloc>), nullptr},
    {"memalign", Address(AllocateAligned<kMemalign>), nullptr},
    {"valloc", Address(AllocatePages<kValloc>), nullptr},
    {"pvalloc", Address(AllocatePages<kPvalloc>), nullptr},
    {"_Znwm", Address(New<kNew>), nullptr},
    {"_Znam", Address(New<kNewArray>), nullptr},
    {"_ZnwmRKSt9nothrow_t", Address(New<kNewNothrow, Nothrow>), nullptr},
    {"_ZnamRKSt9nothrow_t", Address(New<kNewArrayNothrow, Nothrow>), nullptr},
    {"_ZnwmSt11align_val_t", Address(New<kNewAligned, Alignment>), nullptr},
    {"_ZnamSt11align_val_t", Address(New<kNewArrayAligned, Alignment>), nullptr},
    {"_ZnwmSt11align_val_tRKSt9nothrow_t", Address(New<kNewAlignedNothrow, Alignment, Nothrow>), nullptr},
    {"_ZnamSt11align_val_tRKSt9nothrow_t", Address(New<kNewArrayAlignedNothrow, Alignment, Nothrow>), nullptr},
    {"_ZdlPv", Address(Delete<kDelete>), nullptr},
    {"_ZdaPv", Address(Delete<kDeleteArray>), nullptr},
    {"_ZdlPvm", Address(Delete<kDeleteSized, size_t>), nullptr},
    {"_ZdaPvm", Address(Delete<kDeleteArraySized, size_t>), nullptr},
    {"_ZdlPvRKSt9nothrow_t", Address(Delete<kDeleteNothrow, Nothrow>), nullptr},
    {"_ZdaPvRKSt9nothrow_t", Address(Delete<kDeleteArrayNothrow, Nothrow>), nullptr},
    {"_ZdlPvSt11align_val_t", Address(Delete<kDeleteAligned, Alignment>), nullptr},
    {"_ZdaPvSt11align_val_t", Address(Delete<kDeleteArrayAligned, Alignment>), nullptr},
    {"_ZdlPvmSt11align_val_t", Address(Delete<kDeleteSizedAligned, size_t, Alignment>), nullptr},
    {"_ZdaPvmSt11align_val_t", Address(Delete<kDeleteArraySizedAligned, size_t, Alignment>), nullptr},
    {"mmap", Address(Map<kMmap>), nullptr},
    {"mmap64", Address(Map<kMmap64>), nullptr},
    {"munmap", Address(Unmap), nullptr},
    {"mremap", Address(Remap), nullptr},
    {"sbrk", Address(Sbrk), nullptr},
    {"brk", Address(Brk), nullptr},
    {"dlopen", Address(Dlopen), nullptr},
    {"napi_create_async_work", Address(CreateAsyncWork), nullptr, true},
};

}  // namespace allocscope::tracker
