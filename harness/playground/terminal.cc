// SPDX-License-Identifier: GPL-2.0-only
#include "playground/terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace verdict::playground {

namespace {

Result<void> write_all(int fd, std::string_view text)
{
  while (!text.empty()) {
    const ssize_t size = ::write(fd, text.data(), text.size());
    if (size < 0 && errno != EINTR)
      return fail_errno("write");
    if (size > 0)
      text.remove_prefix(static_cast<size_t>(size));
  }
  return {};
}

/// What there is to read; nothing at the end.
std::string read_some(int fd)
{
  char buffer[4096];
  const ssize_t size = ::read(fd, buffer, sizeof(buffer));
  return size > 0 ? std::string(buffer, static_cast<size_t>(size)) : std::string();
}

} // namespace

Result<Terminal> Terminal::open()
{
  termios original;
  if (!::isatty(STDOUT_FILENO) || ::tcgetattr(STDIN_FILENO, &original) < 0)
    return fail("this is no terminal; commands from a file: --script FILE");
  Terminal terminal(original);
  terminal.told_ = terminal.size();
  return terminal;
}

void Terminal::restore() const
{
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &original_);
}

TerminalSize Terminal::size() const
{
  winsize size{};
  ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  return { .rows = size.ws_row, .columns = size.ws_col };
}

bool Terminal::key_pressed(milliseconds timeout) const
{
  // A key must not have to be followed by Enter; lines that are written begin at the left.
  termios keys = original_;
  keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &keys);
  pollfd input{ .fd = STDIN_FILENO, .events = POLLIN, .revents = 0 };
  const bool pressed = ::poll(&input, 1, static_cast<int>(timeout.count())) > 0;
  if (pressed)
    read_some(STDIN_FILENO);
  return pressed;
}

Result<bool> Terminal::join(const Fd &console,
                            const std::function<Result<void>(TerminalSize)> &resized)
{
  termios raw = original_;
  ::cfmakeraw(&raw);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
  auto ended = pass_on(console, resized);
  restore();
  return ended;
}

/// What join() does while the terminal passes on each key.
Result<bool> Terminal::pass_on(const Fd &console,
                               const std::function<Result<void>(TerminalSize)> &resized)
{
  constexpr int size_interval = 500; ///< milliseconds
  for (;;) {
    if (const TerminalSize now = size(); now != told_) {
      TRY(resized(now));
      told_ = now;
    }
    pollfd ends[] = { { .fd = STDIN_FILENO, .events = POLLIN, .revents = 0 },
                      { .fd = console.get(), .events = POLLIN, .revents = 0 } };
    if (::poll(ends, 2, size_interval) < 0 && errno != EINTR)
      return fail_errno("poll");
    if (ends[1].revents) {
      const std::string text = read_some(console.get());
      if (text.empty())
        return false;
      TRY(write_all(STDOUT_FILENO, text));
    }
    if (ends[0].revents) {
      const std::string keys = read_some(STDIN_FILENO);
      if (keys.empty())
        return fail("the terminal is gone");
      const size_t end = keys.find(switch_key);
      TRY(write_all(console.get(), keys.substr(0, end)));
      if (end != keys.npos)
        return true;
    }
  }
}

} // namespace verdict::playground
