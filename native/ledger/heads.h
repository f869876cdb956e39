#ifndef ALLOCSCOPE_LEDGER_HEADS_H_
#define ALLOCSCOPE_LEDGER_HEADS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace allocscope::ledger {

// The first words of stretches of memory, read many at once: what a stretch may be is seen by them.
class Heads {
 public:
  static constexpr size_t kWords = 3;

  // `addresses` in their order.
  void Read(std::vector<uintptr_t> addresses);

  // kWords words; null where they weren't asked for or can't be read.
  const uintptr_t* Find(uintptr_t address) const;

 private:
  struct Head {
    uintptr_t words[kWords];
  };

  std::vector<uintptr_t> addresses_;
  std::vector<Head> heads_;
  // Of each head, whether it was read.
  std::vector<uint8_t> is_readable_;
};

}  // namespace allocscope::ledger

#endif  // ALLOCSCOPE_LEDGER_HEADS_H_
