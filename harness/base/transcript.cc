// SPDX-License-Identifier: GPL-2.0-only
#include "base/transcript.h"

#include <chrono>
#include <string>

namespace verdict {

namespace {

constexpr size_t longest = 4000, head = 2000, tail = 500;

std::string shortened(std::string_view message)
{
  if (message.size() <= longest)
    return std::string(message);
  const size_t left_out = message.size() - head - tail;
  return std::string(message.substr(0, head)) + "[... " + std::to_string(left_out) +
         " characters left out ...]" + std::string(message.substr(head + left_out));
}

} // namespace

Result<Transcript> Transcript::create(const std::filesystem::path &path)
{
  FILE *file = std::fopen(path.c_str(), "we");
  if (!file)
    return fail_errno("open " + path.string());
  return Transcript(file);
}

void Transcript::note(std::string_view arrow, std::string_view message)
{
  using namespace std::chrono;
  const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  std::fprintf(file_.get(), "%lld.%03lld %.*s %s\n", static_cast<long long>(now / 1000),
               static_cast<long long>(now % 1000), static_cast<int>(arrow.size()), arrow.data(),
               shortened(message).c_str());
  std::fflush(file_.get());
}

} // namespace verdict
