// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <linux/bpf.h>

#include "bpf/verdict.h"
#include "nic/hostile_nic.h"
#include "nic/rx_ring.h"
#include "tests/suite/fixture.h"
#include "tests/suite/test_frames.h"
#include "tests/suite/until.h"

namespace verdict {

/// A test with XDP programs. Besides what NicTest checks, afterwards every Rx ring must hold all
/// its buffers, the driver's counters must account for each frame that a program saw, and once the
/// interfaces are down every page must be back in its pool, and nothing mapped for DMA.
class XdpTest : public NicTest {
protected:
  void TearDown() override;

  /// Loads verdict.bpf.o under a name, to do as `config` says. The program is one for frames of
  /// several buffers (xdp.frags) where the MTU of NIC 0 asks for it. `others` are loaded with it:
  /// the tracing programs, which take time to load, and the one for tc.
  Result<void> load(const verdict_config &config, const std::string &name = "main",
                    const std::vector<std::string> &others = {});
  /// The same for a program that has to be xdp.frags before the MTU asks for it.
  Result<void> load_frags(const verdict_config &config, const std::string &name = "main");
  Result<void> configure(const verdict_config &config, const std::string &name = "main");

  /// Attaches what load() has loaded, in the column's mode.
  Result<void> attach_loaded(const std::string &name = "main", size_t nic = 0);

  /// load() and attach_loaded() in one.
  Result<void> attach(const verdict_config &config, const std::vector<std::string> &others = {});

  /// load(), with tracing programs that are attached at once.
  Result<void> load_traced(const verdict_config &config, const std::vector<std::string> &tracing);

  /// The program of an object that load() loads.
  guest::Program program(const std::string &name = "main") const;

  /// A counter of verdict.bpf.c; a failed look-up fails the test.
  uint64_t counter(verdict_counter which, const std::string &name = "main");

  /// What a tracing program has seen, by event, interface and action.
  struct Traced {
    verdict_trace_key key;
    verdict_trace value;
  };
  std::vector<Traced> traces(const std::string &name = "main");

  /// What the driver has counted, by ethtool -S. The test fails if the profile names no counter.
  uint64_t statistic(Counter which, size_t nic = 0);

  /// What an interface has counted, by the name in struct rtnl_link_stats64. A failed look-up fails
  /// the test.
  uint64_t link_statistic(const std::string &name, size_t nic = 0);

  /// How often the link of NIC 0 came or went. A failed look-up fails the test.
  uint64_t carrier_changes();

  /// A counter has this value, if the driver has one of this kind and runs the programs itself.
  void expect_counter(Counter which, uint64_t value, size_t nic = 0);

  /// Frames in as many at once as limits.burst of the profile allows, and never more than `most`.
  std::vector<std::span<const Frame>> bursts(std::span<const Frame> frames,
                                             size_t most = SIZE_MAX) const;

  /// Injects frames into NIC 0, burst by burst: what came back.
  Result<std::vector<Frame>> exchange(const std::vector<Frame> &frames);

  /// Gets NIC `nic` ready to transmit redirected frames: some drivers do so only while they have
  /// a program themselves.
  Result<void> make_target(size_t nic);

  /// A packet socket in the guest that takes frames of one EtherType, but for sentinels, from a
  /// NIC's stack.
  Result<int> sniff(size_t nic = 0, uint16_t ethertype = ethertype_test);

  /// A UDP socket in the guest.
  Result<int> udp_socket(uint16_t port, bool mark = false);

  /// Takes exactly `count` frames or datagrams that are on their way to a socket, and proves that
  /// there are no more.
  Result<std::vector<Frame>> sniffed(int socket, size_t count);

  /// Injects frames at NIC 0, of which the stack gets `expected` (all, if it is left out) at a
  /// socket of sniff(), and nothing goes out. They come by themselves: a sentinel would have NAPI
  /// run again.
  void expect_in_stack(std::span<const Frame> frames, int socket,
                       const std::vector<Frame> &expected);
  void expect_in_stack(const std::vector<Frame> &frames, int socket)
  {
    expect_in_stack(frames, socket, frames);
  }

  /// Sets the lengths of a NIC's rings and waits until it receives again.
  Result<void> set_rings(uint32_t rx, uint32_t tx, size_t nic = 0);

  /// Sets the MTU of a NIC and waits until it receives again.
  Result<void> set_mtu(unsigned mtu, size_t nic = 0);

  /// The same with the MTU of jumbo frames, and frames of that MTU of all notable sizes.
  Result<void> set_jumbo_mtu(size_t nic = 0);
  std::vector<size_t> jumbo_sizes() const;

  /// Brings an interface up again and waits for its link. Going down has cost it its neighbour.
  Result<void> bring_up(size_t nic);

  /// The PCI address of a NIC: "0000:00:10.0".
  Result<std::string> slot_of(const std::string &ifname);

  /// Takes NIC 0 from its driver and gives it back; see set_up_again().
  Result<void> bind_again();

  /// Gives a NIC that was bound to its driver again its address, and brings it up.
  Result<void> set_up_again(size_t nic);

  /// A NIC's Rx ring. Error: its profile does not say how it is read.
  Result<RxRing> rx_ring(size_t nic = 0);

  /// A NIC whose descriptors are written from outside.
  Result<HostileNic> hostile_nic(size_t nic);

  /// Plugs a NIC's cable in or out, and waits until the guest's driver has noticed.
  Result<void> set_cable(size_t nic, bool in);

  /// The accounting check of TearDown() does not know programs that a test attaches by itself.
  void attaches_by_itself() { accountable_ = false; }

  /// No page pool is left, but for those that drivers keep.
  Result<bool> pools_are_gone();

  /// What TearDown() checks.
  void check_rx_rings();
  void check_accounting();
  void check_page_pools();
  void check_dma_mappings();

private:
  Result<void> until_receiving(size_t nic);

  /// The driver keeps this pool, with pages in its caches, while its interface is down.
  bool is_kept(const guest::PagePool &pool) const;

  unsigned mtu_ = 1500;
  bool frags_ = false;
  bool accountable_ = true;
  std::map<std::string, size_t> attached_; // name under which it is loaded -> NIC
  std::vector<int> sockets_;
};

} // namespace verdict
