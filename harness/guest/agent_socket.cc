// SPDX-License-Identifier: GPL-2.0-only
// UDP and packet sockets: what the guest's stack sees.
#include "agent.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/deadline.h"
#include "base/fd.h"
#include "hex.h"

namespace verdict::guest {
namespace {

// A flood of 20,000 page-sized buffers fits, and a small guest does not run out of memory: the
// kernel doubles it.
constexpr int receive_buffer = 48 << 20;
constexpr size_t longest_packet = 65536 + 64;

std::map<int, Fd> sockets;

json add_socket(Fd socket)
{
  int number = socket.get();

  sockets[number] = std::move(socket);
  return { { "sock", number } };
}

Result<int> find_socket(const json &request)
{
  int number = request.at("sock");

  if (!sockets.contains(number))
    return fail("no socket " + std::to_string(number));
  return number;
}

Result<void> set_option(int fd, int level, int option, int value, const char *name)
{
  if (::setsockopt(fd, level, option, &value, sizeof(value)))
    return fail_errno(name);
  return {};
}

/// What came with a packet besides its bytes.
struct Received {
  std::vector<uint8_t> data;
  sockaddr_storage from{};
  std::optional<uint32_t> mark;
  std::optional<tpacket_auxdata> aux;
};

std::optional<Received> receive(int fd)
{
  Received packet;
  alignas(cmsghdr) char control[256];
  packet.data.resize(longest_packet);
  iovec part{ packet.data.data(), packet.data.size() };
  msghdr message{};

  message.msg_name = &packet.from;
  message.msg_namelen = sizeof(packet.from);
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  ssize_t n = ::recvmsg(fd, &message, MSG_DONTWAIT);
  if (n < 0)
    return std::nullopt;
  packet.data.resize(static_cast<size_t>(n));
  for (auto c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_MARK)
      std::memcpy(&packet.mark.emplace(), CMSG_DATA(c), sizeof(uint32_t));
    if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA)
      std::memcpy(&packet.aux.emplace(), CMSG_DATA(c), sizeof(tpacket_auxdata));
  }
  return packet;
}

/// Up to "max" packets, waiting up to "timeout_ms" for them.
Result<json> receive_many(const json &request, json (*describe)(const Received &))
{
  auto fd = TRY(find_socket(request));
  size_t most = request.value("max", 1);
  const auto deadline = Deadline::exactly(milliseconds(request.value("timeout_ms", 0)));
  json packets = json::array();

  while (packets.size() < most) {
    if (auto packet = receive(fd)) {
      packets.push_back(describe(*packet));
      continue;
    }
    int left = deadline.poll_timeout();
    if (!left)
      break;
    pollfd wait{ fd, POLLIN, 0 };
    ::poll(&wait, 1, left);
  }
  return json{ { "packets", packets } };
}

template <typename T>
json or_null(const std::optional<T> &value)
{
  return value ? json(*value) : json();
}

json describe_udp(const Received &packet)
{
  sockaddr_in from;
  char text[INET_ADDRSTRLEN];

  std::memcpy(&from, &packet.from, sizeof(from));
  return { { "from", ::inet_ntop(AF_INET, &from.sin_addr, text, sizeof(text)) },
           { "port", ntohs(from.sin_port) },
           { "data", to_hex(packet.data) },
           { "mark", or_null(packet.mark) } };
}

json describe_packet(const Received &packet)
{
  sockaddr_ll from;
  json tci, tpid;

  std::memcpy(&from, &packet.from, sizeof(from));
  if (packet.aux && packet.aux->tp_status & TP_STATUS_VLAN_VALID)
    tci = packet.aux->tp_vlan_tci;
  if (packet.aux && packet.aux->tp_status & TP_STATUS_VLAN_TPID_VALID)
    tpid = packet.aux->tp_vlan_tpid;
  return { { "data", to_hex(packet.data) },
           { "mark", or_null(packet.mark) },
           { "vlan_tci", tci },
           { "vlan_tpid", tpid },
           { "pkttype", from.sll_pkttype } };
}

Result<json> udp_open(const json &request)
{
  Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  auto ip = request.value("ip", "0.0.0.0");
  sockaddr_in address{};

  if (!socket)
    return fail_errno("socket");
  address.sin_family = AF_INET;
  address.sin_port = htons(request.at("port").get<uint16_t>());
  if (::inet_pton(AF_INET, ip.c_str(), &address.sin_addr) != 1)
    return fail("not an IPv4 address: " + ip);
  TRY(set_option(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, receive_buffer, "SO_RCVBUFFORCE"));
  if (request.value("mark", false))
    TRY(set_option(socket.get(), SOL_SOCKET, SO_RCVMARK, 1, "SO_RCVMARK"));
  // The longest time, so that a wait for a datagram is all busy polling.
  if (request.contains("busy_poll_budget")) {
    constexpr int microseconds = 10'000'000;
    for (auto [option, value, name] :
         { std::tuple{ SO_BUSY_POLL, microseconds, "SO_BUSY_POLL" },
           std::tuple{ SO_PREFER_BUSY_POLL, 1, "SO_PREFER_BUSY_POLL" },
           std::tuple{ SO_BUSY_POLL_BUDGET, request["busy_poll_budget"].get<int>(),
                       "SO_BUSY_POLL_BUDGET" } })
      TRY(set_option(socket.get(), SOL_SOCKET, option, value, name));
  }
  if (::bind(socket.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address)))
    return fail_errno("bind " + ip + ":" + std::to_string(request.at("port").get<int>()));
  return add_socket(std::move(socket));
}

Result<Fd> bound_packet_socket(const std::string &ifname, uint16_t protocol)
{
  // Protocol 0 until it is bound, so that no other interface's frames get in.
  Fd socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  auto index = TRY(index_of(ifname));
  sockaddr_ll address{};

  if (!socket)
    return fail_errno("packet socket");
  for (auto [level, option, value, name] :
       { std::tuple{ SOL_PACKET, PACKET_AUXDATA, 1, "PACKET_AUXDATA" },
         std::tuple{ SOL_SOCKET, SO_RCVMARK, 1, "SO_RCVMARK" },
         std::tuple{ SOL_SOCKET, SO_RCVBUFFORCE, receive_buffer, "SO_RCVBUFFORCE" } })
    TRY(set_option(socket.get(), level, option, value, name));
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(protocol);
  address.sll_ifindex = static_cast<int>(index);
  if (::bind(socket.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address)))
    return fail_errno("bind to " + ifname);
  return socket;
}

Result<json> packet_open(const json &request)
{
  auto socket =
      TRY(bound_packet_socket(request.at("ifname"), request.value("protocol", ETH_P_ALL)));
  return add_socket(std::move(socket));
}

Result<json> packet_count(const json &request)
{
  auto fd = TRY(find_socket(request));
  tpacket_stats stats{};
  socklen_t size = sizeof(stats);
  uint64_t count = 0;
  char byte;

  if (::getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size))
    return fail_errno("PACKET_STATISTICS");
  // What has come since is for the next call: on a slow kernel a stream would have no end.
  const uint64_t there = stats.tp_packets - stats.tp_drops;
  while (count < there && ::recv(fd, &byte, sizeof(byte), MSG_DONTWAIT | MSG_TRUNC) >= 0)
    count++;
  return json{ { "count", count }, { "dropped", stats.tp_drops } };
}

/// struct virtio_net_hdr of linux/virtio_net.h, which is not made for C++ (it has a field "class").
struct VnetHeader {
  uint8_t flags = 1;    // VIRTIO_NET_HDR_F_NEEDS_CSUM
  uint8_t gso_type = 1; // VIRTIO_NET_HDR_GSO_TCPV4
  uint16_t hdr_len, gso_size, csum_start, csum_offset;
};

/// What a packet socket wants to know of a TCP/IPv4 frame that is to be cut into segments.
VnetHeader tcp_segments(uint16_t size)
{
  VnetHeader header{};

  header.gso_size = size;
  header.csum_start = sizeof(ether_header) + sizeof(iphdr);
  header.csum_offset = offsetof(tcphdr, check);
  header.hdr_len = header.csum_start + sizeof(tcphdr);
  return header;
}

Result<json> packet_send(const json &request)
{
  auto data = TRY(from_hex(request.at("data").get<std::string>()));
  int count = request.value("count", 1);
  uint16_t segment = request.value("gso_size", uint16_t{ 0 });
  Fd own;
  int fd;

  if (request.contains("ifname")) {
    own = TRY(bound_packet_socket(request["ifname"], 0));
    fd = own.get();
  } else {
    fd = TRY(find_socket(request));
  }
  if (segment) {
    TRY(set_option(fd, SOL_PACKET, PACKET_VNET_HDR, 1, "PACKET_VNET_HDR"));
    const VnetHeader header = tcp_segments(segment);
    const auto *bytes = reinterpret_cast<const uint8_t *>(&header);
    data.insert(data.begin(), bytes, bytes + sizeof(header));
  }
  for (int sent = 0; sent < count; sent++)
    if (::send(fd, data.data(), data.size(), 0) < 0)
      return fail_errno("send, after " + std::to_string(sent) + " frames");
  return json{ { "sent", count } };
}

} // namespace

void add_socket_ops(Ops &ops)
{
  ops["udp_open"] = udp_open;
  ops["udp_recv"] = [](const json &request) { return receive_many(request, describe_udp); };
  ops["packet_open"] = packet_open;
  ops["packet_recv"] = [](const json &request) { return receive_many(request, describe_packet); };
  ops["packet_count"] = packet_count;
  ops["packet_send"] = packet_send;
  ops["sock_close"] = [](const json &request) -> Result<json> {
    if (!sockets.erase(request.at("sock").get<int>()))
      return fail("no such socket");
    return json::object();
  };
}

} // namespace verdict::guest
