// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <linux/bpf.h>

#include "selftests/drivers/net/xdp/verdict.h"
#include "tests/suite/fixture.h"

namespace verdict {

/// Sizes at which something changes: the smallest frame, powers of two and their neighbours, the
/// old driver's copybreak (256), the largest frame.
std::vector<size_t> notable_sizes();

/// The same up to 9014 bytes: where a frame begins to take another 2048-byte buffer, and where
/// the FCS that the device appends lies across two of them.
std::vector<size_t> notable_jumbo_sizes();

/// A test frame of each size.
std::vector<Frame> test_frames(const NicAddress &nic, const std::vector<size_t> &sizes);

/// `count` test frames of one size, all different.
std::vector<Frame> test_frames(const NicAddress &nic, size_t count, size_t size = 128);

std::vector<Frame> swapped(std::vector<Frame> frames);

/// What verdict.bpf.c makes of a frame with adjust_head or adjust_tail.
Frame with_head_adjusted(Frame frame, int delta);
Frame with_tail_adjusted(Frame frame, int delta);

/// A test with XDP programs. Besides what NicTest checks, afterwards every Rx ring must hold all
/// its buffers, the driver's counters must account for each frame that a program saw, and once the
/// interfaces are down every page must be back in its pool, and nothing mapped for DMA.
class XdpTest : public NicTest {
protected:
  void TearDown() override;

  bool patched() const { return column().driver == Driver::patched; }

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

  /// On columns of the patched driver: a counter of ethtool -S has this value.
  void expect_ethtool(const std::string &counter, uint64_t value, size_t nic = 0);

  /// Frames as they are to be injected: all at once, but where virtio_net is to send them in bursts
  /// that fit its ring, as QEMU empties that in its own time and what does not fit is dropped.
  std::vector<std::span<const Frame>> bursts(std::span<const Frame> frames) const;

  /// Gets NIC `nic` ready to transmit redirected frames: virtio_net does so only while it has a
  /// program itself.
  Result<void> make_target(size_t nic);

  /// A packet socket in the guest that takes test frames (and nothing else) from a NIC's stack.
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

  /// Asks every few milliseconds whether a condition holds, until it does. Error: the condition's
  /// own, or that it did not come to pass in half a minute.
  Result<void> until(const std::string &what, const std::function<Result<bool>()> &holds);

  /// Sets the lengths of a NIC's rings and waits until it receives again.
  Result<void> set_rings(uint32_t rx, uint32_t tx, size_t nic = 0);

  /// Sets the MTU of a NIC and waits until it receives again.
  Result<void> set_mtu(unsigned mtu, size_t nic = 0);

  /// Brings an interface up again and waits for its link. Going down has cost it its neighbour.
  Result<void> bring_up(size_t nic);

  /// The PCI address of a NIC: "0000:00:10.0".
  Result<std::string> slot_of(const std::string &ifname);

  /// Gives a NIC that was bound to its driver again its address, and brings it up.
  Result<void> set_up_again(size_t nic);

  /// An e1000's Rx ring.
  struct RxRing {
    uint32_t count; ///< descriptors
    uint32_t owned; ///< of these the device's: they have buffers
  };
  Result<RxRing> rx_ring(size_t nic = 0);

  /// Plugs a NIC's cable in or out, and waits until the guest's driver has noticed.
  Result<void> set_cable(size_t nic, bool in);

  /// The accounting check of TearDown() does not know programs that a test attaches by itself.
  void attaches_by_itself() { accountable_ = false; }

private:
  Result<void> until_receiving(size_t nic);
  void check_rx_rings();
  void check_accounting();
  void check_page_pools();
  void check_dma_mappings();

  unsigned mtu_ = 1500;
  bool frags_ = false;
  bool accountable_ = true;
  std::map<std::string, size_t> attached_; // name under which it is loaded -> NIC
  std::vector<int> sockets_;
};

} // namespace verdict
