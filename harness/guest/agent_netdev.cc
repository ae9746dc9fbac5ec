// SPDX-License-Identifier: GPL-2.0-only
// Interfaces: what sysfs, rtnetlink and the "netdev" generic netlink family say of them.
#include "agent.h"

#include <filesystem>

#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "agent_netlink.h"
#include "base/bytes.h"
#include "base/file.h"

namespace verdict::guest {

Result<unsigned> index_of(const std::string &ifname)
{
  unsigned index = ::if_nametoindex(ifname.c_str());

  if (!index)
    return fail("no interface " + ifname);
  return index;
}

namespace {

namespace fs = std::filesystem;

// From include/uapi/linux/netdev.h of Linux 6.12; Debian 12's headers do not have that file.
enum : uint8_t { netdev_cmd_dev_get = 1, netdev_cmd_page_pool_get = 5, netdev_cmd_qstats_get = 12 };
enum : uint16_t { netdev_a_dev_ifindex = 1, netdev_a_dev_xdp_features = 3 };
enum : uint16_t {
  netdev_a_page_pool_id = 1,
  netdev_a_page_pool_ifindex,
  netdev_a_page_pool_napi_id,
  netdev_a_page_pool_inflight,
  netdev_a_page_pool_inflight_mem,
  netdev_a_page_pool_detach_time,
};

enum : uint16_t {
  netdev_a_qstats_ifindex = 1,
  netdev_a_qstats_rx_packets = 8,
  netdev_a_qstats_rx_bytes,
  netdev_a_qstats_tx_packets,
  netdev_a_qstats_tx_bytes,
  netdev_a_qstats_rx_alloc_fail,
};

/// One attribute of sysfs without its newline; null where the kernel refuses (carrier when down).
json attribute(const std::string &path)
{
  auto text = read_file(path);

  if (!text)
    return nullptr;
  while (text->ends_with('\n'))
    text->pop_back();
  return *text;
}

json number(const std::string &path)
{
  auto text = attribute(path);

  if (!text.is_string())
    return nullptr;
  return std::strtoll(text.get<std::string>().c_str(), nullptr, 0);
}

std::string driver_of(const std::string &folder)
{
  std::error_code none;
  return fs::read_symlink(folder + "device/driver", none).filename();
}

Result<json> netdev(const json &request)
{
  auto ifname = request.at("ifname").get<std::string>();
  TRY(index_of(ifname));
  auto folder = "/sys/class/net/" + ifname + "/";
  json reply, stats;

  for (auto name : { "ifindex", "mtu", "flags", "carrier", "carrier_changes", "carrier_up_count",
                     "carrier_down_count" })
    reply[name] = number(folder + name);
  reply["mac"] = attribute(folder + "address");
  reply["operstate"] = attribute(folder + "operstate");
  reply["driver"] = driver_of(folder);
  for (const auto &file : fs::directory_iterator(folder + "statistics"))
    stats[file.path().filename()] = number(file.path());
  reply["stats"] = stats;
  return reply;
}

Result<json> netdevs(const json &)
{
  json reply = json::object();

  for (const auto &entry : fs::directory_iterator("/sys/class/net")) {
    auto folder = entry.path().string() + "/";
    reply[entry.path().filename()] = { { "ifindex", number(folder + "ifindex") },
                                       { "mac", attribute(folder + "address") },
                                       { "driver", driver_of(folder) } };
  }
  return reply;
}

Result<json> link(const json &request)
{
  auto ifname = request.at("ifname").get<std::string>();
  auto index = TRY(index_of(ifname));
  auto rtnl = TRY(Netlink::open(NETLINK_ROUTE));
  ifinfomsg fixed{};

  fixed.ifi_index = static_cast<int>(index);
  if (request.contains("up") && !request["up"].is_null()) {
    fixed.ifi_change = IFF_UP;
    fixed.ifi_flags = request["up"].get<bool>() ? IFF_UP : 0;
  }
  NetlinkRequest change(RTM_NEWLINK, 0, bytes_of(fixed));
  if (request.contains("mtu"))
    change.put_u32(IFLA_MTU, request["mtu"]);
  if (auto result = rtnl.call(change); !result)
    return fail("link " + ifname + ": " + result.error().message);
  return json::object();
}

NetlinkRequest genl_request(uint16_t family, uint16_t flags, uint8_t command)
{
  genlmsghdr fixed{ command, 1, 0 };
  return NetlinkRequest(family, flags, bytes_of(fixed));
}

/// Generic netlink with the family's number looked up.
struct NetdevFamily {
  Netlink socket;
  uint16_t id;
};

Result<NetdevFamily> open_netdev_family()
{
  auto socket = TRY(Netlink::open(NETLINK_GENERIC));
  uint16_t id = 0;

  auto request = genl_request(GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY);
  request.put_string(CTRL_ATTR_FAMILY_NAME, "netdev");
  auto result = socket.call(request, [&](auto message) {
    auto attributes = parse_attributes(message.subspan(GENL_HDRLEN));
    if (auto found = attributes.find(CTRL_ATTR_FAMILY_ID); found != attributes.end())
      id = static_cast<uint16_t>(to_uint(found->second));
  });
  if (!result)
    return fail("netdev family: " + result.error().message);
  return NetdevFamily{ std::move(socket), id };
}

Result<json> page_pools(const json &request)
{
  static const std::pair<uint16_t, const char *> fields[] = {
    { netdev_a_page_pool_id, "id" },
    { netdev_a_page_pool_ifindex, "ifindex" },
    { netdev_a_page_pool_napi_id, "napi_id" },
    { netdev_a_page_pool_inflight, "inflight" },
    { netdev_a_page_pool_inflight_mem, "inflight_mem" },
    { netdev_a_page_pool_detach_time, "detach_time" },
  };
  auto family = TRY(open_netdev_family());
  json pools = json::array();

  auto get = genl_request(family.id, NLM_F_DUMP, netdev_cmd_page_pool_get);
  auto result = family.socket.call(get, [&](auto message) {
    auto attributes = parse_attributes(message.subspan(GENL_HDRLEN));
    json pool;
    for (auto [type, name] : fields) {
      auto found = attributes.find(type);
      pool[name] = found == attributes.end() ? json() : json(to_uint(found->second));
    }
    if (!request.contains("ifindex") || pool["ifindex"] == request["ifindex"])
      pools.push_back(pool);
  });
  if (!result)
    return fail("page-pool-get: " + result.error().message);
  return json{ { "pools", pools } };
}

Result<json> xdp_features(const json &request)
{
  auto family = TRY(open_netdev_family());
  json features;

  auto get = genl_request(family.id, 0, netdev_cmd_dev_get);
  get.put_u32(netdev_a_dev_ifindex, request.at("ifindex"));
  auto result = family.socket.call(get, [&](auto message) {
    auto attributes = parse_attributes(message.subspan(GENL_HDRLEN));
    if (auto found = attributes.find(netdev_a_dev_xdp_features); found != attributes.end())
      features = to_uint(found->second);
  });
  if (!result)
    return fail("dev-get: " + result.error().message);
  return json{ { "features", features } };
}

/// A device's statistics as its driver's netdev_stat_ops give them; null for what they do not have.
Result<json> qstats(const json &request)
{
  static const std::pair<uint16_t, const char *> fields[] = {
    { netdev_a_qstats_rx_packets, "rx_packets" },       { netdev_a_qstats_rx_bytes, "rx_bytes" },
    { netdev_a_qstats_tx_packets, "tx_packets" },       { netdev_a_qstats_tx_bytes, "tx_bytes" },
    { netdev_a_qstats_rx_alloc_fail, "rx_alloc_fail" },
  };
  auto family = TRY(open_netdev_family());
  json stats;

  auto get = genl_request(family.id, NLM_F_DUMP, netdev_cmd_qstats_get);
  get.put_u32(netdev_a_qstats_ifindex, request.at("ifindex"));
  auto result = family.socket.call(get, [&](auto message) {
    auto attributes = parse_attributes(message.subspan(GENL_HDRLEN));
    for (auto [type, name] : fields) {
      auto found = attributes.find(type);
      stats[name] = found == attributes.end() ? json() : json(to_uint(found->second));
    }
  });
  if (!result)
    return fail("qstats-get: " + result.error().message);
  return stats;
}

} // namespace

void add_netdev_ops(Ops &ops)
{
  ops["netdev"] = netdev;
  ops["netdevs"] = netdevs;
  ops["link"] = link;
  ops["page_pools"] = page_pools;
  ops["xdp_features"] = xdp_features;
  ops["qstats"] = qstats;
}

} // namespace verdict::guest
