#ifndef ALLOCSCOPE_PLATFORM_LOADED_OBJECTS_H_
#define ALLOCSCOPE_PLATFORM_LOADED_OBJECTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "platform/symbol_lookup.h"

namespace allocscope::platform {

// A part of a loaded object: where it is in memory, and where it came from in the object's file.
struct Segment {
  uintptr_t begin = 0;
  size_t memory_bytes = 0;
  uint64_t file_offset = 0;
  size_t file_bytes = 0;
  bool writable = false;
  bool executable = false;
};

struct LoadedObject {
  std::string path;
  std::vector<Segment> segments;
};

// Shared libraries and addons loaded now, the program itself left out.
std::vector<LoadedObject> LoadedObjects();

// Of the program and of everything loaded, the pages that only hold zeroed data (.bss): the linker maps them behind those of the file.
std::vector<AddressRange> ZeroedData();

// Another number whenever an object was loaded or unloaded in between. About 0.1 µs.
uint64_t LoadCount();

}  // namespace allocscope::platform

#endif  // ALLOCSCOPE_PLATFORM_LOADED_OBJECTS_H_
