// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdlib>
#include <string>

namespace verdict {

/// A variable of the environment; `otherwise` if it is not there, or empty.
inline std::string variable(const char *name, const std::string &otherwise = "")
{
  const char *value = std::getenv(name);
  return value && *value ? value : otherwise;
}

/// Whether a variable switches something on: it is there, not empty, and not 0.
inline bool is_set(const char *name)
{
  const std::string value = variable(name);
  return !value.empty() && value != "0";
}

} // namespace verdict
