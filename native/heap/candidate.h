#ifndef ALLOCSCOPE_HEAP_CANDIDATE_H_
#define ALLOCSCOPE_HEAP_CANDIDATE_H_

#include "heap/layout.h"
#include "result.h"

namespace allocscope::heap {

// The layout as Node's post-mortem metadata and a search of the examples suggest it. Nothing in it is proved.
Result<Layout> SuggestLayout(const ExampleHandles& handles);

// A refusal that names the number at fault: `call` carries the name.
Failure Refusal(const char* number, const std::string& reason);

}  // namespace allocscope::heap

#endif  // ALLOCSCOPE_HEAP_CANDIDATE_H_
