// SPDX-License-Identifier: GPL-2.0-only
// The ethtool ioctl: a driver's own counters and its registers.
#include "agent.h"

#include <vector>

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/fd.h"

namespace verdict::guest {
namespace {

Result<void> ethtool(const std::string &ifname, const char *what, void *command)
{
  Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};

  ifname.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_data = static_cast<char *>(command);
  if (::ioctl(socket.get(), SIOCETHTOOL, &request))
    return fail_errno(std::string(what) + " of " + ifname);
  return {};
}

/// A command with a flexible array behind it.
template <typename T>
class Flexible {
public:
  explicit Flexible(size_t payload) : words_((sizeof(T) + payload + 7) / 8) {}
  T *operator->() { return reinterpret_cast<T *>(words_.data()); }
  void *get() { return words_.data(); }
  uint8_t *payload() { return reinterpret_cast<uint8_t *>(words_.data()) + sizeof(T); }

private:
  std::vector<uint64_t> words_;
};

Result<json> stats(const json &request)
{
  auto ifname = request.at("ifname").get<std::string>();
  ethtool_drvinfo info{};
  json reply = json::object();

  info.cmd = ETHTOOL_GDRVINFO;
  TRY(ethtool(ifname, "driver info", &info));
  Flexible<ethtool_gstrings> names(info.n_stats * ETH_GSTRING_LEN);
  names->cmd = ETHTOOL_GSTRINGS;
  names->string_set = ETH_SS_STATS;
  names->len = info.n_stats;
  TRY(ethtool(ifname, "names of statistics", names.get()));
  Flexible<ethtool_stats> values(info.n_stats * sizeof(uint64_t));
  values->cmd = ETHTOOL_GSTATS;
  values->n_stats = info.n_stats;
  TRY(ethtool(ifname, "statistics", values.get()));

  for (unsigned i = 0; i < info.n_stats; i++) {
    auto name = reinterpret_cast<const char *>(names.payload() + i * ETH_GSTRING_LEN);
    uint64_t value;
    std::memcpy(&value, values.payload() + i * sizeof(value), sizeof(value));
    reply[std::string(name, ::strnlen(name, ETH_GSTRING_LEN))] = value;
  }
  return reply;
}

Result<json> regs(const json &request)
{
  auto ifname = request.at("ifname").get<std::string>();
  ethtool_drvinfo info{};
  json words = json::array();

  info.cmd = ETHTOOL_GDRVINFO;
  TRY(ethtool(ifname, "driver info", &info));
  Flexible<ethtool_regs> dump(info.regdump_len);
  dump->cmd = ETHTOOL_GREGS;
  dump->len = info.regdump_len;
  TRY(ethtool(ifname, "registers", dump.get()));

  for (unsigned i = 0; i + 4 <= dump->len; i += 4) {
    uint32_t word;
    std::memcpy(&word, dump.payload() + i, sizeof(word));
    words.push_back(word);
  }
  return json{ { "version", dump->version }, { "regs", words } };
}

Result<json> rings(const json &request)
{
  ethtool_ringparam rings{};
  auto ifname = request.at("ifname").get<std::string>();

  rings.cmd = ETHTOOL_GRINGPARAM;
  TRY(ethtool(ifname, "rings", &rings));
  rings.cmd = ETHTOOL_SRINGPARAM;
  rings.rx_pending = request.at("rx");
  rings.tx_pending = request.at("tx");
  TRY(ethtool(ifname, "new rings", &rings));
  return json::object();
}

} // namespace

void add_ethtool_ops(Ops &ops)
{
  ops["ethtool_stats"] = stats;
  ops["ethtool_regs"] = regs;
  ops["rings"] = rings;
}

} // namespace verdict::guest
