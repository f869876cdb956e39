#ifndef ALLOCSCOPE_PLATFORM_DESCRIPTOR_H_
#define ALLOCSCOPE_PLATFORM_DESCRIPTOR_H_

namespace allocscope::platform {

// Moves a descriptor that stays open above those of the standard streams, and answers with its new number; -1 when there is none. A program
// that has closed a stream means the next file it opens to be there.
int AboveStandardStreams(int descriptor);

}  // namespace allocscope::platform

#endif  // ALLOCSCOPE_PLATFORM_DESCRIPTOR_H_
