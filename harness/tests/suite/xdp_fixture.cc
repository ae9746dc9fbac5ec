// SPDX-License-Identifier: GPL-2.0-only
#include "tests/suite/xdp_fixture.h"

#include <algorithm>

#include "base/bytes.h"

namespace verdict {

namespace {

constexpr uint32_t first_entry = 0;

} // namespace

guest::Program XdpTest::program(const std::string &name) const
{
  return { name, frags_ || mtu_ > 1500 ? "verdict_frags" : "verdict" };
}

Result<void> XdpTest::load(const verdict_config &config, const std::string &name,
                           const std::vector<std::string> &others)
{
  std::vector<std::string> programs = others;
  programs.push_back(program(name).program);
  TRY(agent().bpf_load("verdict.bpf.o", name, programs));
  return configure(config, name);
}

Result<void> XdpTest::load_frags(const verdict_config &config, const std::string &name)
{
  frags_ = true;
  return load(config, name);
}

Result<void> XdpTest::configure(const verdict_config &config, const std::string &name)
{
  return agent().map_update(name, "config", bytes_of(first_entry), bytes_of(config));
}

Result<void> XdpTest::attach_loaded(const std::string &name, size_t nic)
{
  attached_[name] = nic;
  return agent().xdp_attach(ifname(nic), program(name), { .mode = column().mode() });
}

Result<void> XdpTest::attach(const verdict_config &config, const std::vector<std::string> &others)
{
  TRY(load(config, "main", others));
  return attach_loaded();
}

Result<void> XdpTest::load_traced(const verdict_config &config,
                                  const std::vector<std::string> &tracing)
{
  TRY(load(config, "main", tracing));
  for (const auto &program : tracing)
    TRY(agent().trace_attach({ "main", program }));
  return {};
}

uint64_t XdpTest::counter(verdict_counter which, const std::string &name)
{
  auto sums = agent().map_sum(name, "counters", { static_cast<uint32_t>(which) });
  if (!sums || sums->size() != 1) {
    ADD_FAILURE() << "no counter: " << (sums ? "empty answer" : sums.error().message);
    return 0;
  }
  return sums->front();
}

std::vector<XdpTest::Traced> XdpTest::traces(const std::string &name)
{
  std::vector<Traced> all;
  auto entries = agent().map_dump(name, "traces");
  if (!entries) {
    ADD_FAILURE() << entries.error().message;
    return all;
  }
  for (const auto &[key, value] : *entries) {
    const auto traced_key = object_of<verdict_trace_key>(key);
    const auto traced_value = object_of<verdict_trace>(value);
    if (traced_key && traced_value)
      all.push_back({ *traced_key, *traced_value });
    else
      ADD_FAILURE() << "map traces has other sizes than verdict.h says";
  }
  return all;
}

uint64_t XdpTest::statistic(Counter which, size_t nic)
{
  const Nic &what = column().nics.at(nic);
  const auto &name = what.counters.at(which);
  const auto stats = agent().ethtool_stats(ifname(nic));
  EXPECT_OK(stats);
  if (!name || !stats || !stats->contains(*name)) {
    ADD_FAILURE() << ifname(nic) << " has no counter of this kind: the profile " << what.profile
                  << " names " << name.value_or("none");
    return 0;
  }
  return stats->at(*name);
}

uint64_t XdpTest::link_statistic(const std::string &name, size_t nic)
{
  const auto device = agent().netdev(ifname(nic));
  EXPECT_OK(device);
  return device ? device->at("stats").at(name).get<uint64_t>() : 0;
}

uint64_t XdpTest::carrier_changes()
{
  const auto device = agent().netdev(ifname());
  EXPECT_OK(device);
  return device ? device->value("carrier_changes", uint64_t{ 0 }) : 0;
}

void XdpTest::expect_counter(Counter which, uint64_t value, size_t nic)
{
  const auto &name = column().nics.at(nic).counters.at(which);
  if (name && column().native()) {
    EXPECT_EQ(statistic(which, nic), value) << *name << " of " << ifname(nic);
  }
}

std::vector<std::span<const Frame>> XdpTest::bursts(std::span<const Frame> frames,
                                                    size_t most) const
{
  const size_t fits = std::min(column().limits().burst.value_or(frames.size()), most);
  std::vector<std::span<const Frame>> parts;
  for (size_t i = 0; i < frames.size(); i += fits)
    parts.push_back(frames.subspan(i, std::min(fits, frames.size() - i)));
  return parts;
}

Result<std::vector<Frame>> XdpTest::exchange(const std::vector<Frame> &frames)
{
  std::vector<Frame> back;
  for (const auto burst : bursts(frames)) {
    const auto some = TRY(wire().exchange(burst));
    back.insert(back.end(), some.begin(), some.end());
  }
  return back;
}

Result<void> XdpTest::make_target(size_t nic)
{
  if (!column().native() || column().nics.at(nic).can(Can::transmit_unprepared))
    return {};
  const std::string name = "target" + std::to_string(nic);
  const std::string pass = mtu_ > 1500 ? "pass_all_frags" : "pass_all";
  TRY(agent().bpf_load("trivial.bpf.o", name, { pass }));
  return agent().xdp_attach(ifname(nic), { name, pass });
}

Result<int> XdpTest::sniff(size_t nic, uint16_t ethertype)
{
  auto socket = agent().packet_open(ifname(nic), ethertype);
  if (socket)
    sockets_.push_back(*socket);
  return socket;
}

Result<int> XdpTest::udp_socket(uint16_t port, bool mark)
{
  auto socket = agent().udp_open("0.0.0.0", port, mark);
  if (socket)
    sockets_.push_back(*socket);
  return socket;
}

Result<std::vector<Frame>> XdpTest::sniffed(int socket, size_t count)
{
  auto packets = TRY(agent().packet_recv(socket, count, milliseconds(count ? 5000 : 0)));
  auto surplus = TRY(agent().packet_recv(socket, 16));
  packets.insert(packets.end(), surplus.begin(), surplus.end());
  std::vector<Frame> frames;
  for (auto &packet : packets) {
    Frame frame{ std::move(packet.data) };
    if (!is_sentinel(frame))
      frames.push_back(std::move(frame));
  }
  return frames;
}

void XdpTest::expect_in_stack(std::span<const Frame> frames, int socket,
                              const std::vector<Frame> &expected)
{
  ASSERT_OK(wire().inject(frames));
  ASSERT_OK_AND_ASSIGN(auto stack, sniffed(socket, expected.size()));
  ASSERT_OK_AND_ASSIGN(const auto back, wire().until_sentinel());
  EXPECT_THAT(back, HasNoFrames());
  ASSERT_OK_AND_ASSIGN(const auto surplus, sniffed(socket, 0));
  stack.insert(stack.end(), surplus.begin(), surplus.end());
  EXPECT_THAT(stack, AreFrames(expected));
}

} // namespace verdict
