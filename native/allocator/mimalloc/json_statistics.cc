#include "allocator/mimalloc/json_statistics.h"

#include <cstdlib>
#include <cstring>
#include <utility>

namespace allocscope::allocator::mimalloc {
namespace {

// 3.6 writes 15 KiB.
constexpr size_t kCapacity = size_t{256} << 10;

}  // namespace

JsonStatistics::JsonStatistics(const Api& api) : api_(api) {
  if (api.stats_get_json == nullptr) return;
  auto memory = platform::Mapping::Anonymous(kCapacity);
  if (memory.ok()) buffer_.emplace(std::move(memory.value()));
}

std::string_view JsonStatistics::Read() {
  if (!buffer_) return {};
  auto* const buffer = static_cast<char*>(buffer_->data());
  buffer[0] = '\0';
  if (api_.stats_get_json(kCapacity, buffer) != buffer) return {};
  const std::string_view text(buffer, strnlen(buffer, kCapacity));
  const size_t last = text.find_last_not_of(" \n\r\t");
  return last != std::string_view::npos && text[last] == '}' ? text : std::string_view{};
}

std::optional<double> AllocatedNow(std::string_view json) {
  constexpr std::string_view kObject = "\"allocated\":";
  constexpr std::string_view kField = "\"current\":";
  const size_t object = json.find(kObject);
  if (object == std::string_view::npos) return std::nullopt;
  const size_t end = json.find('}', object);
  const size_t field = json.find(kField, object);
  if (end == std::string_view::npos || field == std::string_view::npos || field > end) return std::nullopt;
  // A closing brace follows, so that the number ends within the text.
  return std::strtod(json.data() + field + kField.size(), nullptr);
}

}  // namespace allocscope::allocator::mimalloc
