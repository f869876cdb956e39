#ifndef ALLOCSCOPE_EMBEDDED_MARKS_H_
#define ALLOCSCOPE_EMBEDDED_MARKS_H_

#include <string>
#include <vector>

#include "embedded/object_text.h"

namespace allocscope::embedded {

// What an object's read-only data says of an allocator within it.
struct Marks {
  bool mimalloc = false;
  bool jemalloc = false;
  // Texts that end as jemalloc's control does: `duckdb_je_mallctl`. Whether the object exports them is another question.
  std::vector<std::string> controls;
  // The environment variable that makes this copy give free memory back at once, with its value; empty when the text names none.
  std::string setting;
  // mimalloc: `2.x` or `3.x`, by the options that the text names.
  std::string version;
  // It asks to be called around fork, so that its locks are free in a forked child.
  bool handles_fork = false;

  bool any() const { return mimalloc || jemalloc || !controls.empty(); }
};

// Reads all of the object's read-only data once, and again only where an allocator was found.
Marks FindMarks(const ObjectText& text);

}  // namespace allocscope::embedded

#endif  // ALLOCSCOPE_EMBEDDED_MARKS_H_
