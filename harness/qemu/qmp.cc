// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/qmp.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>

namespace verdict {

using nlohmann::json;

Result<Qmp> Qmp::connect(Fd socket, const std::filesystem::path &transcript, milliseconds timeout)
{
  FILE *file = std::fopen(transcript.c_str(), "we");
  if (!file)
    return fail_errno("open " + transcript.string());
  Qmp qmp(std::move(socket), file);

  const Deadline deadline(timeout);
  auto greeting = qmp.next_message(deadline);
  if (!greeting)
    return fail("no QMP greeting: " + greeting.error().message);
  if (!greeting->contains("QMP"))
    return fail("this is no QMP greeting: " + greeting->dump());
  if (auto done =
          qmp.command("qmp_capabilities", json::object(), milliseconds(deadline.poll_timeout()));
      !done)
    return tl::unexpected(done.error());
  return qmp;
}

Result<json> Qmp::command(const std::string &name, json arguments, milliseconds timeout)
{
  return run(name, std::move(arguments), -1, timeout);
}

Result<void> Qmp::pass_descriptor(const std::string &name, int fd)
{
  auto done = run("getfd", { { "fdname", name } }, fd, qmp_timeout);
  if (!done)
    return tl::unexpected(done.error());
  return {};
}

Result<json> Qmp::run(const std::string &name, json arguments, int fd, milliseconds timeout)
{
  const Deadline deadline(timeout);
  const unsigned id = ++last_id_;
  json message = { { "execute", name }, { "id", id } };
  if (!arguments.empty())
    message["arguments"] = std::move(arguments);
  if (auto sent = send(message.dump(), fd, deadline); !sent)
    return fail("QMP " + name + ": " + sent.error().message);

  for (;;) {
    auto reply = next_message(deadline);
    if (!reply)
      return fail("QMP " + name + ": " + reply.error().message);
    if (reply->contains("event")) {
      events_.push_back(std::move(*reply));
    } else if (reply->value("id", 0u) != id) {
      continue; // the late reply to a command that timed out
    } else if (reply->contains("error")) {
      return fail("QMP " + name + ": " + (*reply)["error"].value("desc", reply->dump()));
    } else {
      return (*reply)["return"];
    }
  }
}

std::optional<json> Qmp::next_event()
{
  // What is on the socket already, without waiting for more.
  for (;;) {
    auto message = next_message(Deadline(milliseconds(0)));
    if (!message)
      break;
    if (message->contains("event"))
      events_.push_back(std::move(*message));
  }
  if (events_.empty())
    return {};
  json event = std::move(events_.front());
  events_.pop_front();
  return event;
}

Result<json> Qmp::wait_event(const std::string &name, milliseconds timeout,
                             const std::function<bool(const json &)> &accept)
{
  const Deadline deadline(timeout);
  for (;;) {
    const auto found = std::find_if(events_.begin(), events_.end(), [&](const json &event) {
      return event.value("event", "") == name && accept(event);
    });
    if (found != events_.end()) {
      json event = std::move(*found);
      events_.erase(found);
      return event;
    }
    auto message = next_message(deadline);
    if (!message)
      return fail("QMP event " + name + ": " + message.error().message);
    if (message->contains("event"))
      events_.push_back(std::move(*message));
  }
}

Result<void> Qmp::send(const std::string &line, int fd, const Deadline &deadline)
{
  note("->", line);
  const std::string text = line + "\n";
  size_t sent = 0;
  while (sent < text.size()) {
    iovec part{ const_cast<char *>(text.data()) + sent, text.size() - sent };
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (fd >= 0 && sent == 0) {
      message.msg_control = control;
      message.msg_controllen = sizeof(control);
      cmsghdr *header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(sizeof(int));
      std::memcpy(CMSG_DATA(header), &fd, sizeof(int));
    }
    const ssize_t size = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size >= 0) {
      sent += static_cast<size_t>(size);
      continue;
    }
    if (errno == EAGAIN) {
      pollfd end{ .fd = socket_.get(), .events = POLLOUT, .revents = 0 };
      ::poll(&end, 1, deadline.poll_timeout());
      if (deadline.expired())
        return fail("QEMU does not read its commands");
    } else if (errno != EINTR) {
      return fail_errno("QEMU is gone"); // what it said before can still be read
    }
  }
  return {};
}

Result<json> Qmp::next_message(const Deadline &deadline)
{
  for (;;) {
    if (const size_t end = unread_.find('\n'); end != unread_.npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      if (line.ends_with('\r'))
        line.pop_back();
      note("<-", line);
      json message = json::parse(line, nullptr, false);
      if (!message.is_object())
        return fail("QEMU said something that is no JSON object: " + line);
      return message;
    }
    if (closed_)
      return fail("QEMU is gone");

    pollfd end{ .fd = socket_.get(), .events = POLLIN, .revents = 0 };
    const int count = ::poll(&end, 1, deadline.poll_timeout());
    if (count < 0 && errno != EINTR)
      return fail_errno("poll");
    if (count <= 0 && deadline.expired())
      return fail("no answer in time");
    if (count <= 0)
      continue;

    char buffer[16384];
    const ssize_t size = ::recv(socket_.get(), buffer, sizeof(buffer), MSG_DONTWAIT);
    if (size > 0)
      unread_.append(buffer, static_cast<size_t>(size));
    else if (size == 0 || (errno != EAGAIN && errno != EINTR))
      closed_ = true;
  }
}

void Qmp::note(const char *arrow, const std::string &line)
{
  using namespace std::chrono;
  const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  std::fprintf(transcript_.get(), "%lld.%03lld %s %s\n", static_cast<long long>(now / 1000),
               static_cast<long long>(now % 1000), arrow, line.c_str());
  std::fflush(transcript_.get());
}

} // namespace verdict
