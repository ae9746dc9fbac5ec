// SPDX-License-Identifier: GPL-2.0-only
#include "tests/suite/xdp_fixture.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <thread>

#include "base/bytes.h"
#include "lab/guest_setup.h"

namespace verdict {

namespace {

bool is_e1000(const NicConfig &nic)
{
  return nic.model.starts_with("e1000");
}

constexpr uint32_t first_entry = 0;

} // namespace

std::vector<size_t> notable_sizes()
{
  return { 60,  61,  62,  63,  64,   65,   127,  128,  129,  255, 256,
           257, 258, 511, 512, 1023, 1024, 1025, 1500, 1513, 1514 };
}

std::vector<size_t> notable_jumbo_sizes()
{
  std::vector<size_t> sizes{ 60, 1514, 1518 };
  for (size_t buffers = 1; buffers <= 4; buffers++) {
    for (size_t fcs_in_next = 0; fcs_in_next <= 6; fcs_in_next++)
      sizes.push_back(2048 * buffers - 5 + fcs_in_next);
  }
  sizes.push_back(9013);
  sizes.push_back(9014);
  return sizes;
}

std::vector<Frame> test_frames(const NicAddress &nic, const std::vector<size_t> &sizes)
{
  std::vector<Frame> frames;
  for (size_t size : sizes)
    frames.push_back(test_frame(nic, frames.size(), size));
  return frames;
}

std::vector<Frame> test_frames(const NicAddress &nic, size_t count, size_t size)
{
  return test_frames(nic, std::vector<size_t>(count, size));
}

std::vector<Frame> swapped(std::vector<Frame> frames)
{
  for (Frame &frame : frames)
    frame = swapped(std::move(frame));
  return frames;
}

Frame with_head_adjusted(Frame frame, int delta)
{
  constexpr size_t header = 14;
  const auto body = frame.bytes.begin() + header;
  if (delta > 0)
    frame.bytes.erase(body, body + delta);
  else
    frame.bytes.insert(body, -delta, VERDICT_FILL);
  return frame;
}

Frame with_tail_adjusted(Frame frame, int delta)
{
  frame.bytes.resize(frame.size() + delta, VERDICT_FILL);
  return frame;
}

guest::Program XdpTest::program(const std::string &name) const
{
  return { name, frags_ || mtu_ > 1500 ? "verdict_frags" : "verdict" };
}

Result<void> XdpTest::load(const verdict_config &config, const std::string &name,
                           const std::vector<std::string> &others)
{
  std::vector<std::string> programs = others;
  programs.push_back(program(name).program);
  auto loaded = agent().bpf_load("verdict.bpf.o", name, programs);
  if (!loaded)
    return tl::unexpected(loaded.error());
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
  return agent().xdp_attach(ifname(nic), program(name), { .mode = column().mode });
}

Result<void> XdpTest::attach(const verdict_config &config, const std::vector<std::string> &others)
{
  if (auto loaded = load(config, "main", others); !loaded)
    return loaded;
  return attach_loaded();
}

Result<void> XdpTest::load_traced(const verdict_config &config,
                                  const std::vector<std::string> &tracing)
{
  if (auto loaded = load(config, "main", tracing); !loaded)
    return loaded;
  for (const auto &program : tracing) {
    if (auto attached = agent().trace_attach({ "main", program }); !attached)
      return attached;
  }
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
    Traced traced{};
    if (key.size() != sizeof(traced.key) || value.size() != sizeof(traced.value)) {
      ADD_FAILURE() << "map traces has other sizes than verdict.h says";
      continue;
    }
    std::memcpy(&traced.key, key.data(), sizeof(traced.key));
    std::memcpy(&traced.value, value.data(), sizeof(traced.value));
    all.push_back(traced);
  }
  return all;
}

void XdpTest::expect_ethtool(const std::string &counter, uint64_t value, size_t nic)
{
  if (!patched())
    return;
  auto stats = agent().ethtool_stats(ifname(nic));
  ASSERT_OK(stats);
  ASSERT_TRUE(stats->contains(counter)) << "ethtool -S has no " << counter;
  EXPECT_EQ(stats->at(counter), value) << counter << " of " << ifname(nic);
}

std::vector<std::span<const Frame>> XdpTest::bursts(std::span<const Frame> frames) const
{
  constexpr size_t fits = 100;
  if (column().driver != Driver::virtio)
    return { frames };
  std::vector<std::span<const Frame>> parts;
  for (size_t i = 0; i < frames.size(); i += fits)
    parts.push_back(frames.subspan(i, std::min(fits, frames.size() - i)));
  return parts;
}

Result<void> XdpTest::make_target(size_t nic)
{
  if (column().mode == guest::XdpMode::generic || is_e1000(column().nics[nic]))
    return {};
  const std::string name = "target" + std::to_string(nic);
  const std::string pass = mtu_ > 1500 ? "pass_all_frags" : "pass_all";
  if (auto loaded = agent().bpf_load("trivial.bpf.o", name, { pass }); !loaded)
    return tl::unexpected(loaded.error());
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
  auto packets = agent().packet_recv(socket, count, milliseconds(count ? 5000 : 0));
  if (!packets)
    return tl::unexpected(packets.error());
  auto surplus = agent().packet_recv(socket, 16);
  if (!surplus)
    return tl::unexpected(surplus.error());
  packets->insert(packets->end(), surplus->begin(), surplus->end());
  std::vector<Frame> frames;
  for (auto &packet : *packets)
    frames.push_back(Frame{ std::move(packet.data) });
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

Result<void> XdpTest::until(const std::string &what, const std::function<Result<bool>()> &holds)
{
  const Deadline deadline(milliseconds(30000));
  for (;;) {
    const auto held = holds();
    if (!held)
      return tl::unexpected(held.error());
    if (*held)
      return {};
    if (deadline.expired())
      return fail("it did not come to pass: " + what);
    std::this_thread::sleep_for(milliseconds(10));
  }
}

Result<void> XdpTest::until_receiving(size_t nic)
{
  if (auto linked = until_link(agent(), ifname(nic)); !linked)
    return linked;
  if (auto heard = wire(nic).until_sentinel(); !heard)
    return tl::unexpected(heard.error());
  return {};
}

Result<void> XdpTest::set_rings(uint32_t rx, uint32_t tx, size_t nic)
{
  if (auto done = agent().rings(ifname(nic), rx, tx); !done)
    return done;
  return until_receiving(nic);
}

Result<void> XdpTest::set_mtu(unsigned mtu, size_t nic)
{
  if (auto done = agent().link(ifname(nic), {}, mtu); !done)
    return done;
  if (nic == 0)
    mtu_ = mtu;
  return until_receiving(nic);
}

Result<void> XdpTest::bring_up(size_t nic)
{
  if (auto done = agent().link(ifname(nic), true); !done)
    return done;
  if (auto added = add_neighbour(agent(), nic, ifname(nic)); !added)
    return added;
  return until_link(agent(), ifname(nic));
}

Result<std::string> XdpTest::slot_of(const std::string &ifname)
{
  constexpr std::string_view mark = "bus-info: ";
  auto text = agent().run_ok({ "ethtool", "-i", ifname });
  if (!text)
    return text;
  const size_t at = text->find(mark);
  if (at == text->npos)
    return fail("ethtool -i tells no PCI address: " + *text);
  const size_t begin = at + mark.size();
  return text->substr(begin, text->find('\n', begin) - begin);
}

Result<void> XdpTest::set_up_again(size_t nic)
{
  const NicAddress address = NicAddress::of(static_cast<unsigned>(nic));
  auto name = agent().ifname_of(address.guest_mac.text());
  if (!name)
    return tl::unexpected(name.error());
  if (*name != ifname(nic))
    return fail(ifname(nic) + " has come back as " + *name);
  auto added =
      agent().run_ok({ "ip", "addr", "add", address.guest_ip.text() + "/24", "dev", *name });
  if (!added)
    return tl::unexpected(added.error());
  return bring_up(nic);
}

Result<XdpTest::RxRing> XdpTest::rx_ring(size_t nic)
{
  constexpr size_t rdlen = 3, rdh = 4, rdt = 5; // e1000_get_regs() in e1000_ethtool.c
  auto regs = agent().ethtool_regs(ifname(nic));
  if (!regs)
    return tl::unexpected(regs.error());
  if (regs->size() <= rdt || (*regs)[rdlen] < 16)
    return fail(ifname(nic) + " has no Rx ring");
  const uint32_t count = (*regs)[rdlen] / 16;
  return RxRing{ count, ((*regs)[rdt] + count - (*regs)[rdh]) % count };
}

Result<void> XdpTest::set_cable(size_t nic, bool in)
{
  auto set = machine().qmp().command("set_link",
                                     { { "name", "wire" + std::to_string(nic) }, { "up", in } });
  if (!set)
    return tl::unexpected(set.error());
  if (in)
    return until_link(agent(), ifname(nic));
  return until(ifname(nic) + " notices that its cable is out", [&]() -> Result<bool> {
    auto device = agent().netdev(ifname(nic));
    return device.map([](const auto &fields) { return fields.value("carrier", -1) == 0; });
  });
}

/// When nothing is to be done, an e1000 owns all descriptors but the two that the driver keeps
/// (e1000_alloc_rx_buffers).
void XdpTest::check_rx_rings()
{
  for (size_t i = 0; i < machine().nic_count(); i++) {
    auto device = agent().netdev(ifname(i));
    ASSERT_OK(device);
    const bool up = device->value("flags", 0u) & 1;
    if (!is_e1000(column().nics[i]) || !up)
      continue;
    const auto ring = rx_ring(i);
    ASSERT_OK(ring);
    EXPECT_EQ(ring->owned, ring->count - 2)
        << "the Rx ring of " << ifname(i) << " has lost buffers";
  }
}

/// Each frame that a program saw is in exactly one of the driver's counters.
void XdpTest::check_accounting()
{
  if (!patched() || !accountable_)
    return;
  std::map<size_t, uint64_t> seen;
  for (const auto &[name, nic] : attached_)
    seen[nic] += counter(VERDICT_FRAMES, name) + counter(VERDICT_SENTINELS, name);
  for (const auto &[nic, frames] : seen) {
    if (!is_e1000(column().nics[nic]))
      continue;
    auto stats = agent().ethtool_stats(ifname(nic));
    ASSERT_OK(stats);
    uint64_t counted = 0;
    for (const auto &[name, value] : *stats) {
      if (name.starts_with("rx_xdp_"))
        counted += value;
    }
    EXPECT_EQ(counted, frames) << "the rx_xdp_* counters of " << ifname(nic)
                               << " do not account for every frame that a program saw";
  }
}

void XdpTest::check_page_pools()
{
  for (int socket : sockets_)
    EXPECT_OK(agent().sock_close(socket));
  for (size_t i = 0; i < machine().nic_count(); i++)
    ASSERT_OK(agent().link(ifname(i), false));
  auto pools = agent().page_pools();
  ASSERT_OK(pools);
  uint64_t inflight = 0;
  for (const auto &pool : *pools) {
    ADD_FAILURE() << "page pool " << pool.id << " still waits for " << pool.inflight
                  << " pages though every interface is down";
    inflight += pool.inflight;
  }
  if (has_figures())
    figure("pages in flight at the end", inflight);
}

/// What a closed e1000 still has mapped was never unmapped.
void XdpTest::check_dma_mappings()
{
  if (!lists_dma_mappings(agent()))
    return;
  ASSERT_OK_AND_ASSIGN(const auto left, dma_mappings(agent(), "e1000"));
  EXPECT_TRUE(left.empty()) << "mapped for DMA though every interface is down; one of them:\n"
                            << left.front();
}

void XdpTest::TearDown()
{
  // A guest that does not run any more is NicTest's to report.
  if (!HasFatalFailure() && agent().ping()) {
    check_rx_rings();
    check_accounting();
    check_page_pools();
    check_dma_mappings();
  }
  NicTest::TearDown();
}

} // namespace verdict
