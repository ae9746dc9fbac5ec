// SPDX-License-Identifier: GPL-2.0-only
// Operations during which an allocation fails (Documentation/fault-injection in the kernel).
#include "agent.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"

namespace verdict::guest {
namespace {

/// Makes the @nth allocation from now on of this thread fail, once.
class FailingAllocation {
public:
  static Result<FailingAllocation> start(unsigned nth)
  {
    FailingAllocation failing(Fd(::open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC)));

    if (!failing.file_)
      return fail_errno("the kernel injects no faults: fail-nth");
    TRY(failing.write(std::to_string(nth)));
    return failing;
  }

  /// Has it failed? None will any more.
  Result<bool> stop()
  {
    char text[16] = {};

    if (::pread(file_.get(), text, sizeof(text) - 1, 0) <= 0)
      return fail_errno("fail-nth");
    TRY(write("0"));
    return std::atoi(text) == 0;
  }

private:
  explicit FailingAllocation(Fd file) : file_(std::move(file)) {}

  Result<void> write(const std::string &text)
  {
    if (::pwrite(file_.get(), text.data(), text.size(), 0) < 0)
      return fail_errno("fail-nth");
    return {};
  }

  Fd file_;
};

Result<json> failing(const Ops &ops, const json &request)
{
  auto inner = request.at("request");
  auto op = ops.find(inner.at("op").get<std::string>());
  json reply = { { "error", nullptr } };

  if (op == ops.end())
    return fail("unknown op " + inner.at("op").dump());
  auto allocation = TRY(FailingAllocation::start(request.at("nth")));
  auto result = op->second(inner);
  reply["failed"] = TRY(allocation.stop());
  if (!result)
    reply["error"] = result.error().message;
  return reply;
}

} // namespace

void add_fault_ops(Ops &ops)
{
  ops["failing"] = [&ops](const json &request) { return failing(ops, request); };
}

} // namespace verdict::guest
