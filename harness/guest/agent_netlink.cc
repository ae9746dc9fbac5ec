// SPDX-License-Identifier: GPL-2.0-only
#include "agent_netlink.h"

#include <sys/socket.h>

#include "base/bytes.h"

namespace verdict::guest {
namespace {

/// How often a list may change while the kernel writes it.
constexpr unsigned most_dumps = 10;

Result<void> check_error(std::span<const uint8_t> message, const nlmsghdr &header)
{
  nlmsgerr error;
  std::string text;

  if (message.size() < sizeof(error))
    return fail("netlink: short error message");
  std::memcpy(&error, message.data(), sizeof(error));
  if (!error.error)
    return {};
  if (header.nlmsg_flags & NLM_F_ACK_TLVS) {
    // The request is echoed before the attributes, unless it was capped to its header.
    size_t skip =
        sizeof(int) +
        (header.nlmsg_flags & NLM_F_CAPPED ? sizeof(nlmsghdr) : NLMSG_ALIGN(error.msg.nlmsg_len));
    if (skip <= message.size()) {
      auto attributes = parse_attributes(message.subspan(skip));
      if (auto found = attributes.find(NLMSGERR_ATTR_MSG); found != attributes.end())
        text = std::string(": ") + reinterpret_cast<const char *>(found->second.data());
    }
  }
  return fail(std::strerror(-error.error) + text);
}

/// The end of a dump tells whether the kernel could list all.
Result<void> check_done(std::span<const uint8_t> message)
{
  int error = 0;

  std::memcpy(&error, message.data(), std::min(message.size(), sizeof(error)));
  if (error)
    return fail(std::strerror(-error));
  return {};
}

} // namespace

NetlinkRequest::NetlinkRequest(uint16_t type, uint16_t flags, std::span<const uint8_t> fixed)
{
  nlmsghdr header{};

  header.nlmsg_type = type;
  header.nlmsg_flags = static_cast<uint16_t>(flags | NLM_F_REQUEST | NLM_F_ACK);
  append(bytes_of(header));
  append(fixed);
}

void NetlinkRequest::append(std::span<const uint8_t> bytes)
{
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  bytes_.resize(NLMSG_ALIGN(bytes_.size()));
}

void NetlinkRequest::put(uint16_t type, std::span<const uint8_t> payload)
{
  nlattr header{ static_cast<uint16_t>(NLA_HDRLEN + payload.size()), type };

  append(bytes_of(header));
  append(payload);
}

void NetlinkRequest::put_u32(uint16_t type, uint32_t value)
{
  put(type, bytes_of(value));
}

void NetlinkRequest::put_string(uint16_t type, std::string_view text)
{
  std::string terminated(text);

  put(type, { reinterpret_cast<const uint8_t *>(terminated.c_str()), terminated.size() + 1 });
}

std::span<const uint8_t> NetlinkRequest::finish(uint32_t sequence)
{
  nlmsghdr header;

  std::memcpy(&header, bytes_.data(), sizeof(header));
  header.nlmsg_len = static_cast<uint32_t>(bytes_.size());
  header.nlmsg_seq = sequence;
  std::memcpy(bytes_.data(), &header, sizeof(header));
  return bytes_;
}

Attributes parse_attributes(std::span<const uint8_t> bytes)
{
  Attributes attributes;
  nlattr header;

  while (bytes.size() >= sizeof(header)) {
    std::memcpy(&header, bytes.data(), sizeof(header));
    if (header.nla_len < NLA_HDRLEN || header.nla_len > bytes.size())
      break;
    attributes[header.nla_type & NLA_TYPE_MASK] =
        bytes.subspan(NLA_HDRLEN, header.nla_len - NLA_HDRLEN);
    bytes = bytes.subspan(std::min<size_t>(NLA_ALIGN(header.nla_len), bytes.size()));
  }
  return attributes;
}

uint64_t to_uint(std::span<const uint8_t> payload)
{
  uint64_t value = 0;

  std::memcpy(&value, payload.data(), std::min(payload.size(), sizeof(value)));
  return value;
}

Result<Netlink> Netlink::open(int protocol)
{
  Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
  int on = 1;

  if (!socket)
    return fail_errno("netlink socket");
  if (::setsockopt(socket.get(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)))
    return fail_errno("NETLINK_EXT_ACK");
  return Netlink(std::move(socket));
}

Result<void> Netlink::call(NetlinkRequest &request,
                           const std::function<void(std::span<const uint8_t>)> &handle)
{
  for (unsigned times = 0; times < most_dumps; times++) {
    const auto answer = TRY(ask(request));
    if (answer.interrupted)
      continue;
    for (const auto &message : answer.messages)
      if (handle)
        handle(message);
    return {};
  }
  return fail("netlink: what the kernel lists has changed meanwhile, " +
              std::to_string(most_dumps) + " times");
}

Result<Netlink::Answer> Netlink::ask(NetlinkRequest &request)
{
  auto bytes = request.finish(++sequence_);
  std::vector<uint8_t> buffer(65536);
  Answer answer;

  if (::send(socket_.get(), bytes.data(), bytes.size(), 0) < 0)
    return fail_errno("netlink send");
  for (;;) {
    ssize_t n = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return fail_errno("netlink receive");
    std::span<const uint8_t> left(buffer.data(), static_cast<size_t>(n));
    while (left.size() >= sizeof(nlmsghdr)) {
      nlmsghdr header;
      std::memcpy(&header, left.data(), sizeof(header));
      if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > left.size())
        return fail("netlink: malformed answer");
      auto message = left.subspan(sizeof(header), header.nlmsg_len - sizeof(header));
      left = left.subspan(std::min<size_t>(NLMSG_ALIGN(header.nlmsg_len), left.size()));
      if (header.nlmsg_seq != sequence_)
        continue;
      if (header.nlmsg_flags & NLM_F_DUMP_INTR)
        answer.interrupted = true;
      if (header.nlmsg_type == NLMSG_ERROR) {
        TRY(check_error(message, header));
        return answer;
      }
      if (header.nlmsg_type == NLMSG_DONE) {
        TRY(check_done(message));
        return answer;
      }
      answer.messages.emplace_back(message.begin(), message.end());
    }
  }
}

} // namespace verdict::guest
