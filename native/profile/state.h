#ifndef ALLOCSCOPE_PROFILE_STATE_H_
#define ALLOCSCOPE_PROFILE_STATE_H_

#include <cstddef>
#include <cstdint>

namespace allocscope::profile {

// The head of a thread's record, which native code and the probes share. lib/profile/collect/state-layout.ts repeats it and has the probes'
// own part.

// Stands in the first eight bytes, so that a file of another kind is told, and the version in the second figure: another one is another
// layout, of the probes' part as well.
//
// In TypeScript: recordMagic.
constexpr char kRecordMagic[] = "ascprofl";
// In TypeScript: recordVersion.
constexpr double kRecordVersion = 3;

// Figures: doubles from byte 0 on. In TypeScript: nativeFigure.
enum Figure : size_t {
  kMagic,
  kVersion,
  kHeapAllocated,  // At the last synchronisation, as the others.
  kHeapNet,
  kExternalAllocated,
  kExternalNow,
  kRss,
  kPeakRss,      // The most that RSS was since the last synchronisation; 0 when it wasn't looked at.
  kProcessPeak,  // The most that RSS was before the kernel's mark was set back.
  kCollections,
  kInexact,
  kTimeMillis,  // Of the last look at RSS, since the epoch.
};

// In TypeScript: wordsOffset.
constexpr size_t kWordsOffset = 512;

// Signed 32-bit words from kWordsOffset on. The probes compare the lower halves of V8's words with these. In TypeScript: nativeWord.
enum Word : size_t {
  kAttention,  // Not zero when the next probe has to synchronise.
  kYoungTop,   // The halves at the last synchronisation.
  kOldTop,
  kExternal,
  kYoungLarge,
  kOldLarge,
  kRunningFrame,  // Not zero while a call of a profiled function is under way and not suspended. Written by the probes.
  kOwnBytes,      // Bytes of new space that the probes themselves have allocated since the last synchronisation: nobody's.
  kSeenTop,       // New space's top as the last probe saw it, or left it. Written by the probes, and by each synchronisation.
};

// Behind the probes' own words: how many calls of profiled functions are suspended. Written by the probes. In TypeScript: suspendedWord.
constexpr size_t kSuspendedWord = 14;

// Bits of kAttention.

// RSS is to be looked at. In TypeScript: attentionTick.
constexpr uint32_t kTick = 1;
constexpr uint32_t kCollection = 2;  // A collection has taken place.
constexpr uint32_t kAsleep = 4;      // The thread that ticks has stopped, as nothing ran, and is to be woken.

// In TypeScript: headerBytes.
constexpr size_t kHeaderBytes = 4096;

}  // namespace allocscope::profile

#endif  // ALLOCSCOPE_PROFILE_STATE_H_
