#ifndef ALLOCSCOPE_PLATFORM_SYMBOL_LOOKUP_H_
#define ALLOCSCOPE_PLATFORM_SYMBOL_LOOKUP_H_

#include <cstdint>
#include <string>
#include <vector>

namespace allocscope::platform {

// The address that the whole process resolves `name` to; null when nothing exports it.
void* FindSymbol(const char* name);

template <typename Function>
Function FindFunction(const char* name) {
  return reinterpret_cast<Function>(FindSymbol(name));
}

// The file that holds `address`; empty when it belongs to none.
std::string OwnerOf(const void* address);

// The file that holds what the whole process resolves `name` to; empty when nothing exports it.
std::string OwnerOfSymbol(const char* name);

// Shared libraries loaded now, the program itself left out.
std::vector<std::string> LoadedLibraries();

// `name` as exported by `library` itself, not by what it depends on; null when it exports none. The library must be loaded.
void* FindSymbolIn(const std::string& library, const char* name);

// A range of addresses of one loaded object.
struct AddressRange {
  uintptr_t begin = 0;
  uintptr_t end = 0;
};

// The writable data (.data and .bss) of the loaded object that holds `address`; empty when there is none.
AddressRange WritableDataOf(const void* address);

// `path` with every symbolic link followed, so that a library shows its full version; `path` itself when that fails.
std::string RealPath(const std::string& path);

}  // namespace allocscope::platform

#endif  // ALLOCSCOPE_PLATFORM_SYMBOL_LOOKUP_H_
