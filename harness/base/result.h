// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace verdict {

/// A recoverable error: one sentence that names the cause and, where there is one, the cure.
struct Error {
  std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

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

} // namespace verdict
