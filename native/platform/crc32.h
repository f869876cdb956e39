#ifndef ALLOCSCOPE_PLATFORM_CRC32_H_
#define ALLOCSCOPE_PLATFORM_CRC32_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace allocscope::platform {

constexpr std::array<uint32_t, 256> MakeCrcTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; bit++) value = (value & 1) != 0 ? (value >> 1) ^ 0xedb88320u : value >> 1;
    table[byte] = value;
  }
  return table;
}

// CRC-32 as in zlib. As crc32() of lib/record.
inline uint32_t Crc32(const void* data, size_t length) {
  static constexpr std::array<uint32_t, 256> kTable = MakeCrcTable();
  const auto* const bytes = static_cast<const unsigned char*>(data);
  uint32_t value = 0xffffffffu;
  for (size_t i = 0; i < length; i++) value = (value >> 8) ^ kTable[(value ^ bytes[i]) & 0xffu];
  return value ^ 0xffffffffu;
}

}  // namespace allocscope::platform

#endif  // ALLOCSCOPE_PLATFORM_CRC32_H_
