#include "tracker/relocations.h"

#include <algorithm>

#include "platform/page.h"

namespace allocscope::tracker {
namespace {

#ifdef __x86_64__
constexpr uint32_t kJumpSlot = R_X86_64_JUMP_SLOT;
constexpr uint32_t kGlobalData = R_X86_64_GLOB_DAT;
constexpr uint32_t kAddress = R_X86_64_64;
#else
constexpr uint32_t kJumpSlot = R_AARCH64_JUMP_SLOT;
constexpr uint32_t kGlobalData = R_AARCH64_GLOB_DAT;
constexpr uint32_t kAddress = R_AARCH64_ABS64;
#endif

}  // namespace

ObjectSlots::ObjectSlots(const dl_phdr_info& object) : bias_(object.dlpi_addr) {
  const ElfW(Dyn)* dynamic = nullptr;
  for (int i = 0; i < object.dlpi_phnum; i++) {
    const ElfW(Phdr)& header = object.dlpi_phdr[i];
    const uintptr_t begin = bias_ + header.p_vaddr;
    if (header.p_type == PT_LOAD) {
      begin_ = std::min(begin_, begin);
      end_ = std::max(end_, begin + header.p_memsz);
    }
    if (header.p_type == PT_DYNAMIC) dynamic = reinterpret_cast<const ElfW(Dyn)*>(begin);
    if (header.p_type == PT_GNU_RELRO) {
      // Whole pages, as the linker protects them.
      const auto page = platform::PageBytes();
      read_only_begin_ = begin & ~(page - 1);
      read_only_end_ = (begin + header.p_memsz) & ~(page - 1);
    }
  }
  if (dynamic != nullptr) ReadDynamicSection(dynamic);
}

void ObjectSlots::ReadDynamicSection(const ElfW(Dyn) * entry) {
  bool has_addends = true;
  for (; entry->d_tag != DT_NULL; entry++) {
    // The linker has made addresses of these, but for the kernel's own object and others whose section is read-only.
    const uintptr_t address = entry->d_un.d_ptr < bias_ ? entry->d_un.d_ptr + bias_ : entry->d_un.d_ptr;
    switch (entry->d_tag) {
      case DT_JMPREL:
        calls_.first = reinterpret_cast<const ElfW(Rela)*>(address);
        break;
      case DT_PLTRELSZ:
        calls_.count = entry->d_un.d_val / sizeof(ElfW(Rela));
        break;
      case DT_RELA:
        others_.first = reinterpret_cast<const ElfW(Rela)*>(address);
        break;
      case DT_RELASZ:
        others_.count = entry->d_un.d_val / sizeof(ElfW(Rela));
        break;
      case DT_PLTREL:
        has_addends = entry->d_un.d_val == DT_RELA;
        break;
      case DT_SYMTAB:
        symbols_ = reinterpret_cast<const ElfW(Sym)*>(address);
        break;
      case DT_STRTAB:
        names_ = reinterpret_cast<const char*>(address);
        break;
      default:
        break;
    }
  }
  if (calls_.first == nullptr || !has_addends) calls_ = {};
  if (others_.first == nullptr) others_ = {};
}

bool ObjectSlots::ReadSlot(const ElfW(Rela) & relocation, Slot* slot) const {
  const auto type = static_cast<uint32_t>(ELF64_R_TYPE(relocation.r_info));
  const bool is_call = type == kJumpSlot;
  if (!is_call && type != kGlobalData && (type != kAddress || relocation.r_addend != 0)) return false;
  const ElfW(Sym)& symbol = symbols_[ELF64_R_SYM(relocation.r_info)];
  if (symbol.st_name == 0) return false;
  const uintptr_t place = bias_ + relocation.r_offset;
  // One that the object itself defines leads to its own code because that is what it means.
  const bool is_undefined = symbol.st_shndx == SHN_UNDEF;
  *slot = {names_ + symbol.st_name, reinterpret_cast<void**>(place), is_call && is_undefined,
           place >= read_only_begin_ && place < read_only_end_};
  return true;
}

}  // namespace allocscope::tracker
