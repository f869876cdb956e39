#ifndef ALLOCSCOPE_AGENT_JSON_H_
#define ALLOCSCOPE_AGENT_JSON_H_

#include <string>
#include <utility>
#include <vector>

namespace allocscope::agent {

// Writes JSON as the command on the other side reads it. A figure that isn't known, NaN, is null.
class Json {
 public:
  Json& Open(char bracket);
  Json& Close(char bracket);
  Json& Name(const char* name);
  Json& Text(const std::string& text);
  Json& Figure(double figure);
  Json& Flag(bool flag);
  Json& Figures(const double* figures, size_t count);
  Json& Texts(const std::vector<std::string>& texts);

  // What was written. The writer is empty afterwards.
  std::string Take() { return std::move(text_); }

 private:
  void Separate();
  void Quote(const std::string& text);

  std::string text_;
  // Whether something of the same list or object stands before.
  bool follows_ = false;
};

}  // namespace allocscope::agent

#endif  // ALLOCSCOPE_AGENT_JSON_H_
