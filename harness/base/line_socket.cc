// SPDX-License-Identifier: GPL-2.0-only
#include "base/line_socket.h"

#include <poll.h>
#include <sys/socket.h>

namespace verdict {

namespace {

bool would_block(int error)
{
  return error == EAGAIN || error == EWOULDBLOCK;
}

} // namespace

bool LineSocket::wait(short events, const Deadline &deadline) const
{
  pollfd end{ .fd = socket_.get(), .events = events, .revents = 0 };
  int ready;
  while ((ready = ::poll(&end, 1, deadline.poll_timeout())) < 0 && errno == EINTR)
    ;
  return ready > 0;
}

Result<size_t> LineSocket::send_some(std::string_view text, int descriptor) const
{
  iovec part{ const_cast<char *>(text.data()), text.size() };
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  if (descriptor >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
  }
  for (;;) {
    const ssize_t size = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size >= 0)
      return static_cast<size_t>(size);
    if (would_block(errno))
      return 0;
    if (errno != EINTR)
      return fail_errno("send");
  }
}

Result<void> LineSocket::receive()
{
  char buffer[16384];
  while (!closed_) {
    const ssize_t size = ::recv(socket_.get(), buffer, sizeof(buffer), MSG_DONTWAIT);
    if (size > 0)
      unread_.append(buffer, static_cast<size_t>(size));
    else if (size == 0 || errno == ECONNRESET)
      closed_ = true;
    else if (would_block(errno))
      return {};
    else if (errno != EINTR)
      return fail_errno("receive");
  }
  return {};
}

std::optional<std::string> LineSocket::next_line()
{
  const size_t end = unread_.find('\n');
  if (end == unread_.npos)
    return {};
  std::string line = unread_.substr(0, end);
  unread_.erase(0, end + 1);
  if (line.ends_with('\r'))
    line.pop_back();
  return line;
}

} // namespace verdict
