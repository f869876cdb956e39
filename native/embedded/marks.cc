#include "embedded/marks.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace allocscope::embedded {
namespace {

constexpr std::string_view kControl = "mallctl";
// What the names below have in common, so that one search finds all.
constexpr std::string_view kStem = "mall";

// In two pieces: whole, they would be found in this very library.
constexpr std::string_view kMimallocBegin = "mi";
constexpr std::string_view kMimallocRest = "malloc: warning: ";
constexpr std::string_view kJemallocBegin = "<je";
constexpr std::string_view kJemallocRest = "malloc>: ";

bool IsAt(std::string_view part, size_t at, std::string_view begin, std::string_view rest) {
  return at >= begin.size() && part.substr(at - begin.size(), begin.size()) == begin && part.substr(at, rest.size()) == rest;
}

bool IsOfName(char letter) { return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_'; }

// The name that ends in `mallctl` with its last letters at `at`; empty when something else follows.
std::string ControlAt(std::string_view part, size_t at) {
  const size_t end = at + kControl.size();
  if (part.substr(at, kControl.size()) != kControl || end >= part.size() || part[end] != '\0') return {};
  size_t begin = at;
  while (begin > 0 && IsOfName(part[begin - 1])) begin--;
  return std::string(part.substr(begin, end - begin));
}

void AddMarks(std::string_view part, Marks* marks) {
  for (size_t at = FindText(part, kStem); at != std::string_view::npos; at = FindText(part, kStem, at + 1)) {
    marks->mimalloc = marks->mimalloc || IsAt(part, at, kMimallocBegin, kMimallocRest);
    marks->jemalloc = marks->jemalloc || IsAt(part, at, kJemallocBegin, kJemallocRest);
    const std::string control = ControlAt(part, at);
    const bool is_new = std::find(marks->controls.begin(), marks->controls.end(), control) == marks->controls.end();
    if (!control.empty() && is_new) marks->controls.push_back(control);
  }
}

// `duckdb_je_mallctl` has its settings in `DUCKDB_JE_MALLOC_CONF`.
std::string ConfigurationOf(const std::string& control) {
  std::string variable = control.substr(0, control.size() - kControl.size());
  std::transform(variable.begin(), variable.end(), variable.begin(), [](unsigned char letter) { return std::toupper(letter); });
  return variable + "MALLOC_CONF";
}

void AddJemalloc(const ObjectText& text, Marks* marks) {
  // Whatever links pthread_atfork itself imports this one.
  marks->handles_fork = text.Contains("register_atfork") || text.Contains("pthread_atfork");
  for (const std::string& control : marks->controls) {
    const std::string variable = ConfigurationOf(control);
    if (text.Contains(variable)) marks->setting = variable + "=dirty_decay_ms:0,muzzy_decay_ms:0";
  }
}

void AddMimalloc(const ObjectText& text, Marks* marks) {
  // An option's name is a text of its own.
  const auto names = [&text](std::string_view option) { return text.Contains('\0' + std::string(option) + '\0'); };
  if (names("page_full_retain")) {
    marks->version = "3.x";
  } else if (names("reset_delay")) {
    marks->version = "2.x";
  }
  // Version 2.0 had the delay under another name.
  if (names("purge_delay")) {
    marks->setting = "MIMALLOC_PURGE_DELAY=0";
  } else if (names("reset_delay")) {
    marks->setting = "MIMALLOC_RESET_DELAY=0";
  }
}

}  // namespace

Marks FindMarks(const ObjectText& text) {
  Marks marks;
  text.VisitParts([&marks](std::string_view part) {
    AddMarks(part, &marks);
    return true;
  });
  if (marks.jemalloc || !marks.controls.empty()) AddJemalloc(text, &marks);
  if (marks.mimalloc) AddMimalloc(text, &marks);
  return marks;
}

}  // namespace allocscope::embedded
