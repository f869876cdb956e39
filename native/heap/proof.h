#ifndef ALLOCSCOPE_HEAP_PROOF_H_
#define ALLOCSCOPE_HEAP_PROOF_H_

#include <cstddef>
#include <cstdint>

#include "heap/layout.h"
#include "heap/read_only_pages.h"
#include "result.h"

namespace allocscope::heap {

struct ProvedLayout {
  Layout layout;
  ReadOnlyPages read_only;
};

// One number of the layout made wrong on purpose, to see whether the proof notices.
struct Mutation {
  size_t number = SIZE_MAX;
  int32_t delta = 0;
};

// Compares every number of the suggested layout with the examples. If one fails, nothing is believed: the refusal names it in `call` and
// says why. The kernel does all reads, so a wrong number can't crash. V8 mustn't allocate during the proof.
Result<ProvedLayout> ProveLayout(const ExampleHandles& handles, const Mutation& mutation = {});

}  // namespace allocscope::heap

#endif  // ALLOCSCOPE_HEAP_PROOF_H_
