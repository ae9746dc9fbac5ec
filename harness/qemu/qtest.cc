// SPDX-License-Identifier: GPL-2.0-only
#include "qemu/qtest.h"

#include <poll.h>
#include <sys/socket.h>

#include <charconv>

#include <fmt/format.h>

namespace verdict {

using nlohmann::json;

namespace {

constexpr milliseconds timeout{ 10000 };

/// "0x2a" as a number.
Result<uint64_t> number(const std::string &text)
{
  uint64_t value = 0;
  const char *end = text.data() + text.size();
  if (text.starts_with("0x")) {
    const auto parsed = std::from_chars(text.data() + 2, end, value, 16);
    if (parsed.ec == std::errc() && parsed.ptr == end)
      return value;
  }
  return fail("qtest: not a number: " + text);
}

} // namespace

Result<Qtest> Qtest::open(Machine &machine)
{
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
    return fail_errno("socketpair");
  Fd ours(ends[0]), theirs(ends[1]);

  Qmp &qmp = machine.qmp();
  TRY(qmp.pass_descriptor("qtest", theirs.get()));
  const json address = { { "type", "fd" }, { "data", { { "str", "qtest" } } } };
  const json socket = { { "type", "socket" },
                        { "data", { { "addr", address }, { "server", false } } } };
  TRY(qmp.command("chardev-add", { { "id", "qtest" }, { "backend", socket } }));
  const json object = {
    { "qom-type", "qtest" }, { "id", "qtest" }, { "chardev", "qtest" }, { "log", "none" }
  };
  TRY(qmp.command("object-add", object));
  return Qtest(std::move(ours));
}

Result<std::string> Qtest::next_line(const Deadline &deadline)
{
  for (;;) {
    if (auto line = socket_.next_line())
      return *std::move(line);
    if (socket_.closed())
      return fail("QEMU is gone");
    if (!socket_.wait(POLLIN, deadline))
      return fail("no answer from QEMU in " + deadline.text());
    TRY(socket_.receive());
  }
}

/// What stands behind "OK" in the answer to a command.
Result<std::string> Qtest::command(const std::string &line)
{
  const Deadline deadline(timeout);
  const std::string text = line + "\n";
  size_t sent = 0;
  while (sent < text.size()) {
    const auto size = socket_.send_some(std::string_view(text).substr(sent));
    if (!size)
      return fail("qtest: QEMU is gone: " + size.error().message);
    sent += *size;
    if (!*size && !socket_.wait(POLLOUT, deadline))
      return fail("qtest: QEMU has not read a command in " + deadline.text());
  }
  for (;;) {
    auto answer = next_line(deadline);
    if (!answer)
      return fail("qtest " + line.substr(0, line.find(' ')) + ": " + answer.error().message);
    if (answer->starts_with("IRQ "))
      continue; // an event, not an answer
    if (*answer == "OK")
      return std::string();
    if (answer->starts_with("OK "))
      return answer->substr(3);
    return fail("qtest " + line.substr(0, line.find(' ')) + ": QEMU says " + *answer);
  }
}

Result<uint32_t> Qtest::readl(uint64_t address)
{
  return static_cast<uint32_t>(TRY(number(TRY(command(fmt::format("readl 0x{:x}", address))))));
}

Result<void> Qtest::writel(uint64_t address, uint32_t value)
{
  TRY(command(fmt::format("writel 0x{:x} 0x{:x}", address, value)));
  return {};
}

Result<std::vector<uint8_t>> Qtest::read(uint64_t address, size_t size)
{
  auto answer = TRY(command(fmt::format("read 0x{:x} 0x{:x}", address, size)));
  if (!answer.starts_with("0x") || answer.size() != 2 + 2 * size)
    return fail("qtest read: QEMU says " + answer);
  std::vector<uint8_t> bytes;
  for (size_t i = 2; i < answer.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(TRY(number("0x" + answer.substr(i, 2)))));
  }
  return bytes;
}

Result<void> Qtest::write(uint64_t address, std::span<const uint8_t> bytes)
{
  std::string line = fmt::format("write 0x{:x} 0x{:x} 0x", address, bytes.size());
  for (const uint8_t byte : bytes)
    line += fmt::format("{:02x}", byte);
  TRY(command(line));
  return {};
}

} // namespace verdict
