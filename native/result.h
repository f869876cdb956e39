#ifndef ALLOCSCOPE_RESULT_H_
#define ALLOCSCOPE_RESULT_H_

#include <string>
#include <utility>
#include <variant>

namespace allocscope {

// Why a call could not answer. TypeScript turns it into an AllocscopeError.
struct Failure {
  std::string code;  // The error's code without its ERR_ALLOCSCOPE_ prefix.
  std::string call;  // The system or allocator call that failed.
  int error_number = 0;
  std::string message;
};

// What this program or library doesn't offer: no call has failed, so there is no number of an error.
inline Failure Unsupported(std::string call, std::string message) { return {"UNSUPPORTED", std::move(call), 0, std::move(message)}; }

// Either a value or the reason there is none.
template <typename T>
class Result {
 public:
  Result(T value) : state_(std::move(value)) {}            // NOLINT(google-explicit-constructor)
  Result(Failure failure) : state_(std::move(failure)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return std::holds_alternative<T>(state_); }
  const T& value() const { return *std::get_if<T>(&state_); }
  T& value() { return *std::get_if<T>(&state_); }
  const Failure& failure() const { return *std::get_if<Failure>(&state_); }

 private:
  std::variant<T, Failure> state_;
};

// The value of a Result that carries nothing but success.
struct Done {};

}  // namespace allocscope

#endif  // ALLOCSCOPE_RESULT_H_
