// SPDX-License-Identifier: GPL-2.0-only
#include "guest/agent_client.h"

#include <poll.h>

#include <algorithm>

#include "guest/hex.h"

namespace verdict::guest {
namespace {

constexpr milliseconds health_interval{ 100 };

std::string quoted(std::string_view op)
{
  return "agent: " + std::string(op);
}

/// Reads the answer with @take, which may throw what nlohmann::json throws.
template <typename Take>
auto taken(std::string_view op, const Result<json> &answer, Take take)
    -> Result<decltype(take(*answer))>
{
  if (!answer)
    return tl::unexpected(answer.error());
  try {
    return take(*answer);
  } catch (const std::exception &e) {
    return fail(quoted(op) + ": unexpected answer: " + e.what());
  }
}

Result<void> done(const Result<json> &answer)
{
  if (!answer)
    return tl::unexpected(answer.error());
  return {};
}

/// Hex of the agent's own making; a wrong one is caught by taken().
Bytes bytes(const json &text)
{
  auto result = from_hex(text.get<std::string>());

  if (!result)
    throw std::runtime_error(result.error().message);
  return std::move(*result);
}

template <typename T>
std::optional<T> optional(const json &value)
{
  return value.is_null() ? std::nullopt : std::optional<T>(value.get<T>());
}

const char *mode_name(XdpMode mode)
{
  switch (mode) {
  case XdpMode::native:
    return "native";
  case XdpMode::generic:
    return "generic";
  case XdpMode::offload:
    break;
  }
  return "offload";
}

json program_json(const Program &program)
{
  return { { "name", program.name }, { "program", program.program } };
}

json receive_json(int sock, size_t max, Agent::Timeout wait)
{
  return { { "sock", sock }, { "max", max }, { "timeout_ms", scaled(wait).count() } };
}

} // namespace

/// Waits until one of `events` is possible. Error: `when_over` at the deadline, a failed health
/// check.
Result<void> Agent::wait(short events, const Deadline &deadline, const std::string &when_over)
{
  while (!socket_.wait(events, deadline.at_most(health_interval))) {
    if (deadline.expired()) {
      silent_ = true;
      return fail(when_over + " in " + deadline.text());
    }
    if (health_check_)
      TRY(health_check_());
  }
  return {};
}

Result<void> Agent::send_line(std::string_view line, const Deadline &deadline)
{
  while (!line.empty()) {
    const size_t size = TRY(socket_.send_some(line));
    line.remove_prefix(size);
    if (size == 0)
      TRY(wait(POLLOUT, deadline, "the guest does not take the request"));
  }
  return {};
}

Result<std::string> Agent::receive_line(const Deadline &deadline)
{
  for (;;) {
    if (auto line = socket_.next_line())
      return *std::move(line);
    if (socket_.closed())
      return fail("the line to the guest is closed: it has ended");
    TRY(wait(POLLIN, deadline, "no answer"));
    TRY(socket_.receive());
  }
}

Result<json> Agent::answer_to(uint64_t id, const Deadline &deadline)
{
  for (;;) {
    const std::string text = TRY(receive_line(deadline));
    if (transcript_)
      transcript_->note("<-", text);
    auto answer = json::parse(text, nullptr, false);
    if (!answer.is_object())
      return fail("not a JSON object from the guest: " + text);
    if (answer.value("id", json()) != json(id))
      continue;
    if (auto error = answer.find("error"); error != answer.end())
      return fail(error->is_string() ? error->get<std::string>() : error->dump());
    if (auto ok = answer.find("ok"); ok != answer.end())
      return std::move(*ok);
    return fail("neither \"ok\" nor \"error\" in the answer: " + text);
  }
}

Result<json> Agent::call(std::string_view op, json arguments, Timeout timeout)
{
  const Deadline deadline(timeout);
  const auto id = ++last_id_;

  arguments["id"] = id;
  arguments["op"] = op;
  const auto line = arguments.dump(-1, ' ', false, json::error_handler_t::replace);
  silent_ = false;
  if (transcript_)
    transcript_->note("->", line);
  const auto sent = send_line(line + "\n", deadline);
  auto answer = sent ? answer_to(id, deadline) : tl::unexpected(sent.error());
  if (answer)
    return answer;
  remark(answer.error().message);
  return fail(quoted(op) + ": " + answer.error().message);
}

void Agent::remark(std::string_view text)
{
  if (transcript_)
    transcript_->note("--", text);
}

Result<FaultResult> Agent::call_failing(unsigned nth, std::string_view op, json arguments,
                                        Timeout timeout)
{
  arguments["op"] = op;
  json request{ { "nth", nth }, { "request", std::move(arguments) } };
  return taken(op, call("failing", std::move(request), timeout), [](const json &a) {
    return FaultResult{ a.at("failed"), optional<std::string>(a.at("error")) };
  });
}

Result<void> Agent::ping(Timeout timeout)
{
  return done(call("ping", json::object(), timeout));
}

Result<Ended> Agent::run(const std::vector<std::string> &argv, Timeout timeout)
{
  // The guest's clock starts first and ends first, so that its message wins.
  auto answer = call("run", { { "argv", argv }, { "timeout_ms", scaled(timeout).count() } },
                     timeout + std::chrono::seconds(2));
  const auto ended = [](const json &a) {
    return Ended{ a.at("status"), a.at("out"), a.at("err") };
  };
  return taken("run", answer, ended);
}

Result<std::string> Agent::run_ok(const std::vector<std::string> &argv, Timeout timeout)
{
  auto command = TRY(run(argv, timeout));
  if (command.status) {
    std::string line;
    for (const auto &word : argv)
      line += (line.empty() ? "" : " ") + word;
    return fail("guest: \"" + line + "\" ended with status " + std::to_string(command.status) +
                ": " + command.err + command.out);
  }
  return std::move(command.out);
}

Result<std::string> Agent::read(const std::string &path)
{
  return taken("read", call("read", { { "path", path } }),
               [](const json &a) { return a.at("data").get<std::string>(); });
}

Result<void> Agent::write(const std::string &path, const std::string &data, uint64_t at)
{
  return done(call("write", { { "path", path }, { "data", data }, { "at", at } }));
}

Result<void> Agent::put(const std::string &path, std::span<const uint8_t> data)
{
  return done(call("put", { { "path", path }, { "data", to_hex(data) } }));
}

Result<void> Agent::insmod(const std::string &path, const std::string &params)
{
  return done(call("insmod", { { "path", path }, { "params", params } }));
}

Result<void> Agent::modprobe(const std::string &name)
{
  return done(call("modprobe", { { "name", name } }));
}

Result<void> Agent::rmmod(const std::string &name)
{
  return done(call("rmmod", { { "name", name } }));
}

Result<std::string> Agent::kallsyms(bool modules_only)
{
  return taken("kallsyms", call("kallsyms", { { "modules", modules_only } }),
               [](const json &a) { return a.at("symbols").get<std::string>(); });
}

Result<std::map<std::string, uint32_t>> Agent::bpf_load(const std::string &object,
                                                        const std::string &name,
                                                        const std::vector<std::string> &programs,
                                                        const LoadOptions &options)
{
  json request{ { "object", object }, { "name", name }, { "programs", programs } };
  if (!options.bound_to.empty())
    request["bound_to"] = options.bound_to;
  if (!options.offloaded_to.empty())
    request["offloaded_to"] = options.offloaded_to;
  auto answer = call("bpf_load", request);
  return taken("bpf_load", answer, [&](const json &a) {
    loaded_[name] = a;
    std::map<std::string, uint32_t> ids;
    for (const auto &[program, info] : a.at("programs").items())
      ids[program] = info.at("id");
    return ids;
  });
}

Result<void> Agent::bpf_unload(const std::string &name)
{
  loaded_.erase(name);
  return done(call("bpf_unload", { { "name", name } }));
}

Result<void> Agent::xdp_attach(const std::string &ifname, const Program &program,
                               const AttachOptions &options)
{
  auto request = program_json(program);

  request["ifname"] = ifname;
  request["mode"] = mode_name(options.mode);
  request["noreplace"] = options.noreplace;
  if (options.replace)
    request["replace"] = program_json(*options.replace);
  return done(call("xdp_attach", std::move(request)));
}

Result<void> Agent::xdp_detach(const std::string &ifname, XdpMode mode)
{
  return done(call("xdp_detach", { { "ifname", ifname }, { "mode", mode_name(mode) } }));
}

Result<void> Agent::xdp_storm(const std::string &ifname, const Program &one, const Program &other,
                              unsigned cycles, Timeout timeout)
{
  auto request = program_json(one);

  request["ifname"] = ifname;
  request["other"] = program_json(other);
  request["cycles"] = cycles;
  return done(call("xdp_storm", std::move(request), timeout));
}

Result<Attached> Agent::xdp_query(const std::string &ifname)
{
  return taken("xdp_query", call("xdp_query", { { "ifname", ifname } }), [](const json &a) {
    return Attached{ a.at("mode"), a.at("native_id"), a.at("generic_id"), a.at("offload_id") };
  });
}

Result<void> Agent::tc_attach(const std::string &ifname, const Program &program)
{
  auto request = program_json(program);

  request["ifname"] = ifname;
  return done(call("tc_attach", std::move(request)));
}

Result<void> Agent::tc_detach(const std::string &ifname)
{
  return done(call("tc_detach", { { "ifname", ifname } }));
}

Result<void> Agent::trace_attach(const Program &program)
{
  return done(call("bpf_attach", program_json(program)));
}

Result<void> Agent::trace_detach(const Program &program)
{
  return done(call("bpf_detach", program_json(program)));
}

Result<Bytes> Agent::map_lookup(const std::string &name, const std::string &map,
                                std::span<const uint8_t> key)
{
  auto answer = call("map_lookup", { { "name", name }, { "map", map }, { "key", to_hex(key) } });
  return taken("map_lookup", answer, [](const json &a) { return bytes(a.at("value")); });
}

Result<void> Agent::map_update(const std::string &name, const std::string &map,
                               std::span<const uint8_t> key, std::span<const uint8_t> value)
{
  return done(call(
      "map_update",
      { { "name", name }, { "map", map }, { "key", to_hex(key) }, { "value", to_hex(value) } }));
}

Result<void> Agent::map_delete(const std::string &name, const std::string &map,
                               std::span<const uint8_t> key)
{
  return done(call("map_delete", { { "name", name }, { "map", map }, { "key", to_hex(key) } }));
}

Result<std::vector<std::pair<Bytes, Bytes>>> Agent::map_dump(const std::string &name,
                                                             const std::string &map)
{
  return taken("map_dump", call("map_dump", { { "name", name }, { "map", map } }),
               [](const json &a) {
                 std::vector<std::pair<Bytes, Bytes>> entries;
                 for (const auto &entry : a.at("entries"))
                   entries.emplace_back(bytes(entry.at("key")), bytes(entry.at("value")));
                 return entries;
               });
}

Result<std::vector<uint64_t>> Agent::map_sum(const std::string &name, const std::string &map,
                                             const std::vector<uint32_t> &keys)
{
  auto answer = call("map_sum", { { "name", name }, { "map", map }, { "keys", keys } });
  return taken("map_sum", answer,
               [](const json &a) { return a.at("sums").get<std::vector<uint64_t>>(); });
}

Result<int> Agent::udp_open(const std::string &ip, uint16_t port, bool mark)
{
  return taken("udp_open", call("udp_open", { { "ip", ip }, { "port", port }, { "mark", mark } }),
               [](const json &a) { return a.at("sock").get<int>(); });
}

Result<std::vector<Datagram>> Agent::udp_recv(int sock, size_t max, Timeout wait)
{
  auto answer = call("udp_recv", receive_json(sock, max, wait), wait + default_timeout);
  return taken("udp_recv", answer, [](const json &a) {
    std::vector<Datagram> datagrams;
    for (const auto &packet : a.at("packets"))
      datagrams.push_back({ packet.at("from"), packet.at("port"), bytes(packet.at("data")),
                            optional<uint32_t>(packet.at("mark")) });
    return datagrams;
  });
}

Result<int> Agent::packet_open(const std::string &ifname, uint16_t protocol)
{
  return taken("packet_open",
               call("packet_open", { { "ifname", ifname }, { "protocol", protocol } }),
               [](const json &a) { return a.at("sock").get<int>(); });
}

Result<std::vector<PacketFrame>> Agent::packet_recv(int sock, size_t max, Timeout wait)
{
  auto answer = call("packet_recv", receive_json(sock, max, wait), wait + default_timeout);
  return taken("packet_recv", answer, [](const json &a) {
    std::vector<PacketFrame> frames;
    for (const auto &packet : a.at("packets"))
      frames.push_back({ bytes(packet.at("data")), optional<uint32_t>(packet.at("mark")),
                         optional<uint16_t>(packet.at("vlan_tci")),
                         optional<uint16_t>(packet.at("vlan_tpid")), packet.at("pkttype") });
    return frames;
  });
}

Result<FrameCount> Agent::packet_count(int sock)
{
  const auto counted = [](const json &a) { return FrameCount{ a.at("count"), a.at("dropped") }; };
  return taken("packet_count", call("packet_count", { { "sock", sock } }), counted);
}

Result<void> Agent::packet_send(const std::string &ifname, std::span<const uint8_t> data, int count)
{
  return done(
      call("packet_send", { { "ifname", ifname }, { "data", to_hex(data) }, { "count", count } }));
}

Result<void> Agent::sock_close(int sock)
{
  return done(call("sock_close", { { "sock", sock } }));
}

Result<json> Agent::netdev(const std::string &ifname)
{
  return call("netdev", { { "ifname", ifname } });
}

Result<std::string> Agent::ifname_of(const std::string &mac)
{
  auto all = TRY(call("netdevs"));
  for (const auto &[name, device] : all.items())
    if (device.value("mac", "") == mac)
      return name;
  return fail("no interface in the guest has MAC address " + mac + ": " + all.dump());
}

Result<void> Agent::link(const std::string &ifname, std::optional<bool> up,
                         std::optional<uint32_t> mtu)
{
  json request = { { "ifname", ifname } };

  if (up)
    request["up"] = *up;
  if (mtu)
    request["mtu"] = *mtu;
  return done(call("link", std::move(request)));
}

Result<std::map<std::string, uint64_t>> Agent::ethtool_stats(const std::string &ifname)
{
  return taken("ethtool_stats", call("ethtool_stats", { { "ifname", ifname } }),
               [](const json &a) { return a.get<std::map<std::string, uint64_t>>(); });
}

Result<std::vector<uint32_t>> Agent::ethtool_regs(const std::string &ifname)
{
  return taken("ethtool_regs", call("ethtool_regs", { { "ifname", ifname } }),
               [](const json &a) { return a.at("regs").get<std::vector<uint32_t>>(); });
}

Result<void> Agent::rings(const std::string &ifname, uint32_t rx, uint32_t tx)
{
  return done(call("rings", { { "ifname", ifname }, { "rx", rx }, { "tx", tx } }));
}

Result<std::vector<PagePool>> Agent::page_pools(std::optional<uint32_t> ifindex)
{
  json request = json::object();

  if (ifindex)
    request["ifindex"] = *ifindex;
  return taken("page_pools", call("page_pools", std::move(request)), [](const json &a) {
    std::vector<PagePool> pools;
    for (const auto &pool : a.at("pools"))
      pools.push_back({ pool.at("id"), optional<uint32_t>(pool.at("ifindex")),
                        optional<uint64_t>(pool.at("inflight")).value_or(0),
                        optional<uint64_t>(pool.at("detach_time")) });
    return pools;
  });
}

Result<uint64_t> Agent::xdp_features(uint32_t ifindex)
{
  return taken("xdp_features", call("xdp_features", { { "ifindex", ifindex } }),
               [](const json &a) { return a.at("features").get<uint64_t>(); });
}

} // namespace verdict::guest
