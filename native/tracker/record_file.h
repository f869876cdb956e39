#ifndef ALLOCSCOPE_TRACKER_RECORD_FILE_H_
#define ALLOCSCOPE_TRACKER_RECORD_FILE_H_

#include <cstdint>

namespace allocscope::tracker {

// Appends what the session sampled to a file, as lib/track/track-record.ts reads it. `identity` is the members of its JSON that only the
// caller knows. Nothing is allocated, and of locks only the dynamic linker's is taken, which its holder may take again: a handler of a
// signal may call it, one thread at a time. A record that couldn't be written whole has no end, by which its reader knows.
void WriteRecord(int descriptor, const char* identity, uint64_t duration_nanos);

}  // namespace allocscope::tracker

#endif  // ALLOCSCOPE_TRACKER_RECORD_FILE_H_
