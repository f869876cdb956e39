#include "platform/symbol_lookup.h"

#include <dlfcn.h>
#include <link.h>

#include <climits>
#include <cstdlib>

namespace allocscope::platform {
namespace {

struct WritableDataSearch {
  uintptr_t wanted;
  AddressRange found;
};

bool Covers(const dl_phdr_info& object, const ElfW(Phdr) & segment, uintptr_t address) {
  const uintptr_t begin = object.dlpi_addr + segment.p_vaddr;
  return segment.p_type == PT_LOAD && address >= begin && address < begin + segment.p_memsz;
}

int VisitForWritableData(dl_phdr_info* object, size_t, void* data) {
  auto* search = static_cast<WritableDataSearch*>(data);
  bool holds = false;
  AddressRange writable;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    holds = holds || Covers(*object, segment, search->wanted);
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) == 0) continue;
    writable = {object->dlpi_addr + segment.p_vaddr, object->dlpi_addr + segment.p_vaddr + segment.p_memsz};
  }
  if (!holds) return 0;
  search->found = writable;
  return 1;
}

int CollectName(dl_phdr_info* object, size_t, void* data) {
  if (object->dlpi_name[0] == '/') static_cast<std::vector<std::string>*>(data)->emplace_back(object->dlpi_name);
  return 0;
}

}  // namespace

void* FindSymbol(const char* name) { return dlsym(RTLD_DEFAULT, name); }

std::string OwnerOf(const void* address) {
  Dl_info info;
  if (address == nullptr || dladdr(address, &info) == 0 || info.dli_fname == nullptr) return {};
  return info.dli_fname;
}

std::string OwnerOfSymbol(const char* name) { return OwnerOf(FindSymbol(name)); }

std::vector<std::string> LoadedLibraries() {
  std::vector<std::string> names;
  dl_iterate_phdr(CollectName, &names);
  return names;
}

void* FindSymbolIn(const std::string& library, const char* name) {
  void* handle = dlopen(library.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (handle == nullptr) return nullptr;
  void* address = dlsym(handle, name);
  dlclose(handle);
  return OwnerOf(address) == library ? address : nullptr;
}

AddressRange WritableDataOf(const void* address) {
  WritableDataSearch search{reinterpret_cast<uintptr_t>(address), {}};
  dl_iterate_phdr(VisitForWritableData, &search);
  return search.found;
}

std::string RealPath(const std::string& path) {
  char resolved[PATH_MAX];
  return realpath(path.c_str(), resolved) == nullptr ? path : std::string(resolved);
}

}  // namespace allocscope::platform
