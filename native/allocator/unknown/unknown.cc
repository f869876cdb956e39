#include "allocator/unknown/unknown.h"

#include <limits>

#include "platform/symbol_lookup.h"

namespace allocscope::allocator::unknown {
namespace {

class UnknownBackend final : public Backend {
 public:
  explicit UnknownBackend(const std::string& reason) : limitation_(reason) {
    provenance_.library = platform::OwnerOfSymbol("malloc_usable_size");
    provenance_.proof = "no supported allocator could be proved to serve malloc";
  }

  const char* name() const override { return "unknown"; }
  const Provenance& provenance() const override { return provenance_; }
  std::string limitation() const override { return limitation_; }
  const std::vector<std::string>& footprint_fields() const override { return fields_; }
  Result<Done> ReadFootprint(double*) const override { return Done{}; }
  Result<Document> Read(Detail) const override { return Document{}; }
  const char* fork_refusal() const override { return "the allocator isn't known, nor is how it would give memory back"; }
  Result<PurgeReport> Purge(Company) const override { return Unsupported("purge", fork_refusal()); }
  Occupancy ReadOccupancy() const override {
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    return {kUnknown, kUnknown};
  }

 private:
  Provenance provenance_;
  std::string limitation_;
  std::vector<std::string> fields_;
};

}  // namespace

std::unique_ptr<const Backend> Make(const std::string& reason) { return std::make_unique<UnknownBackend>(reason); }

}  // namespace allocscope::allocator::unknown
