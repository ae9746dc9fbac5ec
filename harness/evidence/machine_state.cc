// SPDX-License-Identifier: GPL-2.0-only
#include "evidence/machine_state.h"

#include <functional>

#include <fmt/format.h>

#include "base/text.h"
#include "bpf/verdict.h"
#include "evidence/complaints.h"
#include "nic/nic_state.h"

namespace verdict {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr milliseconds patience{ 2000 }; ///< for one answer of the guest

/// Of verdict.bpf.c's map "counters", by index (enum verdict_counter).
constexpr const char *counter_names[] = {
  "frames",      "bytes",          "sentinels", "short",   "head failed", "tail failed",
  "meta failed", "rewrite failed", "aborted",   "dropped", "passed",      "txed",
  "redirected",  "unknown",        "tc frames", "tc meta",
};
static_assert(std::size(counter_names) == VERDICT_COUNTERS);

ordered_json missing(const std::string &why)
{
  return { { "missing", why } };
}

ordered_json value_or_reason(const Result<ordered_json> &value)
{
  return value ? *value : missing(value.error().message);
}

/// Asks the guest, until it is silent once.
class Questions {
public:
  explicit Questions(guest::Agent *agent) : agent_(agent) {}

  Result<json> call(std::string_view op, json arguments = json::object())
  {
    if (!agent_)
      return fail("there is no guest to ask");
    if (agent_->silent())
      return fail("the guest does not answer");
    return agent_->call(op, std::move(arguments), patience);
  }

  Result<json> file(const std::string &path)
  {
    const json answer = TRY(call("read", { { "path", path } }));
    return json(split_lines(answer.value("data", "")));
  }

  const std::map<std::string, json> &loaded() const
  {
    static const std::map<std::string, json> none;
    return agent_ ? agent_->loaded() : none;
  }

private:
  guest::Agent *agent_;
};

ordered_json interface_state(Questions &guest, const std::string &ifname)
{
  ordered_json state = value_or_reason(guest.call("netdev", { { "ifname", ifname } }));
  // Those that are zero say nothing.
  auto statistics = guest.call("ethtool_stats", { { "ifname", ifname } });
  if (statistics) {
    std::erase_if(statistics->get_ref<json::object_t &>(),
                  [](const auto &item) { return item.second == 0; });
    state["ethtool -S, not zero"] = *statistics;
  } else {
    state["ethtool -S"] = missing(statistics.error().message);
  }
  return state;
}

/// The sums of a per-CPU array of 64-bit counters, by name where the name is known.
Result<ordered_json> sums(Questions &guest, const std::string &object, const std::string &map,
                          uint32_t entries)
{
  json keys = json::array();
  for (uint32_t key = 0; key < entries; key++)
    keys.push_back(key);
  const json answer =
      TRY(guest.call("map_sum", { { "name", object }, { "map", map }, { "keys", keys } }));
  ordered_json named = ordered_json::object();
  for (uint32_t key = 0; key < entries; key++) {
    const bool known = map == "counters" && entries == std::size(counter_names);
    const json &value = answer.at("sums").at(key);
    if (value != 0)
      named[known ? counter_names[key] : std::to_string(key)] = value;
  }
  return named;
}

ordered_json bpf_state(Questions &guest)
{
  ordered_json state = ordered_json::object();
  for (const auto &[object, info] : guest.loaded()) {
    ordered_json maps = ordered_json::object();
    for (const auto &[map, shape] : info.at("maps").items()) {
      if (shape.at("type") == "percpu_array" && shape.at("value_size") == 8)
        maps[map] = value_or_reason(sums(guest, object, map, shape.at("max_entries")));
    }
    state[object] = { { "programs", info.at("programs") }, { "counters, not zero", maps } };
  }
  return state;
}

} // namespace

ordered_json machine_state(Machine &machine, guest::Agent *agent,
                           const std::vector<std::string> &ifnames, SourceLines *lines)
{
  ordered_json state;
  const Standing &standing = machine.standing();
  state["guest"] = standing.ending == Ending::running
                       ? "running"
                       : std::string(to_string(standing.ending)) + ": " + standing.sentence;
  const auto cpus = cpu_positions(machine);
  state["cpus"] = cpus ? ordered_json(where_cpus_are(*cpus, lines)) : missing(cpus.error().message);
  for (size_t i = 0; i < machine.nic_count(); i++) {
    ordered_json &nic = state["nics"][fmt::format("nic{}", i)];
    nic["model"] = machine.config().nics[i].model;
    nic["from outside"] = value_or_reason(nic_state(machine, i));
  }
  // From the outermost to what the guest answers: what is read first is the least disturbed.
  Questions guest(agent);
  for (const std::string &ifname : ifnames)
    state["interfaces"][ifname] = interface_state(guest, ifname);
  state["bpf"] = bpf_state(guest);
  state["page pools"] = value_or_reason(guest.call("page_pools"));
  state["modules"] = value_or_reason(guest.file("/proc/modules"));
  state["interrupts"] = value_or_reason(guest.file("/proc/interrupts"));
  return state;
}

} // namespace verdict
