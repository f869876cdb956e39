#include "allocator/tbbmalloc/tbbmalloc.h"

#include <cstdlib>
#include <limits>
#include <utility>

#include "platform/symbol_lookup.h"

namespace allocscope::allocator::tbbmalloc {
namespace {

using CommandFunction = int (*)(int command, void* argument);
using SaferSizeFunction = size_t (*)(void* block, size_t (*of_others)(void*));

// ScalableAllocationCmd and ScalableAllocationResult of oneTBB's scalable_allocator.h.
constexpr int kCleanAllBuffers = 0;
constexpr int kCleanThreadBuffers = 1;
constexpr int kOk = 0;
constexpr int kNoEffect = 4;

class TbbmallocBackend final : public Backend {
 public:
  TbbmallocBackend(Provenance provenance, CommandFunction command) : provenance_(std::move(provenance)), command_(command) {}

  const char* name() const override { return "tbbmalloc"; }
  const Provenance& provenance() const override { return provenance_; }
  std::string limitation() const override { return "oneTBB's allocator has no call that tells how many bytes it holds, or are in use"; }
  const std::vector<std::string>& footprint_fields() const override { return fields_; }
  Result<Done> ReadFootprint(double*) const override { return Done{}; }
  Result<Document> Read(Detail) const override { return Document{}; }

  const char* fork_refusal() const override {
    return command_ == nullptr ? "this version of oneTBB's allocator doesn't export scalable_allocation_command" : nullptr;
  }

  // Answers that it had no effect where the thread kept nothing.
  void FlushThread() const override {
    if (command_ != nullptr) command_(kCleanThreadBuffers, nullptr);
  }

  Result<PurgeReport> Purge(Company) const override {
    if (command_ == nullptr) return Unsupported("scalable_allocation_command", fork_refusal());
    const int result = command_(kCleanAllBuffers, nullptr);
    if (result != kOk && result != kNoEffect) {
      return Failure{"ALLOCATOR_CALL", "scalable_allocation_command", result, "TBBMALLOC_CLEAN_ALL_BUFFERS was refused"};
    }
    return PurgeReport{"scalable_allocation_command TBBMALLOC_CLEAN_THREAD_BUFFERS, TBBMALLOC_CLEAN_ALL_BUFFERS"};
  }

  Occupancy ReadOccupancy() const override {
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    return {kUnknown, kUnknown};
  }

 private:
  Provenance provenance_;
  CommandFunction command_;
  std::vector<std::string> fields_;
};

constexpr size_t kProofBlockBytes = 5000;

// The call looks whether the block lies in memory of oneTBB's, and asks the other function if it doesn't: there is none to ask.
bool KnowsBlocksOfMalloc(SaferSizeFunction safer_size) {
  void* volatile block = std::malloc(kProofBlockBytes);
  if (block == nullptr) return false;
  const bool known = safer_size(block, nullptr) >= kProofBlockBytes;
  std::free(block);
  return known;
}

Failure NotTbbmalloc(const std::string& what) { return Unsupported("tbbmalloc", what); }

}  // namespace

Result<std::unique_ptr<const Backend>> Prove() {
  void* const proxy = platform::FindSymbol("__TBB_malloc_proxy");
  const auto safer_size = platform::FindFunction<SaferSizeFunction>("__TBB_malloc_safer_msize");
  if (proxy == nullptr || safer_size == nullptr) return NotTbbmalloc("no library exports __TBB_malloc_proxy");
  const std::string library = platform::OwnerOf(proxy);
  const std::string owner = platform::OwnerOfSymbol("malloc_usable_size");
  if (owner != library) return NotTbbmalloc("malloc_usable_size belongs to " + owner + ", __TBB_malloc_proxy to " + library);
  if (!KnowsBlocksOfMalloc(safer_size)) return NotTbbmalloc("__TBB_malloc_safer_msize doesn't know a block from malloc");
  Provenance provenance{platform::RealPath(library), {}, "__TBB_malloc_safer_msize knows a block from malloc"};
  const auto command = platform::FindFunction<CommandFunction>("scalable_allocation_command");
  return std::unique_ptr<const Backend>(std::make_unique<TbbmallocBackend>(std::move(provenance), command));
}

}  // namespace allocscope::allocator::tbbmalloc
