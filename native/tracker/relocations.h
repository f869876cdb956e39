#ifndef ALLOCSCOPE_TRACKER_RELOCATIONS_H_
#define ALLOCSCOPE_TRACKER_RELOCATIONS_H_

#include <elf.h>
#include <link.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace allocscope::tracker {

// A place of a loaded object which the dynamic linker filled with the address of a function of another one.
struct Slot {
  const char* symbol = nullptr;
  void** place = nullptr;
  // Written by the linker at the first call, until when it leads to code of its own object.
  bool may_be_lazy = false;
  // The linker made its page read-only.
  bool is_read_only = false;
};

// A loaded object: where it lies, and its slots. Views of the object's own memory.
class ObjectSlots {
 public:
  explicit ObjectSlots(const dl_phdr_info& object);

  // The part of an object's addresses that its segments take.
  bool Contains(const void* address) const {
    const auto number = reinterpret_cast<uintptr_t>(address);
    return number >= begin_ && number < end_;
  }

  // Calls `visit(const Slot&)` for each slot.
  template <typename Visit>
  void ForEach(Visit visit) const {
    if (symbols_ == nullptr || names_ == nullptr) return;
    for (const Relocations& table : {calls_, others_}) {
      for (size_t i = 0; i < table.count; i++) {
        Slot slot;
        if (ReadSlot(table.first[i], &slot)) visit(slot);
      }
    }
  }

 private:
  struct Relocations {
    const ElfW(Rela) * first = nullptr;
    size_t count = 0;
  };

  void ReadDynamicSection(const ElfW(Dyn) * entry);
  bool ReadSlot(const ElfW(Rela) & relocation, Slot* slot) const;

  uintptr_t bias_;
  uintptr_t begin_ = UINTPTR_MAX;
  uintptr_t end_ = 0;
  uintptr_t read_only_begin_ = 0;
  uintptr_t read_only_end_ = 0;
  Relocations calls_;
  Relocations others_;
  const ElfW(Sym) * symbols_ = nullptr;
  const char* names_ = nullptr;
};

}  // namespace allocscope::tracker

#endif  // ALLOCSCOPE_TRACKER_RELOCATIONS_H_
