#include "allocator/glibc/public_totals.h"

#include "platform/symbol_lookup.h"

namespace allocscope::allocator::glibc {

PublicTotals::PublicTotals()
    : PublicTotals(platform::FindFunction<decltype(mallinfo2_)>("mallinfo2"), platform::FindFunction<decltype(mallinfo_)>("mallinfo")) {}

std::optional<Mallinfo2> PublicTotals::Read() const {
  if (mallinfo2_ != nullptr) return mallinfo2_();
  if (mallinfo_ == nullptr) return std::nullopt;
  const Mallinfo told = mallinfo_();
  const auto field = [&told](size_t at) { return static_cast<size_t>(static_cast<uint32_t>(told.fields[at])); };
  return Mallinfo2{field(0), field(1), field(2), field(3), field(4), field(5), field(6), field(7), field(8), field(9)};
}

}  // namespace allocscope::allocator::glibc
