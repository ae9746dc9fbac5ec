// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tl/expected.hpp>

namespace verdict {

/// A recoverable error: one sentence that names the cause and, where there is one, the cure.
struct Error {
  std::string message;
};

/// A value or an error. The compiler refuses a call whose result nobody looks at.
template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
public:
  using Base = tl::expected<T, Error>;
  using Base::Base;
  Result(Base base) : Base(std::move(base)) {}
};

/// An error to return from a function that returns a Result.
inline tl::unexpected<Error> fail(std::string message)
{
  return tl::unexpected<Error>(Error{ std::move(message) });
}

/// As fail(), with the text of errno appended: "open /dev/kvm: No such file or directory".
inline tl::unexpected<Error> fail_errno(std::string_view what, int error = errno)
{
  return fail(std::string(what) + ": " + std::strerror(error));
}

/// The value of a result that holds one; part of TRY().
template <typename Outcome>
auto take_value(Outcome &&result)
{
  if constexpr (!std::is_void_v<typename std::remove_cvref_t<Outcome>::value_type>)
    return *std::forward<Outcome>(result);
}

/// The value of a Result. If it holds an error, the calling function returns that:
///   const auto text = TRY(read_file(path));
///   TRY(agent.ping());
#define TRY(expression)                                                                            \
  __extension__({                                                                                  \
    auto verdict_try_ = (expression);                                                              \
    if (!verdict_try_)                                                                             \
      return ::tl::unexpected(std::move(verdict_try_).error());                                    \
    ::verdict::take_value(std::move(verdict_try_));                                                \
  })

} // namespace verdict
