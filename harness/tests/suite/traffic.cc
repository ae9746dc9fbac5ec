// SPDX-License-Identifier: GPL-2.0-only
#include "tests/suite/traffic.h"

#include <cstdlib>

#include <fmt/format.h>

#include "base/text.h"
#include "packet/builder.h"
#include "packet/dissect.h"
#include "tests/suite/columns.h"

namespace verdict {

namespace {

// With Traffic::burst about 2000 frames a second, or on a slow kernel fewer: enough for many in a
// poll, and not so many that nothing else in the guest gets to run.
constexpr milliseconds pause{ 16 };

} // namespace

size_t storm()
{
  const char *text = std::getenv("VERDICT_STORM");
  const long factor = text ? std::strtol(text, nullptr, 10) : 1;
  return factor > 1 ? static_cast<size_t>(factor) : 1;
}

Traffic::Traffic(Wire &wire, std::vector<size_t> sizes)
    : wire_(wire), sizes_(std::move(sizes)), thread_([this] { run(); })
{
}

Traffic::~Traffic()
{
  enough_ = true;
  if (thread_.joinable())
    thread_.join();
}

void Traffic::run()
{
  while (!enough_ && result_) {
    for (size_t i = 0; i < burst; i++)
      frames_.push_back(
          test_frame(wire_.address(), frames_.size(), sizes_[frames_.size() % sizes_.size()]));
    result_ = wire_.inject(std::span(frames_).last(burst));
    sent_ = frames_.size();
    std::this_thread::sleep_for(pause * kernel().slowness);
  }
}

Result<std::vector<Frame>> Traffic::stop()
{
  enough_ = true;
  if (thread_.joinable())
    thread_.join();
  if (!result_)
    return tl::unexpected(result_.error());
  return std::move(frames_);
}

Result<std::vector<Gap>> find_gaps(const std::vector<Frame> &sent, const std::vector<Frame> &seen)
{
  std::vector<Gap> gaps;
  size_t next = 0;
  for (size_t i = 0; i < seen.size(); i++) {
    size_t at = next;
    while (at < sent.size() && sent[at] != seen[i])
      at++;
    if (at == sent.size())
      return fail(
          fmt::format("frame {} of those that arrived was not sent, came twice or too late: ", i) +
          summary(seen[i]));
    if (at > next)
      gaps.push_back({ next, at - next });
    next = at + 1;
  }
  if (next < sent.size())
    gaps.push_back({ next, sent.size() - next });
  return gaps;
}

size_t missing(const std::vector<Gap> &gaps)
{
  size_t count = 0;
  for (const Gap &gap : gaps)
    count += gap.count;
  return count;
}

void PrintTo(const Gap &gap, std::ostream *stream)
{
  *stream << count_of(gap.count, "frame") << " from " << gap.first << " on";
}

} // namespace verdict
