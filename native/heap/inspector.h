#ifndef ALLOCSCOPE_HEAP_INSPECTOR_H_
#define ALLOCSCOPE_HEAP_INSPECTOR_H_

#include <memory>
#include <optional>

#include "heap/proof.h"

namespace allocscope::heap {

// One environment's knowledge of V8's layout: nothing before the proof, then the layout or why there is none. Each thread has its own V8,
// so each makes its own proof.
class Inspector {
 public:
  // Null before the proof and when it refused.
  const ProvedLayout* layout() const { return proved_.get(); }
  const std::optional<Failure>& refusal() const { return refusal_; }

  // Returns whether it holds. A proof that has held once is kept.
  bool Prove(const ExampleHandles& handles) {
    if (proved_) return true;
    Result<ProvedLayout> result = ProveLayout(handles);
    if (result.ok()) {
      proved_ = std::make_unique<ProvedLayout>(result.value());
      refusal_.reset();
    } else {
      refusal_ = result.failure();
    }
    return result.ok();
  }

  // The word that a Node-API handle stands for.
  Tagged ValueOf(uintptr_t handle) const { return proved_->layout.direct_handles ? handle : Load<Tagged>(handle); }

 private:
  std::unique_ptr<const ProvedLayout> proved_;
  std::optional<Failure> refusal_;
};

}  // namespace allocscope::heap

#endif  // ALLOCSCOPE_HEAP_INSPECTOR_H_
