#include "attach/target.h"

#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <tuple>

#include "attach/denial.h"

namespace allocscope::attach {
namespace {

// A file's first executable mapping.
struct Mapped {
  uintptr_t begin = 0;
  uintptr_t end = 0;
  uint64_t offset = 0;
  std::string path;
};

std::string ProcPath(pid_t pid, const char* name) { return "/proc/" + std::to_string(pid) + "/" + name; }

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// Each line of maps to `visit`, which says whether to go on.
template <typename Visit>
Result<Done> VisitMaps(pid_t pid, Visit visit) {
  const std::string name = ProcPath(pid, "maps");
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(name.c_str(), "re"));
  if (file == nullptr) return Denial(pid, "open", errno);
  char* line = nullptr;
  size_t room = 0;
  ssize_t length = 0;
  bool more = true;
  errno = 0;
  while (more && (length = getline(&line, &room, file.get())) > 0) {
    if (line[length - 1] == '\n') line[length - 1] = '\0';
    Mapped mapped;
    char rights[5] = {};
    int path = 0;
    if (std::sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %" SCNx64 " %*s %*s %n", &mapped.begin, &mapped.end, rights, &mapped.offset,
                    &path) < 4)
      continue;
    mapped.path = line + path;
    more = visit(mapped, rights);
  }
  const int error = errno;
  std::free(line);
  if (more && error != 0) return Denial(pid, "read", error);
  return Done{};
}

// A file of the process's. It is read piece by piece: a mapping would end this process if somebody cut the file short.
class ElfFile {
 public:
  // Not waiting for the writer of a pipe of that name.
  explicit ElfFile(const std::string& path) : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (!ReadAt(0, 1, &header_) || std::memcmp(header_[0].e_ident, ELFMAG, SELFMAG) != 0 || header_[0].e_ident[EI_CLASS] != ELFCLASS64)
      return;
    ReadAt(header_[0].e_phoff, header_[0].e_phnum, &segments_);
    ReadAt(header_[0].e_shoff, header_[0].e_shnum, &sections_);
  }
  ~ElfFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  ElfFile(const ElfFile&) = delete;
  ElfFile& operator=(const ElfFile&) = delete;

  // `count` objects at an offset of the file. False, and none, where they aren't all there.
  template <typename T>
  bool ReadAt(uint64_t offset, uint64_t count, std::vector<T>* into) const {
    // The names that a node exports take 3 MiB.
    constexpr uint64_t kMostBytes = 256 << 20;
    if (descriptor_ < 0 || count == 0 || count > kMostBytes / sizeof(T)) return false;
    into->resize(count);
    const size_t bytes = count * sizeof(T);
    if (pread(descriptor_, into->data(), bytes, static_cast<off_t>(offset)) == static_cast<ssize_t>(bytes)) return true;
    into->clear();
    return false;
  }

  // Which file it is, and in which state. glibc's own fstat is of 2.33: with it the addon wouldn't load on older systems.
  using Identity = std::tuple<dev_t, ino_t, off_t, time_t, decltype(timespec::tv_nsec)>;
  Identity identity() const {
    struct stat status {};
    if (descriptor_ >= 0) syscall(SYS_fstat, descriptor_, &status);
    return {status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
  }

  // The address that the file's linker gave to the byte at `offset`, where a page begins; 0 when it isn't loaded.
  uintptr_t LinkedAddress(uint64_t offset) const {
    for (const Elf64_Phdr& segment : segments_) {
      // The mapping begins at the page that the segment begins in.
      const uint64_t begin = segment.p_offset & ~uint64_t{4095};
      if (segment.p_type == PT_LOAD && begin <= offset && offset < segment.p_offset + segment.p_filesz) {
        return segment.p_vaddr - segment.p_offset + offset;
      }
    }
    return 0;
  }

  // Each symbol that others may use to `visit`: its name, its linked address and its size.
  template <typename Visit>
  void VisitSymbols(Visit visit) const {
    for (const Elf64_Shdr& section : sections_) {
      if (section.sh_type != SHT_DYNSYM || section.sh_link >= sections_.size()) continue;
      const Elf64_Shdr& text = sections_[section.sh_link];
      std::vector<Elf64_Sym> symbols;
      std::vector<char> names;
      if (!ReadAt(section.sh_offset, section.sh_size / sizeof(Elf64_Sym), &symbols) || !ReadAt(text.sh_offset, text.sh_size, &names))
        continue;
      names.back() = '\0';
      for (const Elf64_Sym& symbol : symbols) {
        if (symbol.st_value != 0 && symbol.st_name < names.size()) visit(names.data() + symbol.st_name, symbol.st_value, symbol.st_size);
      }
    }
  }

 private:
  const int descriptor_;
  std::vector<Elf64_Ehdr> header_;
  std::vector<Elf64_Phdr> segments_;
  std::vector<Elf64_Shdr> sections_;
};

// What was found in files, once in each: a node has 7 MB of symbols, and one look at a process asks several times.
template <typename Found>
class FoundInFiles {
 public:
  template <typename Find>
  Found In(const ElfFile& file, Find find) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto [place, is_new] = found_.try_emplace(file.identity());
    if (is_new) place->second = find();
    return place->second;
  }

 private:
  std::mutex mutex_;
  std::map<ElfFile::Identity, Found> found_;
};

// libuv's calls in a file, as addresses of its linker's; 0 what it doesn't export.
struct LibuvSymbols {
  uintptr_t dlopen = 0;
  uintptr_t dlsym = 0;
  uintptr_t dlclose = 0;
  uintptr_t cond_wait = 0;
  size_t cond_wait_bytes = 0;
};

LibuvSymbols FindLibuv(const ElfFile& file) {
  LibuvSymbols symbols;
  file.VisitSymbols([&](const char* name, uintptr_t address, size_t bytes) {
    // Most names of a node aren't libuv's.
    if (std::strncmp(name, "uv_", 3) != 0) return;
    const std::string_view wanted = name + 3;
    if (wanted == "dlopen") symbols.dlopen = address;
    if (wanted == "dlsym") symbols.dlsym = address;
    if (wanted == "dlclose") symbols.dlclose = address;
    if (wanted == "cond_wait") {
      symbols.cond_wait = address;
      symbols.cond_wait_bytes = bytes;
    }
  });
  return symbols;
}

// As far behind the beginning of the text; 0 where it isn't there. libc doesn't export it. The kernel and debuggers know it by its
// instructions, which every libc therefore has.
size_t FindSigreturn(const ElfFile& file, const Mapped& text) {
  constexpr uint8_t kCode[] = {0x48, 0xc7, 0xc0, 0x0f, 0x00, 0x00, 0x00, 0x0f, 0x05};
  std::vector<char> code;
  if (!file.ReadAt(text.offset, text.end - text.begin, &code)) return 0;
  const void* found = memmem(code.data(), code.size(), kCode, sizeof kCode);
  return found == nullptr ? 0 : static_cast<size_t>(static_cast<const char*>(found) - code.data());
}

bool IsLibc(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  return name.rfind("libc.so", 0) == 0 || name.rfind("libc-2.", 0) == 0;
}

// Never taken down: a thread may ask while the process ends.
FoundInFiles<LibuvSymbols>& known_libuvs = *new FoundInFiles<LibuvSymbols>;
FoundInFiles<size_t>& known_sigreturns = *new FoundInFiles<size_t>;

// Leaves `calls` as they are where the file has no libuv.
void AddLibuv(const ElfFile& file, const Mapped& text, TargetCalls* calls) {
  const uintptr_t linked = file.LinkedAddress(text.offset);
  if (linked == 0) return;
  const LibuvSymbols symbols = known_libuvs.In(file, [&] { return FindLibuv(file); });
  const uintptr_t bias = text.begin - linked;
  const auto add = [&](uintptr_t symbol, uintptr_t* call) {
    if (symbol != 0) *call = bias + symbol;
  };
  add(symbols.dlopen, &calls->dlopen);
  add(symbols.dlsym, &calls->dlsym);
  add(symbols.dlclose, &calls->dlclose);
  add(symbols.cond_wait, &calls->cond_wait);
  if (symbols.cond_wait != 0) calls->cond_wait_bytes = symbols.cond_wait_bytes;
}

void AddLibc(const ElfFile& file, const Mapped& text, TargetCalls* calls) {
  const size_t found = known_sigreturns.In(file, [&] { return FindSigreturn(file, text); });
  if (found != 0) calls->sigreturn = text.begin + found;
}

}  // namespace

Result<TargetCalls> FindCalls(pid_t pid) {
  TargetCalls calls;
  std::vector<Mapped> texts;
  const Result<Done> visited = VisitMaps(pid, [&](const Mapped& mapped, const char* rights) {
    if (rights[2] == 'x' && mapped.path[0] == '/') texts.push_back(mapped);
    return true;
  });
  if (!visited.ok()) return visited.failure();
  bool has_libc = false;
  for (const Mapped& text : texts) {
    const ElfFile file(ProcPath(pid, "root") + text.path);
    if (calls.dlopen == 0) AddLibuv(file, text, &calls);
    if (!IsLibc(text.path)) continue;
    has_libc = true;
    if (calls.sigreturn == 0) AddLibc(file, text, &calls);
  }
  if (calls.dlopen == 0 || calls.dlsym == 0 || calls.dlclose == 0 || calls.cond_wait == 0) {
    return Failure{"ATTACH", "attach", 0,
                   "process " + std::to_string(pid) + " isn't a Node program that is running: no file of it exports libuv"};
  }
  if (!has_libc || calls.sigreturn == 0) return Failure{"ATTACH", "attach", 0, "the process has no glibc that is known"};
  return calls;
}

bool IsMapped(pid_t pid, const std::string& path) {
  bool found = false;
  VisitMaps(pid, [&](const Mapped& mapped, const char*) {
    found = mapped.path == path;
    return !found;
  });
  return found;
}

std::vector<pid_t> OtherThreads(pid_t pid) {
  std::vector<pid_t> threads;
  DIR* folder = opendir(ProcPath(pid, "task").c_str());
  if (folder == nullptr) return threads;
  while (const dirent* entry = readdir(folder)) {
    const pid_t thread = std::atoi(entry->d_name);
    if (thread > 0 && thread != pid) threads.push_back(thread);
  }
  closedir(folder);
  return threads;
}

bool ReadMemory(pid_t pid, uintptr_t address, void* into, size_t length) {
  const iovec local{into, length};
  const iovec remote{reinterpret_cast<void*>(address), length};
  return process_vm_readv(pid, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(length);
}

bool WriteMemory(pid_t pid, uintptr_t address, const void* from, size_t length) {
  const iovec local{const_cast<void*>(from), length};
  const iovec remote{reinterpret_cast<void*>(address), length};
  return process_vm_writev(pid, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(length);
}

}  // namespace allocscope::attach
