// SPDX-License-Identifier: GPL-2.0-only
#include "base/transcript.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>

#include <fmt/format.h>

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

struct Transcript::Log {
  FILE *file;
  std::filesystem::path path;
  std::atomic<int> error = 0; ///< errno of the first message that was not written
};

void Transcript::Close::operator()(Log *log) const
{
  std::fclose(log->file);
  delete log;
}

Result<Transcript> Transcript::create(const std::filesystem::path &path)
{
  FILE *file = std::fopen(path.c_str(), "we");
  if (!file)
    return fail_errno("open " + path.string());
  return Transcript(new Log{ file, path });
}

void Transcript::note(std::string_view arrow, std::string_view message)
{
  using namespace std::chrono;
  const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  const std::string line =
      fmt::format("{}.{:03} {} {}\n", now / 1000, now % 1000, arrow, shortened(message));
  int none = 0;
  if (std::fwrite(line.data(), 1, line.size(), log_->file) < line.size() ||
      std::fflush(log_->file) != 0)
    log_->error.compare_exchange_strong(none, errno);
}

Result<void> Transcript::complete() const
{
  if (log_->error)
    return fail_errno("write " + log_->path.string(), log_->error);
  return {};
}

} // namespace verdict
