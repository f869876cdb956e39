#ifndef ALLOCSCOPE_EMBEDDED_COPIES_H_
#define ALLOCSCOPE_EMBEDDED_COPIES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "embedded/jemalloc_copy.h"
#include "embedded/marks.h"
#include "platform/loaded_objects.h"
#include "platform/symbol_lookup.h"
#include "result.h"

namespace allocscope::embedded {

// A second allocator in the process, which serves only the library that carries it.
struct Copy {
  // `jemalloc`, `mimalloc` or `tcmalloc`.
  const char* allocator;
  std::string library;
  // The exported symbol by which it is known; empty when its text alone gave it away.
  std::string symbol;
  std::string version;
  // See Marks.
  std::string setting;
  std::vector<platform::AddressRange> writable_data;
  // Of no use unless the copy exports its control.
  JemallocCopy control;
};

// Looks for allocators in loaded objects, on demand, and remembers what it found in each file. For one thread.
class Finder {
 public:
  // The copies that are loaded now. The first call reads the read-only data of every loaded library, some GB/s; later ones only that of
  // libraries that came since, and take 0.1 µs when none did.
  Result<Done> Look();

  const std::vector<Copy>& copies() const { return copies_; }

  bool has_mimalloc() const;

  // The writable data of the library that serves malloc: it may be a mimalloc, whose mappings are none of the copies'.
  const std::vector<platform::AddressRange>& live_data() const { return live_data_; }

  // What purges each jemalloc whose locks are free in a forked child.
  std::vector<JemallocCopy> PurgeableInChild() const;

 private:
  void AddCopies(const platform::LoadedObject& object, const platform::Mapping& buffer);
  const Marks& MarksOf(const platform::LoadedObject& object, const platform::Mapping& buffer);

  uint64_t load_count_ = 0;
  std::vector<Copy> copies_;
  std::vector<platform::AddressRange> live_data_;
  // By the identity of the file. That without an identity is searched each time.
  std::map<std::string, Marks> marks_;
};

}  // namespace allocscope::embedded

#endif  // ALLOCSCOPE_EMBEDDED_COPIES_H_
