// SPDX-License-Identifier: GPL-2.0-only
#include "cost/subject.h"

#include <algorithm>

#include <fmt/format.h>

#include "cost/flood.h"
#include "cost/floor_driver.h"
#include "cost/testpmd.h"
#include "lab/link.h"
#include "lab/napi.h"
#include "packet/builder.h"

namespace verdict::cost {

namespace {

constexpr size_t napi_budget = 64;
constexpr size_t headers = 14 + 20 + 8;
constexpr uint16_t drained_port = 9;
constexpr milliseconds between_bursts{ 3 };
constexpr milliseconds answer_timeout{ 10000 };

} // namespace

double Window::instructions() const
{
  double all = 0;
  for (const auto &[address, count] : counts.instructions)
    all += count;
  return all;
}

Subject::Subject(const Case &which, std::vector<Nic> nics, std::unique_ptr<Machine> machine,
                 Counters counters)
    : case_(which), profiles_(std::move(nics)), machine_(std::move(machine)),
      counters_(std::move(counters)), agent_(machine_->take_agent_socket())
{
}

Result<void> Subject::set_up()
{
  for (unsigned nic = 0; nic < machine_->nic_count(); nic++) {
    machine_->wire(nic).stop_capture();
    ifnames_.push_back(TRY(agent_.ifname_of(NicAddress::of(nic).guest_mac.text())));
  }
  for (size_t nic : nics())
    TRY(set_point(nic));
  for (unsigned i = 0; i < 64 * case_.point.flows; i++)
    frames_.push_back(frame(1000 + i % case_.point.flows));
  if (case_.path->stream)
    return connect();
  return case_.path->in_user_space() ? start_user_driver() : attach();
}

/// A datagram from this port, as the path needs it.
Frame Subject::frame(uint16_t src_port) const
{
  NicAddress address = NicAddress::of(0);
  if (case_.path->routed)
    address.guest_ip = NicAddress::of(*case_.path->target).host_ip;
  return padded(udp_frame(address, src_port, closed_port, pattern(0, case_.point.size - headers)));
}

Result<void> Subject::look_up(Symbols symbols)
{
  symbols_ = std::move(symbols);
  // One that has none in memory has a window of no size.
  for (size_t nic = 0; nic < machine_->nic_count(); nic++)
    windows_.push_back(nic_registers(*machine_, nic).value_or(NicRegisters{ 0, 0 }));
  auto modules = TRY(agent_.kallsyms(true));
  TRY(symbols_.add(modules));
  if (user_driver_) {
    gate_ = user_driver_->poll;
    return symbols_.add_mappings(user_driver_->maps);
  }
  gate_ = symbols_.address_of(case_.system->poll, case_.system->module);
  if (!gate_)
    return fail("module " + case_.system->module + " has no function " + case_.system->poll);
  return {};
}

Result<Window> Subject::window(size_t frames)
{
  auto before = TRY(received());
  counters_.set_gate(gate_);
  auto window = flooded(frames);
  counters_.set_gate(0);
  sent_ += frames;
  if (!window)
    return window;
  auto after = TRY(received());
  if (stream_ && after != sent_)
    return fail(
        fmt::format("the guest has read {} of {} segments, and lost ones are not sent again: "
                    "the host is too busy",
                    after, sent_));
  window->in = static_cast<double>(after - before);
  return window;
}

Measurement Subject::result_of(const Window &frame) const
{
  Measurement result{ .system = case_.system->name,
                      .path = case_.path->name,
                      .point = case_.point };
  result.functions = profile(frame.counts, symbols_, case_.system->module);
  result.instructions = total(result.functions);
  result.out = frame.out;
  for (const auto &[where, accesses] : frame.counts.registers) {
    result.registers[named(where)] = accesses;
    result.reads += accesses.reads;
    result.writes += accesses.writes;
  }
  const auto polls = frame.counts.instructions.find(gate_);
  if (polls != frame.counts.instructions.end() && polls->second > 0)
    result.per_poll = 1 / polls->second;
  return result;
}

/// Frames that NIC 0 has taken since it was made.
Result<uint64_t> Subject::received()
{
  // Its ring keeps QEMU from taking more than it has room for.
  if (user_driver_)
    return sent_;
  if (case_.path->socket) {
    auto answer = agent_.call("xsk_count");
    return answer.map([](const nlohmann::json &a) { return a.value("count", uint64_t{ 0 }); });
  }
  if (stream_) {
    auto answer = TRY(agent_.call("tcp_drained"));
    return answer.value("bytes", uint64_t{ 0 }) / TcpStream::payload_of(case_.point.size);
  }
  // Some drivers update what `ip` shows every other second, and ethtool's figure at once.
  if (const auto &counter = profiles_[0].counters.at(Counter::rx_frames); counter) {
    auto stats = TRY(agent_.ethtool_stats(ifnames_[0]));
    return stats[*counter];
  }
  auto device = TRY(agent_.netdev(ifnames_[0]));
  return device["stats"].value("rx_packets", uint64_t{ 0 });
}

/// A NIC's register by the NIC's name and its offset there.
Register Subject::named(const Register &where) const
{
  for (size_t nic = 0; nic < windows_.size(); nic++) {
    const NicRegisters &window = windows_[nic];
    if (where.offset - window.address < window.size)
      return { fmt::format("nic{}", nic), where.offset - window.address };
  }
  return where;
}

Result<Window> Subject::flooded(size_t frames)
{
  // Either way the guest stands still when the counters are read.
  const auto stand_still = [&] {
    return case_.path->polls() ? hold(*machine_, counters_) : settle(*machine_, counters_);
  };
  TRY(stand_still());
  auto before = TRY(counters_.read());
  auto out = TRY(send(frames));
  auto after = TRY(counters_.read());
  after.add(before, -1);
  return Window{ .counts = std::move(after), .out = static_cast<double>(out) };
}

/// Frames that came back.
Result<size_t> Subject::send(size_t frames)
{
  const FloodOptions options{ .per_visit = user_driver_ ? user_driver_->burst : napi_budget,
                              .ahead = case_.system->ahead,
                              .polls = case_.path->polls() };
  if (!stream_)
    return flood(*machine_, counters_, frames_, frames, options);
  size_t out = 0;
  const size_t burst = TcpStream::burst(case_.point.size);
  for (size_t sent = 0; sent < frames; sent += burst) {
    out += TRY(send_burst(std::min(burst, frames - sent)));
  }
  auto late = settle(*machine_, counters_);
  return late.map([&](size_t count) { return out + count; });
}

/// The socket is read between bursts, or its window would close. Frames that came back.
Result<size_t> Subject::send_burst(size_t frames)
{
  const auto burst = stream_->next(frames, case_.point.size);
  const Deadline deadline(answer_timeout);
  auto answers = flood(*machine_, counters_, burst, burst.size(),
                       { .per_visit = burst.size(), .quiet = between_bursts });
  while (answers && !*answers) {
    if (deadline.expired())
      return fail("the guest acknowledged nothing in " + deadline.text());
    answers = settle(*machine_, counters_, between_bursts);
  }
  return answers;
}

/// The NICs that take part.
std::vector<size_t> Subject::nics() const
{
  if (case_.path->target)
    return { 0, *case_.path->target };
  return { 0 };
}

Result<void> Subject::set_point(size_t nic)
{
  const std::string &name = ifnames_[nic];
  const std::string ring = std::to_string(case_.point.ring);
  if (profiles_[nic].limits.least_ring && case_.point.ring != 256)
    TRY(agent_.run_ok({ "ethtool", "-G", name, "rx", ring, "tx", ring }));
  if (case_.point.size > max_frame_size)
    TRY(agent_.link(name, {}, 9000));
  TRY(until_link(agent_, name));
  // It receives again when this is answered.
  TRY(machine_->wire(nic).until_sentinel());
  return {};
}

Result<void> Subject::start_user_driver()
{
  const Path &path = *case_.path;
  if (path.hook == Hook::dpdk)
    user_driver_ = TRY(start_testpmd(*machine_, counters_, agent_, path.program, case_.point.ring,
                                     frames_.front()));
  else
    user_driver_ = TRY(start_floor(*machine_, agent_, path.program, frames_.front()));
  return {};
}

Result<void> Subject::connect()
{
  TRY(agent_.call("tcp_drain", { { "port", drained_port } }));
  stream_ = TRY(TcpStream::connect(machine_->wire(0), drained_port));
  return {};
}

Result<void> Subject::attach()
{
  const Path &path = *case_.path;
  if (path.hook == Hook::none)
    return {};
  std::string program = path.program;
  if (path.hook == Hook::native && case_.point.size > max_frame_size)
    program += "_frags";
  TRY(load(program));
  if (path.hook == Hook::tc)
    return agent_.tc_attach(ifnames_[0], { "cost", program });
  const auto mode = path.hook == Hook::native ? guest::XdpMode::native : guest::XdpMode::generic;
  auto attached = agent_.xdp_attach(ifnames_[0], { "cost", program }, { .mode = mode });
  return attached && path.socket ? open_socket() : attached;
}

/// Whoever reads the socket polls the NIC: with one CPU, softirqs would starve it otherwise.
Result<void> Subject::open_socket()
{
  TRY(poll_by_timer(agent_, ifnames_[0], milliseconds(1000)));
  TRY(agent_.call("xsk_open",
                  { { "ifname", ifnames_[0] }, { "name", "cost" }, { "map", "sockets" } }));
  // The first frame tells the socket which NIC that is.
  return machine_->wire(0).inject(frames_.front());
}

Result<void> Subject::load(const std::string &program)
{
  std::vector<std::string> programs = case_.path->called;
  programs.push_back(program);
  TRY(agent_.bpf_load(case_.path->object, "cost", programs));
  TRY(update(case_.path->entries));
  if (!case_.path->target)
    return {};
  const size_t target = *case_.path->target;
  if (case_.path->hook == Hook::native && !profiles_[target].can(Can::transmit_unprepared)) {
    const std::string pass = case_.point.size > max_frame_size ? "pass_frags" : "pass";
    TRY(agent_.bpf_load("cost.bpf.o", "target", { pass }));
    TRY(agent_.xdp_attach(ifnames_[target], { "target", pass }));
  }
  auto device = TRY(agent_.netdev(ifnames_[target]));
  TRY(update(case_.path->target_entries(device.value("ifindex", 0u))));
  return case_.path->routed ? agent_.write("/proc/sys/net/ipv4/ip_forward", "1") : Result<void>();
}

Result<void> Subject::update(const std::vector<MapEntry> &entries)
{
  for (const MapEntry &entry : entries)
    TRY(agent_.map_update("cost", entry.map, entry.key, entry.value));
  return {};
}

} // namespace verdict::cost
