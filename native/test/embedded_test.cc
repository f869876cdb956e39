// The search for allocators within loaded objects, on objects of our own.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "embedded/copies.h"
#include "embedded/marks.h"
#include "embedded/object_text.h"
#include "embedded/regions.h"
#include "test/check.h"

namespace allocscope::test {
namespace {

using embedded::FindText;

void TestFindText() {
  bool agrees = true;
  // Few letters, so that many places begin or end like the needle.
  for (unsigned seed = 0; seed < 200; seed++) {
    std::string text;
    for (unsigned state = seed; text.size() < 90; state = state * 1103515245 + 12345) text += "mal\0"[state >> 16 & 3];
    for (const std::string& needle : {std::string("mall"), std::string("a\0", 2), std::string("lamlam")}) {
      for (size_t from = 0; from < text.size(); from += 7) agrees = agrees && FindText(text, needle, from) == text.find(needle, from);
    }
  }
  Check(agrees, "FindText finds what std::string finds");
  Check(FindText("mal", "mall") == std::string::npos && FindText("", "mall") == std::string::npos, "a text shorter than the needle");
}

// A file that is mapped as the dynamic linker maps an object's read-only data.
class MappedObject {
 public:
  explicit MappedObject(const std::string& content) {
    const int file = mkstemp(path_);
    Check(file >= 0 && write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()), "a file is written");
    bytes_ = content.size();
    data_ = mmap(nullptr, bytes_, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    object_ = {path_, {{reinterpret_cast<uintptr_t>(data_), bytes_, 0, bytes_, false, false}}};
  }
  ~MappedObject() {
    munmap(data_, bytes_);
    unlink(path_);
  }

  embedded::Marks Search(std::string* identity = nullptr) const {
    const auto buffer = embedded::ObjectText::MakeBuffer();
    const embedded::ObjectText text(object_, buffer.value());
    if (identity != nullptr) *identity = text.identity();
    return embedded::FindMarks(text);
  }

  const char* path() const { return path_; }

 private:
  char path_[32] = "/tmp/allocscope-object-XXXXXX";
  size_t bytes_ = 0;
  void* data_ = nullptr;
  platform::LoadedObject object_;
};

// Each text lies across the end of a part that is read at once.
std::string ContentWith(const std::string& text) {
  constexpr size_t kPartBytes = 256 * 1024;
  std::string content(3 * kPartBytes, '\1');
  content.replace(kPartBytes - text.size() / 2, text.size(), text);
  return content;
}

void TestMarks() {
  const MappedObject mimalloc(ContentWith(std::string("mi") + "malloc: warning: "));
  Check(mimalloc.Search().mimalloc && !mimalloc.Search().jemalloc, "mimalloc's text is found across two parts");
  const MappedObject jemalloc(ContentWith(std::string("<je") + "malloc>: "));
  Check(jemalloc.Search().jemalloc && !jemalloc.Search().mimalloc, "jemalloc's text is found across two parts");
  const MappedObject control(ContentWith(std::string("\0my_je_mallctl\0MY_JE_MALLOC_CONF\0", 33)));
  const embedded::Marks marks = control.Search();
  Check(marks.controls == std::vector<std::string>{"my_je_mallctl"}, "a control is found under its prefix");
  Check(marks.setting == "MY_JE_MALLOC_CONF=dirty_decay_ms:0,muzzy_decay_ms:0", "its variable has its prefix");
  const MappedObject other(ContentWith("malloc: warning: mallctlbymib imalloc"));
  Check(!other.Search().any(), "other texts are nothing");
}

void TestVanishedFiles() {
  std::string identity;
  MappedObject object(ContentWith(std::string("mi") + "malloc: warning: "));
  object.Search(&identity);
  Check(!identity.empty(), "a file that is there has an identity");
  unlink(object.path());
  Check(object.Search(&identity).mimalloc && identity.empty(), "a deleted file is read from memory");
  MappedObject truncated(ContentWith(std::string("mi") + "malloc: warning: "));
  // Touching what was cut off would end this program.
  Check(truncate(truncated.path(), 4096) == 0 && !truncated.Search().any(), "a truncated file is read without a fault");
  Check(truncate(truncated.path(), 0) == 0 && !truncated.Search(&identity).any() && identity.empty(), "an emptied file is no object");
}

platform::SmapsEntry Mapped(uint64_t begin, uint64_t bytes, const char* permissions, const char* name) {
  platform::SmapsEntry mapping;
  mapping.begin = begin;
  mapping.end = begin + bytes;
  std::strcpy(mapping.permissions, permissions);
  std::strcpy(mapping.name, name);
  return mapping;
}

void TestMappings() {
  using embedded::MayBeMimalloc;
  constexpr uint64_t kHint = 0x24cfb000000;
  constexpr uint64_t kArena = uint64_t{1} << 30;
  Check(MayBeMimalloc(Mapped(kHint, kArena, "rw-p", "")), "an arena where mimalloc asks for it");
  Check(MayBeMimalloc(Mapped(0x7f0000000000, 4096, "rw-p", "[anon:mimalloc]")), "a mapping that the kernel names");
  Check(MayBeMimalloc(Mapped(0x7f0000000000, kArena, "rw-p", "")), "an arena's size elsewhere, until pointers are looked for");
  Check(!MayBeMimalloc(Mapped(0x7f0000000000, kArena - 4096, "rw-p", "")), "less than an arena elsewhere");
  Check(!MayBeMimalloc(Mapped(kHint, 1 << 20, "rw-p", "")), "a small mapping");
  Check(!MayBeMimalloc(Mapped(kHint, kArena, "---p", "")), "a reservation");
  Check(!MayBeMimalloc(Mapped(kHint, kArena, "rw-s", "")), "shared memory");
  Check(!MayBeMimalloc(Mapped(kHint, kArena, "rw-p", "[anon:v8]")), "another's name");
}

void TestFinder() {
  embedded::Finder finder;
  Check(finder.Look().ok(), "loaded objects are searched");
  for (const embedded::Copy& copy : finder.copies()) Check(!copy.library.empty(), "an embedded allocator has a library");
  const size_t found = finder.copies().size();
  Check(finder.Look().ok() && finder.copies().size() == found, "another look finds the same");
  Check(embedded::ReadRegions(finder).ok(), "mappings are read");
}

}  // namespace

void TestEmbedded() {
  TestFindText();
  TestMarks();
  TestVanishedFiles();
  TestMappings();
  TestFinder();
}

}  // namespace allocscope::test
