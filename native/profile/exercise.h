#ifndef ALLOCSCOPE_PROFILE_EXERCISE_H_
#define ALLOCSCOPE_PROFILE_EXERCISE_H_

#include <cstddef>
#include <cstdint>

namespace allocscope::profile {

// Makes V8 allocate known amounts, so that a counter in its memory is found by how it moves. convert/ implements it with Node-API.
class Exercise {
 public:
  virtual ~Exercise() = default;
  // A string of `length` one-byte characters, in the young generation or, when it is large, in a space for large objects.
  virtual void MakeString(size_t length) = 0;
  // A property name of `length` characters that V8 hasn't seen before, which it keeps in the old generation.
  virtual void MakeName(size_t length) = 0;
  // Declares this many more external bytes (fewer, when negative). Answers with the total.
  virtual int64_t DeclareExternal(int64_t bytes) = 0;
};

}  // namespace allocscope::profile

#endif  // ALLOCSCOPE_PROFILE_EXERCISE_H_
