#include "agent/json.h"

#include <cmath>
#include <cstdio>

namespace allocscope::agent {

void Json::Separate() {
  if (follows_) text_ += ',';
  follows_ = true;
}

void Json::Quote(const std::string& text) {
  text_ += '"';
  for (const char character : text) {
    if (character == '"' || character == '\\') {
      text_ += '\\';
      text_ += character;
    } else if (static_cast<unsigned char>(character) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", character);
      text_ += escape;
    } else {
      text_ += character;
    }
  }
  text_ += '"';
}

Json& Json::Open(char bracket) {
  Separate();
  text_ += bracket;
  follows_ = false;
  return *this;
}

Json& Json::Close(char bracket) {
  text_ += bracket;
  follows_ = true;
  return *this;
}

Json& Json::Name(const char* name) {
  Separate();
  Quote(name);
  text_ += ':';
  follows_ = false;
  return *this;
}

Json& Json::Text(const std::string& text) {
  Separate();
  Quote(text);
  return *this;
}

Json& Json::Figure(double figure) {
  Separate();
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.17g", figure);
  text_ += std::isfinite(figure) ? digits : "null";
  return *this;
}

Json& Json::Flag(bool flag) {
  Separate();
  text_ += flag ? "true" : "false";
  return *this;
}

Json& Json::Figures(const double* figures, size_t count) {
  Open('[');
  for (size_t i = 0; i < count; i++) Figure(figures[i]);
  return Close(']');
}

Json& Json::Texts(const std::vector<std::string>& texts) {
  Open('[');
  for (const std::string& text : texts) Text(text);
  return Close(']');
}

}  // namespace allocscope::agent
