// SPDX-License-Identifier: GPL-2.0-only
#include "base/deadline.h"

#include <atomic>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace verdict {

namespace {

constexpr double for_ever = 1000;

std::atomic<unsigned> guest_slowness = 1;

constexpr const char *patience_variable = "VERDICT_PATIENCE";
constexpr const char *time_limit_variable = "VERDICT_TIME_LIMIT";

/// The number that is the whole of a text.
template <typename Number>
std::optional<Number> number_in(std::string_view text)
{
  Number value{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
    return std::nullopt;
  return value;
}

double factor()
{
  return std::getenv("VERDICT_GDB") ? for_ever : chosen_patience().value_or(1);
}

/// How many are waiting for a core, on the average of the last minute.
double load_per_core()
{
  double load;
  if (::getloadavg(&load, 1) != 1)
    return 1.0;
  return load / std::max(std::thread::hardware_concurrency(), 1u);
}

} // namespace

Result<double> chosen_patience()
{
  const char *text = std::getenv(patience_variable);
  if (!text)
    return 1.0;
  const auto value = number_in<double>(text);
  if (!value || !(*value > 0) || !std::isfinite(*value))
    return fail(std::string(patience_variable) + " is \"" + text +
                "\"; it is the factor by which everything is waited for longer: a number above 0");
  return *value;
}

Result<std::optional<std::chrono::seconds>> chosen_time_limit()
{
  const char *text = std::getenv(time_limit_variable);
  if (!text)
    return std::nullopt;
  const auto seconds = number_in<uint32_t>(text);
  if (!seconds || !*seconds)
    return fail(std::string(time_limit_variable) + " is \"" + text +
                "\"; it is how long a test may take: a whole number of seconds above 0");
  return std::chrono::seconds(*seconds);
}

milliseconds scaled(milliseconds limit)
{
  const double slowness = std::max<double>(guest_slowness, load_per_core());
  return std::chrono::ceil<milliseconds>(limit * (factor() * slowness));
}

void set_guest_slowness(unsigned slowness)
{
  guest_slowness = slowness;
}

} // namespace verdict
