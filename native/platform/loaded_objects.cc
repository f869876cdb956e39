#include "platform/loaded_objects.h"

#include <link.h>

#include "platform/page.h"

namespace allocscope::platform {
namespace {

int CollectObject(dl_phdr_info* object, size_t, void* data) {
  if (object->dlpi_name[0] != '/') return 0;
  LoadedObject loaded{object->dlpi_name, {}};
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr)& header = object->dlpi_phdr[i];
    if (header.p_type != PT_LOAD) continue;
    loaded.segments.push_back({object->dlpi_addr + header.p_vaddr, header.p_memsz, header.p_offset, header.p_filesz,
                               (header.p_flags & PF_W) != 0, (header.p_flags & PF_X) != 0});
  }
  static_cast<std::vector<LoadedObject>*>(data)->push_back(std::move(loaded));
  return 0;
}

int CollectZeroedData(dl_phdr_info* object, size_t, void* data) {
  const uintptr_t page = PageBytes();
  const auto next_page = [page](uintptr_t address) { return (address + page - 1) & ~(page - 1); };
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr)& header = object->dlpi_phdr[i];
    if (header.p_type != PT_LOAD) continue;
    const uintptr_t begin = object->dlpi_addr + header.p_vaddr;
    const AddressRange zeroed{next_page(begin + header.p_filesz), next_page(begin + header.p_memsz)};
    if (zeroed.begin < zeroed.end) static_cast<std::vector<AddressRange>*>(data)->push_back(zeroed);
  }
  return 0;
}

int ReadCount(dl_phdr_info* object, size_t, void* data) {
  // Neither ever falls, so that their sum tells each change.
  *static_cast<uint64_t*>(data) = object->dlpi_adds + object->dlpi_subs;
  return 1;
}

}  // namespace

std::vector<LoadedObject> LoadedObjects() {
  std::vector<LoadedObject> objects;
  dl_iterate_phdr(CollectObject, &objects);
  return objects;
}

std::vector<AddressRange> ZeroedData() {
  std::vector<AddressRange> stretches;
  dl_iterate_phdr(CollectZeroedData, &stretches);
  return stretches;
}

uint64_t LoadCount() {
  uint64_t count = 0;
  dl_iterate_phdr(ReadCount, &count);
  return count;
}

}  // namespace allocscope::platform
