#ifndef ALLOCSCOPE_TRACKER_SLOTS_H_
#define ALLOCSCOPE_TRACKER_SLOTS_H_

#include <cstddef>

#include "result.h"

namespace allocscope::tracker {

// How much was patched.
struct PatchedSlots {
  size_t objects = 0;
  size_t slots = 0;
};

// Finds what the hooked calls really are, and puts the hooks into every loaded object's slots that hold them. UNSUPPORTED when malloc and
// free can't be found, or the program itself has no slot for them.
Result<PatchedSlots> PatchSlots();

// Does the same to objects that were loaded since. Does nothing when no slots are patched.
void PatchNewObjects();

// The same from within an allocation, as long as it is due: leaves it to the next when another thread is at it.
void LookForNewObjects();

// Objects are about to be loaded by a call whose end isn't seen: they are looked for at the next samples.
void ExpectNewObjects();

// Puts back what was in the slots. Objects that were unloaded meanwhile are left alone. Returns how many slots could not be put back.
size_t RestoreSlots();

}  // namespace allocscope::tracker

#endif  // ALLOCSCOPE_TRACKER_SLOTS_H_
