// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/qmp.h"

#include <poll.h>

#include <algorithm>

namespace verdict {

using nlohmann::json;

Result<std::unique_ptr<Qmp>> Qmp::connect(Fd socket, const std::filesystem::path &transcript,
                                          milliseconds timeout)
{
  auto log = TRY(Transcript::create(transcript));
  std::unique_ptr<Qmp> qmp(new Qmp(std::move(socket), std::move(log)));
  const Deadline deadline(timeout);
  Lock lock(qmp->mutex_);
  const auto greeting = qmp->wait_for(lock, deadline, [&qmp] { return qmp->greeting_; });
  lock.unlock();
  if (!greeting)
    return fail("no QMP greeting: " + greeting.error().message);
  if (!greeting->contains("QMP"))
    return fail("this is no QMP greeting: " + greeting->dump());
  TRY(qmp->command("qmp_capabilities", json::object(), timeout));
  return qmp;
}

Result<json> Qmp::command(const std::string &name, json arguments, milliseconds timeout)
{
  return run(name, std::move(arguments), -1, timeout);
}

Result<void> Qmp::pass_descriptor(const std::string &name, int fd)
{
  TRY(run("getfd", { { "fdname", name } }, fd, qmp_timeout));
  return {};
}

Result<json> Qmp::run(const std::string &name, json arguments, int fd, milliseconds timeout)
{
  const Deadline deadline(timeout);
  Lock lock(mutex_);
  const unsigned id = ++last_id_;
  replies_[id];
  lock.unlock();

  json message = { { "execute", name }, { "id", id } };
  if (!arguments.empty())
    message["arguments"] = std::move(arguments);
  const auto sent = send(message.dump(), fd, deadline);

  lock.lock();
  auto reply =
      sent ? wait_for(lock, deadline, [&] { return replies_[id]; }) : tl::unexpected(sent.error());
  replies_.erase(id);
  if (!reply)
    return fail("QMP " + name + ": " + reply.error().message);
  if (reply->contains("error"))
    return fail("QMP " + name + ": " + (*reply)["error"].value("desc", reply->dump()));
  return (*reply)["return"];
}

std::optional<json> Qmp::next_event()
{
  Lock lock(mutex_);
  const Deadline now(milliseconds(0));
  // Whoever waits for the socket is about to sort what is on it.
  while (somebody_waits_ && socket_.wait(POLLIN, now))
    sorted_.wait(lock);
  if (!somebody_waits_)
    receive();
  if (events_.empty())
    return {};
  json event = std::move(events_.front());
  events_.pop_front();
  return event;
}

Result<json> Qmp::wait_event(const std::string &name, milliseconds timeout,
                             const std::function<bool(const json &)> &accept)
{
  const auto take = [&]() -> std::optional<json> {
    const auto found = std::find_if(events_.begin(), events_.end(), [&](const json &event) {
      return event.value("event", "") == name && accept(event);
    });
    if (found == events_.end())
      return {};
    json event = std::move(*found);
    events_.erase(found);
    return event;
  };
  Lock lock(mutex_);
  auto event = wait_for(lock, Deadline(timeout), take);
  if (!event)
    return fail("QMP event " + name + ": " + event.error().message);
  return event;
}

bool Qmp::closed()
{
  const Lock lock(mutex_);
  return socket_.closed();
}

Result<void> Qmp::send(const std::string &line, int fd, const Deadline &deadline)
{
  const std::lock_guard sending(sending_);
  transcript_.note("->", line);
  const std::string text = line + "\n";
  size_t sent = 0;
  while (sent < text.size()) {
    const auto size = socket_.send_some(std::string_view(text).substr(sent), sent ? -1 : fd);
    if (!size)
      return fail("QEMU is gone: " + size.error().message);
    sent += *size;
    if (!*size && !socket_.wait(POLLOUT, deadline))
      return fail("QEMU has not read its commands in " + deadline.text());
  }
  return {};
}

/// What `take` finds, now or once QEMU has said it. Error: the deadline, the end of QEMU.
Result<json> Qmp::wait_for(Lock &lock, const Deadline &deadline, const Take &take)
{
  for (;;) {
    if (auto found = take())
      return std::move(*found);
    if (!over_.empty())
      return fail(over_);
    if (deadline.expired())
      return fail("no answer in " + deadline.text());
    wait_to_read(lock, deadline);
  }
}

/// Waits until something more has been sorted, by this thread or by another.
void Qmp::wait_to_read(Lock &lock, const Deadline &deadline)
{
  if (somebody_waits_) {
    sorted_.wait_for(lock, milliseconds(deadline.poll_timeout()));
    return;
  }
  somebody_waits_ = true;
  lock.unlock();
  socket_.wait(POLLIN, deadline);
  lock.lock();
  somebody_waits_ = false;
  receive();
  sorted_.notify_all();
}

/// Sorts what is on the socket; does not wait.
void Qmp::receive()
{
  const auto received = socket_.receive();
  while (const auto line = socket_.next_line())
    sort(*line);
  if (!received)
    over_ = received.error().message;
  else if (socket_.closed() && over_.empty())
    over_ = "QEMU is gone";
}

/// Keeps a message for whoever waits for it; not the late reply to a command that timed out.
void Qmp::sort(const std::string &line)
{
  transcript_.note("<-", line);
  json message = json::parse(line, nullptr, false);
  if (!message.is_object()) {
    over_ = "QEMU said something that is no JSON object: " + line;
  } else if (!greeting_) {
    greeting_ = std::move(message);
  } else if (message.contains("event")) {
    events_.push_back(std::move(message));
  } else {
    const auto reply = replies_.find(message.value("id", 0u));
    if (reply != replies_.end())
      reply->second = std::move(message);
  }
}

} // namespace verdict
