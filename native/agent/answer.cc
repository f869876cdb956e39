#include "agent/answer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "agent/event_loop.h"
#include "agent/json.h"
#include "allocator/backend.h"
#include "allocator/detect.h"
#include "process/statm.h"

namespace allocscope::agent {
namespace {

std::string WriteFailure(const Failure& failure) {
  Json json;
  json.Open('{').Name("failure").Open('{');
  json.Name("code").Text(failure.code).Name("call").Text(failure.call);
  json.Name("errno").Figure(failure.error_number).Name("message").Text(failure.message);
  return json.Close('}').Close('}').Take();
}

// As describeAllocator() of convert/allocator.cc.
std::string Describe() {
  const allocator::Backend& backend = allocator::LiveBackend();
  Json json;
  json.Open('{').Name("allocator").Text(backend.name()).Name("library").Text(backend.provenance().library);
  json.Name("version").Text(backend.provenance().version).Name("proof").Text(backend.provenance().proof);
  json.Name("limitation").Text(backend.limitation()).Name("footprintFields").Open('[').Text("rssBytes");
  for (const std::string& field : backend.footprint_fields()) json.Text(field);
  return json.Close(']').Close('}').Take();
}

// As readAllocatorFootprint().
std::string ReadFootprint() {
  const allocator::Backend& backend = allocator::LiveBackend();
  backend.ProveAgain();
  process::StatmReader reader;
  const Result<process::Statm> statm = reader.Read();
  if (!statm.ok()) return WriteFailure(statm.failure());
  std::vector<double> figures;
  figures.resize(backend.footprint_fields().size() + 1);
  figures[0] = static_cast<double>(statm.value().resident_bytes);
  const Result<Done> read = backend.ReadFootprint(figures.data() + 1);
  return read.ok() ? Json().Figures(figures.data(), figures.size()).Take() : WriteFailure(read.failure());
}

void WriteTables(const std::vector<allocator::Table>& tables, Json* json) {
  json->Name("tables").Open('{');
  for (const allocator::Table& table : tables) {
    json->Name(table.name.c_str()).Open('{').Name("columns").Texts(table.columns);
    json->Name("cells").Figures(table.cells.data(), table.cells.size()).Close('}');
  }
  json->Close('}');
}

// As readAllocatorDetail().
std::string ReadDetail(allocator::Detail detail) {
  const Result<allocator::Document> read = allocator::LiveBackend().Read(detail);
  if (!read.ok()) return WriteFailure(read.failure());
  const allocator::Document& document = read.value();
  Json json;
  json.Open('{').Name("figures").Open('{');
  for (const auto& [name, value] : document.figures) json.Name(name.c_str()).Figure(value);
  json.Close('}').Name("texts").Open('{');
  for (const auto& [name, value] : document.texts) json.Name(name.c_str()).Text(value);
  json.Close('}').Name("flags").Open('{');
  for (const auto& [name, value] : document.flags) json.Name(name.c_str()).Flag(value);
  json.Close('}');
  WriteTables(document.tables, &json);
  return json.Close('}').Take();
}

std::string Evaluate(const char* script) {
  const Result<Evaluation*> begun = BeginEvaluation(script);
  if (!begun.ok()) return WriteFailure(begun.failure());
  char number[32];
  std::snprintf(number, sizeof number, "%zx", reinterpret_cast<size_t>(begun.value()));
  return Json().Text(number).Take();
}

Evaluation* EvaluationOf(const char* number) { return reinterpret_cast<Evaluation*>(std::strtoull(number, nullptr, 16)); }

std::string Interrupt(const char* number) {
  const Result<Done> asked = InterruptEvaluation(EvaluationOf(number));
  return asked.ok() ? "{}" : WriteFailure(asked.failure());
}

std::string Take(const char* number) {
  const EvaluationState state = TakeEvaluation(EvaluationOf(number));
  Json json;
  json.Open('{').Name("done").Flag(state.done);
  if (state.done) json.Name(state.threw ? "error" : "value").Text(state.text);
  if (state.heap != nullptr) state.heap->Write(&json);
  return json.Close('}').Take();
}

std::string Drop(const char* number) {
  DropEvaluation(EvaluationOf(number));
  return "{}";
}

// What follows `word` in the request; null when it begins with another.
const char* Behind(const char* word, const char* request) {
  const size_t length = std::strlen(word);
  return std::strncmp(request, word, length) == 0 ? request + length : nullptr;
}

std::string AnswerTo(const char* request) {
  if (std::strcmp(request, "describe") == 0) return Describe();
  if (std::strcmp(request, "footprint") == 0) return ReadFootprint();
  if (std::strcmp(request, "usage") == 0) return ReadDetail(allocator::Detail::kUsage);
  if (std::strcmp(request, "arenas") == 0) return ReadDetail(allocator::Detail::kArenas);
  if (const char* script = Behind("evaluate ", request)) return Evaluate(script);
  if (const char* number = Behind("interrupt ", request)) return Interrupt(number);
  if (const char* number = Behind("take ", request)) return Take(number);
  if (const char* number = Behind("drop ", request)) return Drop(number);
  return WriteFailure({"INTERNAL", "attach", 0, "the library in the process doesn't know this request: it is of another version"});
}

}  // namespace
}  // namespace allocscope::agent

void allocscope_reply(const char* request, allocscope::agent::Answer* answer) {
  if (request == nullptr) {
    std::free(const_cast<char*>(answer->text));
    return;
  }
  const std::string text = allocscope::agent::AnswerTo(request);
  auto* copy = static_cast<char*>(std::malloc(text.size()));
  if (copy != nullptr) std::copy(text.begin(), text.end(), copy);
  *answer = {copy, copy == nullptr ? 0 : text.size()};
}
