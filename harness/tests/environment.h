// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace verdict {

/// Sets a variable of the environment, or takes it out (null), for the length of a test.
class Environment {
public:
  Environment(const char *name, const char *value) : name_(name)
  {
    if (const char *old = std::getenv(name))
      old_ = old;
    value ? ::setenv(name, value, 1) : ::unsetenv(name);
  }
  Environment(const Environment &) = delete;
  Environment &operator=(const Environment &) = delete;
  ~Environment() { old_ ? ::setenv(name_, old_->c_str(), 1) : ::unsetenv(name_); }

private:
  const char *name_;
  std::optional<std::string> old_;
};

} // namespace verdict
