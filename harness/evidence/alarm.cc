// SPDX-License-Identifier: GPL-2.0-only
#include "evidence/alarm.h"

#include <utility>

#include "base/text.h"
#include "evidence/stack.h"

namespace verdict {

Alarm::Alarm(milliseconds limit, milliseconds grace, LastResort last_resort)
    : limit_(limit), grace_(grace), last_resort_(std::move(last_resort))
{
  prepare_stacks();
  thread_ = std::thread([this, test = ::pthread_self()] { run(test); });
}

void Alarm::run(pthread_t test)
{
  std::unique_lock lock(mutex_);
  const auto stopped = [this] { return stopped_; };
  if (stopping_.wait_for(lock, limit_, stopped))
    return;
  const auto stack = stack_of(test);
  rung_ = true;
  const auto grace = Deadline::exactly(grace_);
  lock.unlock();
  std::string where = join(describe_stack(stack), "\n");
  lock.lock();
  where_ = std::move(where);
  if (!stopping_.wait_for(lock, milliseconds(grace.poll_timeout()), stopped))
    last_resort_(where_);
}

Result<void> Alarm::check() const
{
  const std::lock_guard lock(mutex_);
  if (rung_ && !stopped_)
    return fail("the test's time of " + std::to_string(limit_.count() / 1000) + " s is over");
  return {};
}

std::string Alarm::stop()
{
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  stopping_.notify_all();
  if (thread_.joinable())
    thread_.join();
  return std::exchange(where_, {});
}

} // namespace verdict
